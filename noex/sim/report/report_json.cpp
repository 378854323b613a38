#include "noex/sim/report/report_json.h"

#include <string_view>

#include <boost/json/src.hpp>  // the library itself: in this file only
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace noex::sim {

namespace {

// Numbers are written here, in integers and in decimal: Boost.JSON would make them floating.
std::string quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

void append(std::string& list, std::string_view item) {
  if (!list.empty()) list += ',';
  list += item;
}

std::string faults(const RunSummary& summary) {
  std::string list;
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    const bool on = (summary.faults_on >> i & 1) != 0;
    if (!on && summary.faults[i] == 0) continue;
    append(list, fmt::format("\"{}\":{}", describe(static_cast<FaultKind>(i)), summary.faults[i]));
  }
  return list;
}

std::string checks(const RunSummary& summary) {
  std::string list;
  for (const auto& [property, times] : summary.checks) {
    append(list, fmt::format("\"{}\":{}", property.code, times));
  }
  return list;
}

std::string violations(const RunSummary& summary) {
  std::string list;
  for (const Violation& violation : summary.violations) {
    append(list,
           fmt::format("{{\"property\":\"{}\",\"at_s\":{},\"text\":{}}}", violation.property.code,
                       format_seconds(violation.at, 9), quoted(violation.text)));
  }
  return list;
}

}  // namespace

std::string to_json(const RunSummary& summary) {
  return fmt::format(
      "{{\"seed\":{},\"nodes\":{},\"simulated_s\":{},\"wall_s\":{},\"events\":{},\"commands\":{},"
      "\"messages_shown\":{},\"faults\":{{{}}},\"fingerprint\":\"{:016x}\",\"checks\":{{{}}},"
      "\"violations\":[{}],\"hit_nothing\":[{}]}}",
      summary.seed, summary.nodes, format_seconds(summary.simulated, 9),
      format_seconds(summary.wall, 6), summary.events, summary.commands, summary.messages_shown,
      faults(summary), summary.fingerprint, checks(summary), violations(summary),
      fmt::join(summary.idle_steps, ","));
}

std::string died_to_json(std::uint64_t seed, std::uint32_t nodes, const std::string& how) {
  return fmt::format("{{\"seed\":{},\"nodes\":{},\"died\":{}}}", seed, nodes, quoted(how));
}

}  // namespace noex::sim
