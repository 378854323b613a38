#include "noex/sim/search/explain.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "noex/transport/base/text.h"

namespace noex::sim {

namespace {

constexpr std::size_t events_max = 10;  // of each node
constexpr std::size_t steps_max = 30;
constexpr std::size_t columns_max = 96;

// "node3" anywhere, but not in "node31".
bool names_node(std::string_view text, std::uint32_t node) {
  const std::string name = node_name(node);
  for (std::size_t at = text.find(name); at != text.npos; at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if (end == text.size() || text[end] < '0' || text[end] > '9') return true;
  }
  return false;
}

// --- What a node did ---

struct Deed {
  Instant at;
  std::string text;
  std::size_t order = 0;
};

void add_messages(const Story& story, std::uint32_t node, Instant until, std::vector<Deed>& deeds) {
  for (const StoryMessage& message : story.messages) {
    if (message.group == MessageGroup::heartbeat) continue;
    const std::string& text = story.texts[message.text];
    if (message.from == node && message.written <= until) {
      deeds.push_back(
          {message.written,
           fmt::format("-> {}  {}: {}{}", node_name(message.to), describe(message.group), text,
                       message.read <= until ? "" : "  (not received by then)")});
    }
    if (message.to == node && message.read <= until) {
      deeds.push_back({message.read, fmt::format("<- {}  {}: {}", node_name(message.from),
                                                 describe(message.group), text)});
    }
  }
}

std::vector<Deed> deeds_of(const Scenario& scenario, const Story& story, std::uint32_t node,
                           Instant until) {
  std::vector<Deed> deeds;
  add_messages(story, node, until, deeds);
  for (const StoryEvent& event : story.events) {
    if (event.node != node || event.at > until) continue;
    deeds.push_back({event.at, fmt::format("{}: {}", event.kind, event.text)});
  }
  for (const StoryLine& line : story.lines) {
    if (line.node != node || line.at > until) continue;
    deeds.push_back(
        {line.at, fmt::format("user {} {} {}", line.user + 1, line.typed ? "types" : "sees",
                              visible(line.text, columns_max + 1))});
  }
  for (const Step& step : scenario.steps) {
    const bool here = step.node == node && step.side.empty() && step.at <= until;
    if (here && typed_lines(step).empty()) {
      deeds.push_back({step.at, fmt::format("step #{}: {}", step.id, describe(step))});
    }
  }
  // Those of one moment in the order of their kinds.
  for (std::size_t i = 0; i < deeds.size(); ++i) deeds[i].order = i;
  std::ranges::sort(deeds, {}, [](const Deed& deed) { return std::pair(deed.at, deed.order); });
  if (deeds.size() > events_max) {
    deeds.erase(deeds.begin(), deeds.end() - static_cast<std::ptrdiff_t>(events_max));
  }
  return deeds;
}

// --- What nodes believed ---

std::string list_up(const Belief& belief) {
  if (!belief.runs) return "does not run";
  if (belief.up.empty()) return "nobody else is up";
  std::string text = "up:";
  for (const std::uint32_t peer : belief.up) text += fmt::format(" {}", node_name(peer));
  return text;
}

std::string describe_views(const Story& story, Instant at) {
  std::string text;
  std::map<std::string, std::map<std::uint32_t, std::string>> names;  // by name and node
  std::vector<std::uint32_t> running;
  for (std::uint32_t node = 0; node < story.nodes; ++node) {
    const Belief belief = belief_of(story, node, at);
    text += fmt::format("  {:<7} {}\n", node_name(node), list_up(belief));
    if (belief.runs) running.push_back(node);
    for (const Belief::Name& name : belief.names) {
      names[name.name][node] = node_name(name.holder);
    }
  }
  for (const auto& [name, by_node] : names) {
    std::map<std::string, std::string> by_holder;
    for (const std::uint32_t node : running) {
      const auto found = by_node.find(node);
      by_holder[found == by_node.end() ? "nobody" : found->second] +=
          fmt::format(" {}", node_name(node));
    }
    text += fmt::format("  {}:", name);
    const bool agreed = by_holder.size() == 1;
    for (const auto& [holder, nodes] : by_holder) {
      text +=
          agreed ? fmt::format(" {}, for all", holder) : fmt::format(" {} for{};", holder, nodes);
    }
    if (!agreed) text.pop_back();
    text += '\n';
  }
  return text;
}

std::string describe_steps(const Scenario& scenario, const Explanation& explanation) {
  std::string text;
  std::size_t count = 0;
  for (const Step& step : scenario.steps) {
    if (std::ranges::count(explanation.steps, step.id) == 0) continue;
    if (++count > steps_max) {
      return fmt::format("{}  ... and {} more\n", text, explanation.steps.size() - steps_max);
    }
    text +=
        shortened(fmt::format("{:>9} s  #{} {}", format_seconds(step.at), step.id, describe(step)),
                  columns_max);
    text += '\n';
  }
  return text;
}

}  // namespace

std::vector<std::uint32_t> involved_nodes(const Story& story, const Violation& violation) {
  std::vector<std::uint32_t> nodes;
  for (std::uint32_t node = 0; node < story.nodes; ++node) {
    const bool last = story.last_turn == violation.at && story.last_node == node;
    if (last || names_node(violation.text, node)) nodes.push_back(node);
  }
  if (!nodes.empty()) return nodes;
  for (std::uint32_t node = 0; node < story.nodes; ++node) nodes.push_back(node);
  return nodes;
}

Explanation find_needed(const Scenario& scenario, const Violation& violation,
                        const FailureTest& test, const ShrinkHooks& hooks) {
  Explanation explanation;
  const Shrunk shrunk = shrink_steps(scenario, violation, test, hooks);
  explanation.runs = shrunk.tests;
  explanation.minimal = shrunk.minimal;
  for (const Step& step : shrunk.scenario.steps) explanation.steps.push_back(step.id);
  return explanation;
}

Belief belief_of(const Story& story, std::uint32_t node, Instant at) {
  Belief belief;
  Instant began = never;
  for (const StoryLife& life : story.lives) {
    if (life.node != node || life.began > at || life.ended <= at) continue;
    belief.runs = true;
    began = life.began;
  }
  if (!belief.runs) return belief;
  std::map<std::uint32_t, bool> up;
  for (const StorySight& sight : story.sights) {
    if (sight.node == node && sight.at >= began && sight.at <= at) up[sight.peer] = sight.up;
  }
  for (const auto& [peer, is_up] : up) {
    if (is_up) belief.up.push_back(peer);
  }
  std::map<std::string, const StoryName*> names;
  for (const StoryName& name : story.names) {
    if (name.node == node && name.at >= began && name.at <= at)
      names[story.texts[name.name]] = &name;
  }
  for (const auto& [text, name] : names) {
    if (name->holder == nothing) continue;
    const std::string role =
        name->process == nothing ? std::string() : story.processes[name->process].role;
    belief.names.push_back({text, name->holder, role});
  }
  return belief;
}

std::string describe_needed(const Scenario& scenario, const Explanation& explanation,
                            const Paint& paint) {
  if (explanation.runs == 0) return {};
  const std::string_view title =
      explanation.minimal
          ? "It happens with these steps alone, and not without any one of them"
          : "It happens with these steps alone; fewer may do (--explain looks longer)";
  return fmt::format("{}\n{}  ({} of {} steps, found in {} runs)\n", paint.bold(title),
                     describe_steps(scenario, explanation), explanation.steps.size(),
                     scenario.steps.size(), explanation.runs);
}

std::string describe_explanation(const Scenario& scenario, const Story& story,
                                 const Violation& violation, const Explanation& explanation,
                                 const Paint& paint) {
  std::string text =
      paint.bold(fmt::format("What each believed at {} s", format_seconds(violation.at)));
  text += fmt::format("\n{}", describe_views(story, violation.at));
  for (const std::uint32_t node : explanation.nodes) {
    text += fmt::format("\n{}\n", paint.bold(fmt::format("The last of {}", node_name(node))));
    for (const Deed& deed : deeds_of(scenario, story, node, violation.at)) {
      text += shortened(fmt::format("{:>12} s  {}", format_seconds(deed.at, 6), deed.text),
                        columns_max) +
              '\n';
    }
  }
  const std::string needed = describe_needed(scenario, explanation, paint);
  return needed.empty() ? text : fmt::format("{}\n{}", text, needed);
}

}  // namespace noex::sim
