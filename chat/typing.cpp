#include "chat/typing.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "chat/text.h"

namespace noex::chat {

namespace {

constexpr std::size_t candidates_listed_max = 100;
constexpr std::size_t entered_max = 500;
constexpr std::size_t quoted_bytes_max = 40;

// Its lines, without what cannot be seen; empty ones are left out.
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    std::string line = visible(text.substr(0, end));
    if (!trimmed(line).empty()) lines.push_back(std::move(line));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool is_control(const std::string& key, char control) {
  return key.size() == 1 && key.front() == control;
}

std::string as_text(std::string_view line) {
  return fmt::format("/msg {}", line);
}

}  // namespace

Typing::Typing(std::unique_ptr<LineEditor> editor, TypingEvents events)
    : editor_(std::move(editor)), events_(std::move(events)) {}

std::u32string Typing::prompt() const {
  if (!search_) return U"> ";
  return decoded(fmt::format("({} \"{}\") ", search_->found ? "search" : "not found",
                             encoded(search_->query)));
}

bool Typing::on_event(const KeyEvent& event) {
  const std::size_t size = editor_->text().size();
  const std::size_t cursor = editor_->cursor();
  const bool interrupt = event.bytes == "\x03" && event.kind == KeyEvent::Kind::key;
  if (!interrupt) interrupted_ = false;
  switch (event.kind) {
    case KeyEvent::Kind::text:
      on_text(decoded(event.bytes));
      watch_head(size, cursor);
      break;
    case KeyEvent::Kind::key:
      on_key(event.bytes);
      watch_head(size, cursor);
      break;
    case KeyEvent::Kind::paste:
      on_paste(event);
      break;
  }
  return !ended_;
}

// Whether what was pasted still stands in front.
void Typing::watch_head(std::size_t size, std::size_t cursor) {
  const std::size_t now = editor_->text().size();
  if (now == 0 || (cursor == 0 && editor_->cursor() > 0 && now > size)) pasted_head_ = false;
  if (now == 0) told_of_bound_ = false;
}

void Typing::on_text(std::u32string_view text) {
  if (!pasted_.empty()) {
    const char32_t first = text.front();
    const bool yes = first == U'y' || first == U'Y';
    answer(yes);
    if (yes || first == U'n' || first == U'N') text.remove_prefix(1);
  }
  if (text.empty()) return;
  if (search_) {
    search_->query += text;
    search(search_->lines.size());
  } else {
    insert(text, false);
  }
}

void Typing::insert(std::u32string_view text, bool pasted) {
  if (pasted && editor_->cursor() == 0) pasted_head_ = true;
  if (editor_->insert(text) || std::exchange(told_of_bound_, true)) return;
  events_.on_hint(
      fmt::format("A line has at most {} bytes: the rest was not taken.", line_bytes_max));
}

void Typing::on_key(const std::string& key) {
  if (!pasted_.empty()) {
    answer(false);
    if (is_control(key, '\x03') || is_control(key, '\r')) return;
  }
  if (search_ && search_key(key)) return;
  if (key.size() == 1) {
    on_control(key.front());
  } else {
    editor_->key(key);
  }
}

void Typing::on_control(char key) {
  switch (key) {
    case '\r':
    case '\n':
      finish();
      return;
    case '\x03':
      interrupt();
      return;
    case '\x04':
      if (editor_->empty()) {
        ended_ = true;
        events_.on_end();
      } else {
        editor_->key("\x04");
      }
      return;
    case '\t':
      complete_word();
      return;
    case '\x0c':
      events_.on_clear_screen();
      return;
    case '\x12':
      begin_search();
      return;
    default:
      editor_->key(std::string_view(&key, 1));
  }
}

void Typing::interrupt() {
  if (!editor_->empty()) {
    editor_->clear();
  } else if (std::exchange(interrupted_, true)) {
    ended_ = true;
    events_.on_end();
  } else {
    events_.on_hint("Press Ctrl-C again to leave, or go on typing.");
  }
}

void Typing::finish() {
  const std::string line = encoded(editor_->text());
  const bool pasted = std::exchange(pasted_head_, false);
  told_of_bound_ = false;
  editor_->clear();
  events_.on_echo(fmt::format("> {}", line));
  enter(pasted && trimmed(line).starts_with('/') ? as_text(trimmed(line)) : line);
}

void Typing::enter(std::string line) {
  if (!trimmed(line).empty()) {
    editor_->remember(line);
    if (entered_.size() == entered_max) entered_.erase(entered_.begin());
    entered_.push_back(line);
  }
  events_.on_line(std::move(line));
}

void Typing::on_paste(const KeyEvent& event) {
  if (!pasted_.empty()) answer(false);
  if (event.cut) {
    events_.on_hint(fmt::format("That is too much to paste: at most {} bytes. Nothing was taken.",
                                KeyReader::paste_bytes_max));
    return;
  }
  std::vector<std::string> lines = lines_of(event.bytes);
  if (lines.empty()) return;
  if (search_) search_.reset();
  if (lines.size() == 1) {
    insert(decoded(lines.front()), true);
    return;
  }
  pasted_ = std::move(lines);
  if (pasted_.size() <= pasted_lines_max) {
    answer(true);
  } else {
    events_.on_hint(fmt::format("Send these {} lines, from \"{}\" to \"{}\"? (y/n)", pasted_.size(),
                                visible(pasted_.front(), quoted_bytes_max),
                                visible(pasted_.back(), quoted_bytes_max)));
  }
}

void Typing::answer(bool yes) {
  const std::vector<std::string> lines = std::exchange(pasted_, {});
  if (!yes) {
    events_.on_hint("Nothing was sent.");
    return;
  }
  for (const std::string& line : lines) {
    events_.on_echo(fmt::format("> {}", line));
    events_.on_line(as_text(line));
  }
}

void Typing::complete_word() {
  const std::string before = encoded(editor_->text().substr(0, editor_->cursor()));
  Completion completion = complete(before, events_.names());
  if (!completion.insertion.empty()) {
    insert(decoded(completion.insertion), false);
    return;
  }
  std::vector<std::string>& all = completion.candidates;
  if (all.empty()) return;
  const std::size_t more = all.size() - std::min(all.size(), candidates_listed_max);
  all.resize(all.size() - more);
  const std::string rest = more > 0 ? fmt::format("  ... and {} more", more) : "";
  events_.on_hint(fmt::format("{}{}", fmt::join(all, "  "), rest));
}

void Typing::begin_search() {
  search_ = Search{{}, std::u32string(editor_->text()), editor_->history(), 0, true};
  search_->end = search_->lines.size();
}

// The latest before `end`; the line shows it. Nothing found: the line stays.
void Typing::search(std::size_t end) {
  const std::string query = encoded(search_->query);
  while (end > 0 && search_->lines[end - 1].find(query) == std::string::npos) --end;
  search_->found = end > 0;
  if (end == 0) return;
  search_->end = end - 1;
  editor_->replace(decoded(search_->lines[end - 1]));
  pasted_head_ = false;
}

bool Typing::search_key(const std::string& key) {
  if (is_control(key, '\x12')) {
    if (!search_->query.empty()) search(search_->end);
    return true;
  }
  if (is_control(key, '\x7f') || is_control(key, '\b')) {
    if (!search_->query.empty()) search_->query.pop_back();
    if (search_->query.empty()) {
      editor_->replace(search_->before);
      search_->found = true;
    } else {
      search(search_->lines.size());
    }
    return true;
  }
  const Search ended = *std::exchange(search_, std::nullopt);
  if (!is_control(key, '\a') && !is_control(key, '\x03')) return false;  // what was found stays
  editor_->replace(ended.before);
  return true;
}

}  // namespace noex::chat
