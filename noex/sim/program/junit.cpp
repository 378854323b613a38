#include "noex/sim/program/junit.h"

#include <utility>

#include <fmt/format.h>

#include "noex/sim/scenario/scenario.h"
#include "noex/sim/text/xml.h"

namespace noex::sim {

namespace {

constexpr std::size_t kept_max = 20;

}  // namespace

void JunitReport::add(std::string_view property, std::string text) {
  Failures& failures = failures_[std::string(property)];
  ++failures.count;
  if (failures.first.size() < kept_max) failures.first.push_back(std::move(text));
}

std::string JunitReport::print_case(std::string_view name, const Failures* failures) const {
  const std::string begin =
      fmt::format("    <testcase classname=\"sim\" name=\"{}\"", escape_xml(name));
  if (failures == nullptr || failures->count == 0) return fmt::format("{}/>\n", begin);
  std::string lines;
  for (const std::string& line : failures->first) lines += fmt::format("{}\n", escape_xml(line));
  return fmt::format(
      "{}>\n      <failure message=\"{} failed; {}\">\n{}</failure>\n    </testcase>\n", begin,
      failures->count, escape_xml(failures->first.front()), lines);
}

std::string JunitReport::print(std::string_view name, const PropertyTable& table,
                               const BatchTotals& totals, const std::vector<std::string>& gaps,
                               Duration took) const {
  const auto of = [this](std::string_view property) {
    const auto found = failures_.find(property);
    return found == failures_.end() ? nullptr : &found->second;
  };
  std::string cases;
  for (const Property& property : table.all()) {
    cases += print_case(fmt::format("{}: {}", property.code, property.sentence), of(property.code));
  }
  const Failures unproven{gaps.size(), gaps};
  cases += print_case("X2: every fault and every checker has hit something", &unproven);
  cases += print_case("no run ends its process", of(""));
  const std::size_t failed = failures_.size() + (gaps.empty() ? 0 : 1);
  const std::string counts = fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" time=\"{}\"",
                                         table.all().size() + 2, failed, format_seconds(took));
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {}>\n"
      "  <testsuite name=\"{}\" {}>\n{}"
      "    <system-out>{} seeds, {} failed; {} events</system-out>\n  "
      "</testsuite>\n</testsuites>\n",
      counts, escape_xml(name), counts, cases, totals.seeds, totals.failed, totals.events);
}

}  // namespace noex::sim
