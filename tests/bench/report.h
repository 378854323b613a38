// Report: the figures of a benchmark run, a row for each (workload, metric), as table or TSV.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace noex::bench {

class Report {
 public:
  // One value of one run.
  void add(const std::string& workload, const std::string& metric, const std::string& unit,
           double value);
  // Columns: workload metric value unit min max runs; value is the median of the runs.
  void print(bool tsv) const;

 private:
  struct Row {
    std::string workload;
    std::string metric;
    std::string unit;
    std::vector<double> values;
  };
  std::vector<Row> rows_;  // in the order of their first value
};

// Of nanoseconds, in microseconds; sorts partially.
double percentile_us(std::vector<std::int64_t>& nanoseconds, int percent);

}  // namespace noex::bench
