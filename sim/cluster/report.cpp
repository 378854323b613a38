#include "sim/cluster/report.h"

#include <algorithm>

#include <fmt/format.h>

namespace noex::sim {

namespace {

constexpr std::size_t chat_lines_max = 14;
constexpr std::size_t chat_columns_max = 100;
constexpr std::size_t names_max = 8;
// What several nodes notice within this is one line.
constexpr Duration together = 1s;

std::string at_text(Instant at) {
  return fmt::format("{:>9} s  ", format_seconds(at));
}

void append_item(std::string& list, std::string_view item) {
  if (!list.empty()) list += ", ";
  list += item;
}

// --- The scenario ---

std::string list_kinds(const Scenario& scenario) {
  std::string list;
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    if (scenario.faults[i] == Severity::off) continue;
    append_item(list, fmt::format("{} ({})", describe(static_cast<FaultKind>(i)),
                                  describe(scenario.faults[i])));
  }
  return list.empty() ? "none" : list;
}

std::string milliseconds(Duration duration) {
  return fmt::format("{} ms", format_seconds(duration * 1000, 1));
}

std::string list_settings(const Scenario& scenario) {
  const LinkProfile& links = scenario.links;
  std::string text = fmt::format("bytes take {}..{}", milliseconds(links.latency),
                                 milliseconds(links.latency + links.jitter));
  if (links.tail_chance > 0) {
    text += fmt::format(", one in {} up to {} more", 1'000'000 / links.tail_chance,
                        milliseconds(links.tail));
  }
  if (links.chunk_chance > 0) {
    text += fmt::format("; one segment in {} is split or merged", 1'000'000 / links.chunk_chance);
  }
  const Options& options = scenario.options;
  return fmt::format("{}\n          a call waits {}, a spawn {}, a registration {}", text,
                     milliseconds(options.call_timeout), milliseconds(options.spawn_timeout),
                     milliseconds(options.register_timeout));
}

// --- The cluster ---

struct Group {
  const RunRecord::ClusterEvent* first;
  std::vector<std::uint32_t> nodes;
};

bool same(const RunRecord::ClusterEvent& a, const RunRecord::ClusterEvent& b) {
  return a.what == b.what && a.who == b.who && a.why == b.why;
}

std::vector<Group> group(const std::vector<RunRecord::ClusterEvent>& events) {
  std::vector<Group> groups;
  for (const RunRecord::ClusterEvent& event : events) {
    bool joined = false;
    for (auto i = groups.rbegin(); i != groups.rend(); ++i) {
      if (event.at - i->first->at > together) break;
      if (!same(*i->first, event) || std::ranges::count(i->nodes, event.node) > 0) continue;
      i->nodes.push_back(event.node);
      joined = true;
      break;
    }
    if (!joined) groups.push_back({&event, {event.node}});
  }
  return groups;
}

std::string describe_group(const Group& group) {
  const RunRecord::ClusterEvent& event = *group.first;
  std::string text = fmt::format("{} {}", event.who, event.what);
  if (!event.why.empty()) text += fmt::format(" ({})", event.why);
  if (event.what != "up" && event.what != "down") return text;
  if (group.nodes.size() > names_max) {
    return fmt::format("{}, for {} nodes", text, group.nodes.size());
  }
  std::vector<std::uint32_t> nodes = group.nodes;
  std::ranges::sort(nodes);
  text += ", for";
  for (const std::uint32_t node : nodes) text += fmt::format(" {}", node_name(node));
  return text;
}

// --- The chat ---

// Cut where a character begins.
std::string shortened(const std::string& line) {
  if (line.size() <= chat_columns_max) return line;
  std::size_t end = chat_columns_max;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;
  return fmt::format("{}...", line.substr(0, end));
}

std::size_t stamped_lines(const std::vector<std::string>& lines) {
  return static_cast<std::size_t>(
      std::ranges::count_if(lines, [](const std::string& line) { return line.starts_with('['); }));
}

// Without the list of commands, up to the last line that came from a room.
std::vector<std::string> readable(std::vector<std::string> lines) {
  std::erase_if(lines, [](const std::string& line) { return line.starts_with("  /"); });
  const auto last = std::find_if(lines.rbegin(), lines.rend(),
                                 [](const std::string& line) { return line.starts_with('['); });
  lines.erase(last.base(), lines.end());
  return lines;
}

std::string report_chat(const RunRecord& record, const Paint& paint) {
  std::size_t user = 0;
  for (std::size_t i = 1; i < record.shown().size(); ++i) {
    if (stamped_lines(record.shown()[i]) > stamped_lines(record.shown()[user])) user = i;
  }
  const std::vector<std::string> lines = readable(record.shown()[user]);
  const std::size_t count = std::min(lines.size(), chat_lines_max);
  const std::string title =
      fmt::format("The chat, as user {} of {} saw it ({} of {} lines)", user % users_per_node + 1,
                  node_name(static_cast<std::uint32_t>(user / users_per_node)), count,
                  record.shown()[user].size());
  std::string text = fmt::format("{}\n", paint.bold(title));
  for (std::size_t i = lines.size() - count; i < lines.size(); ++i) {
    text += fmt::format("  {}\n", shortened(lines[i]));
  }
  return text;
}

}  // namespace

