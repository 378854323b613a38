#include "noex/sim/report/html_json.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "noex/sim/check/property.h"

namespace noex::sim {

namespace {

// Bytes of the character that `text` begins with; 0: it is not UTF-8 (RFC 3629, section 4).
std::size_t character_bytes(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  if (first == 0xE0 && byte(1) < 0xA0) return 0;
  if (first == 0xED && byte(1) > 0x9F) return 0;
  if (first == 0xF0 && byte(1) < 0x90) return 0;
  if (first == 0xF4 && byte(1) > 0x8F) return 0;
  return size;
}

void append_character(std::string& out, std::string_view character) {
  const auto code = static_cast<unsigned char>(character.front());
  if (character.size() > 1) {
    out += character;
  } else if (code == '"' || code == '\\') {
    out += '\\';
    out += character;
  } else if (code < 0x20 || code == 0x7F || code == '<' || code == '>' || code == '&') {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
  } else {
    out += character;
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

void write_happenings(std::string& out, const Scenario& scenario, const Story& story) {
  {
    Rows rows(out, "steps");
    for (const Step& each : scenario.steps) {
      rows.add(each.id, each.at, describe(each.kind), each.node, each.peer, each.lasts, each.side,
               each.others, describe(each), is_fault(each.kind),
               std::ranges::count(story.steps, each.id) > 0);
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
      rows.add(code(each.property), each.at, each.text, text(each.property),
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
    const std::size_t size = character_bytes(text);
    if (size == 0) {
      out += "\xEF\xBF\xBD";
    } else {
      append_character(out, text.substr(0, size));
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
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
      html_quoted(fmt::format("{} events, {} lines typed, {} messages of the chat shown",
                              summary.events, summary.commands, summary.messages_shown)),
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
