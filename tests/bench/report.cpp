#include "tests/bench/report.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

namespace noex::bench {

namespace {

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::string number(double value) {
  return value >= 1000 ? fmt::format("{:.0f}", value) : fmt::format("{:.2f}", value);
}

}  // namespace

void Report::add(const std::string& workload, const std::string& metric, const std::string& unit,
                 double value) {
  auto row = std::ranges::find_if(rows_, [&](const Row& candidate) {
    return candidate.workload == workload && candidate.metric == metric;
  });
  if (row == rows_.end()) row = rows_.insert(rows_.end(), Row{workload, metric, unit, {}});
  row->values.push_back(value);
}

void Report::print(bool tsv) const {
  const char* format =
      tsv ? "{}\t{}\t{}\t{}\t{}\t{}\t{}\n" : "{:<16}{:<26}{:>14} {:<12}{:>14}{:>14}{:>6}\n";
  fmt::print(fmt::runtime(format), "workload", "metric", "value", "unit", "min", "max", "runs");
  for (const Row& row : rows_) {
    fmt::print(fmt::runtime(format), row.workload, row.metric, number(median(row.values)), row.unit,
               number(std::ranges::min(row.values)), number(std::ranges::max(row.values)),
               row.values.size());
  }
  std::fflush(stdout);
}

double percentile_us(std::vector<std::int64_t>& nanoseconds, int percent) {
  if (nanoseconds.empty()) return 0;
  const std::size_t at = std::min(nanoseconds.size() - 1,
                                  nanoseconds.size() * static_cast<std::size_t>(percent) / 100);
  std::ranges::nth_element(nanoseconds, nanoseconds.begin() + static_cast<std::ptrdiff_t>(at));
  return static_cast<double>(nanoseconds[at]) / 1000.0;
}

}  // namespace noex::bench
