#include "noex/sim/report/html_json.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "noex/sim/check/property.h"
#include "noex/sim/report/report.h"
#include "noex/transport/base/text.h"

namespace noex::sim {

namespace {

void append_quoted(std::string& out, char32_t c) {
  if (c == '"' || c == '\\') {
    out += '\\';
    append_character(out, c);
  } else if (c < 0x20 || c == 0x7F || c == '<' || c == '>' || c == '&') {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<std::uint32_t>(c));
  } else {
    append_character(out, c);
  }
}

// Writes a JSON array of arrays, an element a line, so that a page can be read and compared.
class Rows {
 public:
  Rows(std::string& out, std::string_view name) : out_(out) {
    fmt::format_to(std::back_inserter(out_), ",\n\"{}\":[", name);
  }
  ~Rows() { out_ += ']'; }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  template <class... Fields>
  void add(const Fields&... fields) {
    out_ += any_ ? ",\n[" : "\n[";
    any_ = true;
    bool first = true;
    ((out_ += std::exchange(first, false) ? "" : ",", write(fields)), ...);
    out_ += ']';
  }

 private:
  void write(std::uint32_t number) {
    if (number == nothing) {
      out_ += "-1";
    } else {
      fmt::format_to(std::back_inserter(out_), "{}", number);
    }
  }
  void write(std::uint64_t number) { fmt::format_to(std::back_inserter(out_), "{}", number); }
  void write(bool flag) { out_ += flag ? '1' : '0'; }
  void write(Duration duration) {
    fmt::format_to(std::back_inserter(out_), "{}", duration.count());
  }
  void write(Instant at) { write(at == never ? Duration{-1} : at.time_since_epoch()); }
  void write(const std::string& text) { out_ += html_quoted(text); }
  void write(std::string_view text) { out_ += html_quoted(text); }
  void write(const std::vector<std::uint32_t>& list) {
    out_ += '[';
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (i > 0) out_ += ',';
      write(list[i]);
    }
    out_ += ']';
  }

  std::string& out_;
  bool any_ = false;
};

// -1, or the time since the message was written: short.
Instant since(Instant moment, Instant written) {
  return moment == never ? never : Instant{moment - written};
}

void write_messages(std::string& out, const Story& story) {
  Rows rows(out, "messages");
  for (const StoryMessage& each : story.messages) {
    rows.add(each.from, each.to, static_cast<std::uint32_t>(each.group), each.bytes, each.written,
             since(each.sent, each.written), since(each.arrived, each.written),
             since(each.read, each.written), since(each.handled, each.written),
             since(each.lost, each.written), each.held, each.text, each.sender, each.receivers,
             each.connection);
  }
}

void write_nodes(std::string& out, const Story& story) {
  {
    Rows rows(out, "processes");
    for (const StoryProcess& each : story.processes) {
      rows.add(each.node, each.began, each.ended, each.role, each.why, std::to_string(each.id));
    }
  }
  {
    Rows rows(out, "lives");
    for (const StoryLife& each : story.lives) rows.add(each.node, each.began, each.ended, each.end);
  }
  {
    Rows rows(out, "sights");
    for (const StorySight& each : story.sights) {
      rows.add(each.at, each.node, each.peer, each.up, each.why);
    }
  }
  Rows rows(out, "names");
  for (const StoryName& each : story.names) {
    rows.add(each.at, each.node, each.name, each.holder, each.process);
  }
}

// On whose lanes it is drawn while it lasts.
std::vector<std::uint32_t> touched_by(const Step& step) {
  if (row_of(step.kind).shape == StepShape::pair) return {step.node, step.peer};
  if (step.side.empty()) return {step.node};
  std::vector<std::uint32_t> nodes = step.side;
  nodes.insert(nodes.end(), step.others.begin(), step.others.end());
  return nodes;
}

void write_happenings(std::string& out, const Scenario& scenario, const Story& story) {
  {
    Rows rows(out, "steps");
    for (const Step& each : scenario.steps) {
      rows.add(each.id, each.at, describe(each.kind), each.node, each.side, touched_by(each),
               each.lasts, describe(each), is_fault(each.kind),
               std::ranges::count(story.steps, each.id) > 0, row_of(each.kind).stops,
               row_of(each.kind).shape == StepShape::cut_off);
    }
  }
  {
    Rows rows(out, "lines");
    for (const StoryLine& each : story.lines) {
      rows.add(each.at, each.node, each.user, each.typed, each.text);
    }
  }
  Rows rows(out, "events");
  for (const StoryEvent& each : story.events) rows.add(each.at, each.node, each.kind, each.text);
}

void write_verdict(std::string& out, const Story& story, const HtmlNotes& notes) {
  {
    Rows rows(out, "violations");
    for (const Violation& each : story.summary.violations) {
      rows.add(each.property.code, each.at, each.text, each.property.sentence,
               involved_nodes(story, each));
    }
  }
  Rows rows(out, "explanation");
  const Explanation& why = notes.explanation;
  if (!why.nodes.empty()) rows.add(why.nodes, why.steps, why.runs, why.minimal);
}

template <class List>
void write_texts(std::string& out, std::string_view name, const List& list) {
  fmt::format_to(std::back_inserter(out), ",\n\"{}\":[", name);
  bool first = true;
  for (const auto& each : list) {
    out += std::exchange(first, false) ? "" : ",";
    out += html_quoted(each);
  }
  out += ']';
}

}  // namespace

std::string html_quoted(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::optional<char32_t> c = take_character(text);
    append_quoted(out, c.value_or(0xFFFD));
    if (!c) text.remove_prefix(1);
  }
  return out + '"';
}

std::string story_json(const Scenario& scenario, const Story& story, const HtmlNotes& notes) {
  const RunSummary& summary = story.summary;
  std::string out = fmt::format(
      "{{\"file\":{},\"seed\":\"{}\",\"nodes\":{},\"users\":{},\"duration\":{},\"quiet\":{},"
      "\"end\":{},"
      "\"reproduce\":{},\"fingerprint\":\"{:016x}\",\"summary\":{},\"hits\":{}",
      html_quoted(notes.file), scenario.seed, scenario.nodes, users_per_node,
      scenario.duration.count(), scenario.quiet_from.time_since_epoch().count(),
      summary.simulated.count(), html_quoted(notes.reproduce), summary.fingerprint,
      html_quoted(fmt::format("{} events, {} operations, {} messages shown", summary.events,
                              summary.commands, summary.messages_shown)),
      html_quoted(list_hits(summary.faults_on, summary.faults)));
  write_texts(out, "groups", message_groups);
  write_texts(out, "texts", story.texts);
  write_messages(out, story);
  write_nodes(out, story);
  write_happenings(out, scenario, story);
  write_verdict(out, story, notes);
  return out + "}";
}

}  // namespace noex::sim
