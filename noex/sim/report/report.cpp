#include "noex/sim/report/report.h"

#include <algorithm>

#include <fmt/format.h>

#include "noex/sim/search/shrink.h"
#include "noex/transport/base/text.h"

namespace noex::sim {

namespace {

// The smallest terminal that people use, less the line of the next prompt.
constexpr std::size_t columns_max = 80;
constexpr std::size_t screen_lines = 23;
constexpr std::size_t shown_lines_max = 14;
constexpr std::size_t shown_lines_min = 3;
constexpr std::size_t shown_columns_max = 75;
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

// Broken at blanks into lines of columns_max, of which those after the first are indented, as all
// of the text is.
std::string wrapped(std::string_view text, std::size_t indent) {
  const std::size_t width = columns_max - indent;
  std::string lines;
  while (text.size() > width) {
    std::size_t blank = text.rfind(' ', width);
    if (blank != std::string_view::npos && text[blank + 1] == '(')
      blank = text.rfind(' ', blank - 1);
    if (blank == std::string_view::npos) break;
    lines += fmt::format("{}\n{:{}}", text.substr(0, blank), "", indent);
    text.remove_prefix(blank + 1);
  }
  return lines + std::string(text);
}

std::size_t count_lines(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
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
  return fmt::format("{}\n          a call waits {}, a spawn {}, a registration {}",
                     wrapped(text, 10), milliseconds(options.call_timeout),
                     milliseconds(options.spawn_timeout), milliseconds(options.register_timeout));
}

std::string list_absent(const Company& company) {
  std::string list;
  if (!company.prober) append_item(list, "prober");
  if (!company.couriers) append_item(list, "couriers");
  if (!company.ties) append_item(list, "ties");
  return list;
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

// --- The application ---

bool is_telling(const Application& application, const std::string& line) {
  const LineKind kind = application.kind_of(line);
  return kind == LineKind::message || kind == LineKind::event;
}

// Without noise, up to the last line that tells something.
std::vector<std::string> readable(const Application& application, std::vector<std::string> lines) {
  std::erase_if(
      lines, [&](const std::string& line) { return application.kind_of(line) == LineKind::noise; });
  const auto last = std::find_if(lines.rbegin(), lines.rend(), [&](const std::string& line) {
    return is_telling(application, line);
  });
  if (last != lines.rend()) lines.erase(last.base(), lines.end());
  return lines;
}

// As the user saw it who was told most.
std::string report_shown(const RunRecord& record, const Paint& paint, std::size_t lines_max) {
  const Application& application = record.application();
  const auto telling = [&](const std::vector<std::string>& lines) {
    return std::ranges::count_if(
        lines, [&](const std::string& line) { return is_telling(application, line); });
  };
  std::size_t user = 0;
  for (std::size_t i = 1; i < record.shown().size(); ++i) {
    if (telling(record.shown()[i]) > telling(record.shown()[user])) user = i;
  }
  const std::vector<std::string> lines = readable(application, record.shown()[user]);
  const std::size_t count = std::min(lines.size(), lines_max);
  const std::string title = fmt::format(
      "The {}, as user {} of {} saw it ({} of {} lines)", application.name(),
      user % users_per_node + 1, node_name(static_cast<std::uint32_t>(user / users_per_node)),
      count, record.shown()[user].size());
  std::string text = fmt::format("{}\n", paint.bold(title));
  for (std::size_t i = lines.size() - count; i < lines.size(); ++i) {
    text += fmt::format("  {}\n", shortened(lines[i], shown_columns_max));
  }
  return text;
}

}  // namespace

void RunRecord::on_shown(Instant, std::uint32_t node, std::uint32_t user, std::string_view line) {
  shown_[node * users_per_node + user].emplace_back(line);
}

void RunRecord::on_cluster_event(Instant at, std::uint32_t node, std::string_view what,
                                 std::string_view who, std::string_view why) {
  cluster_events_.push_back({at, node, std::string(what), std::string(who), std::string(why)});
}

void RunRecord::on_own_deed(Instant at, std::uint32_t node, std::string_view deed) {
  own_deeds_.push_back({at, node, std::string(deed), {}, {}});
}

std::string report_heading(const Scenario& scenario, const Paint& paint, std::string_view file) {
  const std::string title = file.empty() ? fmt::format("Seed {}", scenario.seed)
                                         : fmt::format("{}, seed {}", visible(file), scenario.seed);
  std::string text = paint.bold(fmt::format("{}: {} nodes, {} s, quiet from {} s on", title,
                                            scenario.nodes, format_seconds(scenario.duration, 0),
                                            format_seconds(scenario.quiet_from, 1)));
  text += fmt::format("\nFaults:   {}\nSettings: {}\n", wrapped(list_kinds(scenario), 10),
                      list_settings(scenario));
  const std::string off = list_absent(scenario.company);
  return off.empty() ? text : fmt::format("{}Off:      {}\n", text, off);
}

std::string report_schedule(const Scenario& scenario, const Paint& paint) {
  std::string text = fmt::format("\n{}\n", paint.bold("Schedule"));
  for (const Step& step : scenario.steps) {
    if (is_by_user(step.kind)) continue;
    text += fmt::format("{}{}\n", at_text(step.at), describe(step));
  }
  return text;
}

std::string report_violation(const Violation& violation) {
  if (violation.died) return violation.text;
  return fmt::format("{} at {} s: {}", violation.property.code, format_seconds(violation.at, 9),
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

std::string list_checks(const std::vector<Checked>& checks) {
  std::string list;
  for (const auto& [property, times] : checks) {
    append_item(list, fmt::format("{} {}", property.code, times));
  }
  return list;
}

std::string list_idle(const Scenario& scenario, const RunSummary& summary, std::size_t steps_max) {
  std::string kinds;
  std::size_t count = 0;
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    if ((summary.faults_on >> i & 1) == 0 || summary.faults[i] > 0) continue;
    append_item(kinds, describe(static_cast<FaultKind>(i)));
    ++count;
  }
  std::string list;
  if (count > 0) {
    const std::string text = fmt::format("{}, which {} on", kinds, count == 1 ? "was" : "were");
    list = fmt::format("  hit nothing: {}\n", wrapped(text, 15));
  }
  StepCounts idle;
  for (const Step& step : scenario.steps) {
    if (std::ranges::count(summary.idle_steps, step.id) == 0) continue;
    ++(is_fault(step.kind) ? idle.faults : idle.operations);
    if (idle.faults + idle.operations > steps_max) continue;
    const std::string line =
        fmt::format("  hit nothing: {} s #{} {}", format_seconds(step.at), step.id, describe(step));
    list += fmt::format("{}\n", shortened(line, shown_columns_max));
  }
  if (idle.faults + idle.operations > steps_max) {
    const StepCounts all = count_steps(scenario);
    list += fmt::format("  hit nothing: {} of {} faults, {} of {} operations\n", idle.faults,
                        all.faults, idle.operations, all.operations);
  }
  return list;
}

std::string report_brief(const Scenario& scenario, const RunRecord& record,
                         const RunSummary& summary, const Paint& paint, const BriefSizes& sizes) {
  std::uint64_t hits = 0;
  for (const std::uint64_t each : summary.faults) hits += each;
  std::uint64_t checks = 0;
  for (const Checked& each : summary.checks) checks += each.times;
  const StepCounts steps = count_steps(scenario);
  std::string counts = fmt::format(
      "{}\n  {} faults and {} operations in {} s, {} events; faults hit {} times\n"
      "  {} lines shown, {} of them messages; {} properties checked {} times\n",
      paint.bold("Counts"), steps.faults, steps.operations, format_seconds(summary.simulated, 0),
      summary.events, hits, summary.lines_shown, summary.messages_shown, summary.checks.size(),
      checks);
  counts += list_idle(scenario, summary, sizes.idle_steps_max);
  counts += fmt::format(
      "  (--verbose tells what happened when; --html FILE shows it)\n\nFingerprint: {:016x}\n{}\n",
      summary.fingerprint, paint.good("All properties held."));
  const std::size_t others = sizes.heading_lines + count_lines(counts) + 3;  // blank lines, a title
  const std::size_t room = std::max(screen_lines, others + shown_lines_min) - others;
  return fmt::format("\n{}\n{}", report_shown(record, paint, std::min(room, shown_lines_max)),
                     counts);
}

std::string report_run(const RunRecord& record, const RunSummary& summary,
                       std::string_view reproduce, const Paint& paint, std::string_view why,
                       std::string_view idle) {
  std::string text = fmt::format("\n{}\n", paint.bold("What the nodes saw of each other"));
  for (const Group& one : group(record.cluster_events())) {
    text += fmt::format("{}{}\n", at_text(one.first->at), describe_group(one));
  }
  if (!record.own_deeds().empty()) {
    text += fmt::format("\n{}\n", paint.bold("What the simulator did by itself"));
  }
  for (const RunRecord::ClusterEvent& deed : record.own_deeds()) {
    text += fmt::format("{}on {}: {}\n", at_text(deed.at), node_name(deed.node), deed.what);
  }
  text +=
      fmt::format("\n{}\n{}\n", report_shown(record, paint, shown_lines_max), paint.bold("Counts"));
  text += fmt::format(
      "  {} events in {} s; {} commands given, {} lost; {} lines shown, {} of them "
      "messages\n",
      summary.events, format_seconds(summary.simulated), summary.commands, summary.commands_lost,
      summary.lines_shown, summary.messages_shown);
  text += fmt::format("  faults that hit: {}\n  checked: {}\n{}\n",
                      wrapped(list_hits(summary.faults_on, summary.faults), 19),
                      wrapped(list_checks(summary.checks), 11), idle);
  text += fmt::format("Fingerprint: {:016x}\n", summary.fingerprint);
  if (summary.violations.empty() && summary.interrupted) {
    return fmt::format("{}Interrupted after {} s; nothing was violated until then.\n", text,
                       format_seconds(summary.simulated));
  }
  if (summary.violations.empty()) {
    return fmt::format("{}{}\n", text, paint.good("All properties held."));
  }
  for (const Violation& violation : summary.violations) {
    text += fmt::format("\n{} {}\n", paint.bad("VIOLATED"), report_violation(violation));
    text +=
        fmt::format("  property {}: {}\n", violation.property.code, violation.property.sentence);
  }
  if (!why.empty()) text += fmt::format("\n{}\n", why);
  return fmt::format("{}reproduce: {}\n", text, reproduce);
}

}  // namespace noex::sim