std::string Paint::wrap(std::string_view code, std::string_view text) const {
  return on_ ? fmt::format("{}{}\033[0m", code, text) : std::string(text);
}

void RunRecord::on_shown(Instant, std::uint32_t node, std::uint32_t user, std::string_view line) {
  shown_[node * users_per_node + user].emplace_back(line);
}

void RunRecord::on_cluster_event(Instant at, std::uint32_t node, std::string_view what,
                                 std::string_view who, std::string_view why) {
  cluster_events_.push_back({at, node, std::string(what), std::string(who), std::string(why)});
}

std::string report_scenario(const Scenario& scenario, const Paint& paint) {
  std::string text = paint.bold(
      fmt::format("Seed {}: {} nodes, {} s, quiet from {} s on", scenario.seed, scenario.nodes,
                  format_seconds(scenario.duration, 0), format_seconds(scenario.quiet_from, 1)));
  text += fmt::format("\nFaults:   {}\nSettings: {}\n\n", list_kinds(scenario),
                      list_settings(scenario));
  text += fmt::format("{}\n", paint.bold("Schedule"));
  for (const Step& step : scenario.steps) {
    if (is_by_user(step.kind)) continue;
    text += fmt::format("{}{}\n", at_text(step.at), describe(step));
  }
  return text;
}

std::string report_violation(const Violation& violation) {
  if (violation.died) return violation.text;
  return fmt::format("{} at {} s: {}", code(violation.property), format_seconds(violation.at, 9),
                     violation.text);
}

std::string list_hits(std::uint32_t faults_on, const FaultHits& hits) {
  std::string list;
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    if ((faults_on >> i & 1) == 0 && hits[i] == 0) continue;
    append_item(list, fmt::format("{} {}", describe(static_cast<FaultKind>(i)), hits[i]));
  }
  return list.empty() ? "none" : list;
}

std::string list_checks(const std::array<std::uint64_t, property_count>& checks) {
  std::string list;
  for (std::size_t i = 0; i < property_count; ++i) {
    append_item(list, fmt::format("{} {}", code(static_cast<Property>(i)), checks[i]));
  }
  return list;
}

std::string report_run(const RunRecord& record, const RunSummary& summary,
                       std::string_view reproduce, const Paint& paint, std::string_view why) {
  std::string text = fmt::format("\n{}\n", paint.bold("What the nodes saw of each other"));
  for (const Group& one : group(record.cluster_events())) {
    text += fmt::format("{}{}\n", at_text(one.first->at), describe_group(one));
  }
  text += fmt::format("\n{}\n{}\n", report_chat(record, paint), paint.bold("Counts"));
  text += fmt::format(
      "  {} events in {} s; {} commands given, {} lost; {} lines shown, {} of them "
      "messages\n",
      summary.events, format_seconds(summary.simulated), summary.commands, summary.commands_lost,
      summary.lines_shown, summary.messages_shown);
  text += fmt::format("  faults that hit: {}\n  checked: {}\n\n",
                      list_hits(summary.faults_on, summary.faults), list_checks(summary.checks));
  text += fmt::format("Fingerprint: {:016x}\n", summary.fingerprint);
  if (summary.violations.empty()) {
    return fmt::format("{}{}\n", text, paint.good("All properties held."));
  }
  for (const Violation& violation : summary.violations) {
    text += fmt::format("\n{} {}\n", paint.bad("VIOLATED"), report_violation(violation));
    text += fmt::format("  property {}: {}\n", code(violation.property),
                        noex::sim::text(violation.property));
  }
  if (!why.empty()) text += fmt::format("\n{}\n", why);
  return fmt::format("{}reproduce: {}\n", text, reproduce);
}

}  // namespace noex::sim
