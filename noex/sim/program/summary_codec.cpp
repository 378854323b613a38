#include "noex/sim/program/summary_codec.h"

#include <algorithm>

namespace noex::sim {

namespace {

// A run that ended its process has no summary: every violation is of a property.
std::size_t place_of(const Violation& violation, const RunSummary& summary) {
  const auto found = std::ranges::find(summary.checks, violation.property, &Checked::property);
  return static_cast<std::size_t>(found - summary.checks.begin());
}

}  // namespace

Bytes encode_summary(const RunSummary& summary) {
  Bytes bytes;
  Writer writer(bytes);
  for (const std::uint64_t number :
       {summary.seed, std::uint64_t{summary.nodes}, summary.events, summary.commands,
        summary.commands_lost, summary.lines_shown, summary.messages_shown, summary.fingerprint,
        std::uint64_t{summary.faults_on}}) {
    writer.varint(number);
  }
  writer.zigzag(summary.simulated.count());
  writer.zigzag(summary.wall.count());
  for (const std::uint64_t hits : summary.faults) writer.varint(hits);
  for (const Checked& each : summary.checks) writer.varint(each.times);
  writer.varint(summary.violations.size());
  for (const Violation& violation : summary.violations) {
    writer.varint(place_of(violation, summary));
    writer.zigzag(violation.at.time_since_epoch().count());
    writer.string(violation.text);
  }
  writer.varint(summary.idle_steps.size());
  for (const std::uint32_t id : summary.idle_steps) writer.varint(id);
  writer.u8(summary.interrupted ? 1 : 0);
  return bytes;
}

std::optional<RunSummary> decode_summary(ByteView bytes, const PropertyTable& table) {
  Reader reader(bytes);
  RunSummary summary;
  summary.seed = reader.varint();
  summary.nodes = static_cast<std::uint32_t>(reader.varint());
  summary.events = reader.varint();
  summary.commands = reader.varint();
  summary.commands_lost = reader.varint();
  summary.lines_shown = reader.varint();
  summary.messages_shown = reader.varint();
  summary.fingerprint = reader.varint();
  summary.faults_on = static_cast<std::uint32_t>(reader.varint());
  summary.simulated = Duration{reader.zigzag()};
  summary.wall = Duration{reader.zigzag()};
  for (std::uint64_t& hits : summary.faults) hits = reader.varint();
  for (const Property& property : table.all())
    summary.checks.push_back({property, reader.varint()});
  const std::uint64_t violations = reader.varint();
  for (std::uint64_t i = 0; i < violations && !reader.failed(); ++i) {
    Violation violation;
    const std::uint64_t place = reader.varint();
    if (place >= table.all().size()) return std::nullopt;
    violation.property = table.all()[place];
    violation.at = Instant{Duration{reader.zigzag()}};
    violation.text = reader.string();
    summary.violations.push_back(std::move(violation));
  }
  const std::uint64_t idle = reader.varint();
  for (std::uint64_t i = 0; i < idle && !reader.failed(); ++i) {
    summary.idle_steps.push_back(static_cast<std::uint32_t>(reader.varint()));
  }
  summary.interrupted = reader.u8() != 0;
  if (!reader.complete()) return std::nullopt;
  return summary;
}

}  // namespace noex::sim
