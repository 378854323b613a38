#include "chat/typing.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "chat/commands.h"
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

bool is_enter(const std::string& key) {
  return is_control(key, '\r') || is_control(key, '\n');
}

std::string as_text(std::string_view line) {
  return fmt::format("{} {}", text_command().word, line);
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// What a line begins with.
std::string_view first_word(std::string_view line) {
  line = trimmed(line);
  return line.substr(0, line.find_first_of(" \t\r\n\v\f"));
}

// So that one key, a Tab, makes the whole word of it. A "/" alone is none: addresses end with it.
bool ends_with_beginning(std::string_view text, std::string_view word) {
  for (std::size_t size = 2; size < word.size(); ++size) {
    if (text.ends_with(word.substr(0, size))) return true;
  }
  return false;
}

bool is_beginning(const std::u32string& typed, std::string_view word) {
  return word.starts_with(lowered(encoded(typed)));
}

}  // namespace

Typing::Typing(std::unique_ptr<LineEditor> editor, TypingEvents events)
    : editor_(std::move(editor)), events_(std::move(events)) {}

std::u32string Typing::prompt() const {
  if (question_) return U"(y/n) ";
  if (!search_) return U"> ";
  return decoded(fmt::format("({} \"{}\") ", search_->found ? "search" : "not found",
                             encoded(search_->query)));
}

bool Typing::on_event(const KeyEvent& event) {
  const bool interrupt = event.bytes == "\x03" && event.kind == KeyEvent::Kind::key;
  if (!interrupt) interrupted_ = false;
  switch (event.kind) {
    case KeyEvent::Kind::text:
      on_text(decoded(event.bytes));
      break;
    case KeyEvent::Kind::key:
      on_key(event.bytes);
      break;
    case KeyEvent::Kind::paste:
      on_paste(event);
      break;
  }
  watch_recalled();
  if (editor_->empty()) told_of_bound_ = false;
  return !ended_;
}

void Typing::on_text(std::u32string_view text) {
  if (question_) {
    on_answer(text);
  } else if (search_) {
    search_->query += text;
    search(search_->lines.size());
  } else {
    insert(text);
  }
}

void Typing::insert(std::u32string_view text) {
  if (editor_->insert(text) || std::exchange(told_of_bound_, true)) return;
  events_.on_hint(
      fmt::format("A line has at most {} bytes: the rest was not taken.", line_bytes_max));
}

void Typing::remember_pasted(std::string_view text) {
  if (first_word(text).starts_with('/')) pasted_word_ = first_word(text);
  pasted_end_ += lowered(text);
  for (const CommandRow& row : commands()) {
    if (pasted_end_.contains(row.word) || ends_with_beginning(pasted_end_, row.word)) {
      pasted_commands_.insert(row.word);
    }
  }
  constexpr std::size_t kept = 16;  // no command word is longer
  if (pasted_end_.size() > kept) pasted_end_.erase(0, pasted_end_.size() - kept);
}

// Also one that is no command, or was typed to its end.
bool Typing::was_pasted(std::string_view word) const {
  return pasted_commands_.contains(word) ||
         (!pasted_word_.empty() && word.starts_with(pasted_word_));
}

// A line that was pasted and entered comes back as "/msg /quit", whose beginning can be erased.
void Typing::watch_recalled() {
  const std::string line = encoded(editor_->text());
  const std::string_view quoting = text_command().word;
  if (!line.starts_with(fmt::format("{} /", quoting))) return;
  const std::string_view inner = first_word(std::string_view(line).substr(quoting.size()));
  const CommandRow* row = find_command(inner);
  if (row != nullptr && row->word != quoting) pasted_commands_.insert(row->word);
}

void Typing::on_key(const std::string& key) {
  if (question_ && answer_key(key)) return;
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
    case '\x19':  // puts back what was killed, in this line or in one before
      pasted_commands_.insert(former_commands_.begin(), former_commands_.end());
      editor_->key("\x19");
      return;
    default:
      editor_->key(std::string_view(&key, 1));
  }
}

void Typing::interrupt() {
  if (!editor_->empty()) {
    clear();
  } else if (std::exchange(interrupted_, true)) {
    ended_ = true;
    events_.on_end();
  } else {
    events_.on_hint("Press Ctrl-C again to leave, or go on typing.");
  }
}

void Typing::finish() {
  const std::string line = encoded(editor_->text());
  const bool pasted = was_pasted(first_word(line));
  clear();
  events_.on_echo(fmt::format("> {}", line));
  if (!pasted) {
    enter(line);
    return;
  }
  events_.on_hint(fmt::format("\"{}\" was pasted: that is text, not a command.",
                              visible(first_word(line), quoted_bytes_max)));
  enter(as_text(trimmed(line)));
}

// The line is gone, but not what was killed.
void Typing::clear() {
  editor_->clear();
  told_of_bound_ = false;
  former_commands_.merge(pasted_commands_);
  pasted_commands_.clear();
  pasted_word_.clear();
  pasted_end_.clear();
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
  if (question_) answer(false);
  if (event.cut) {
    events_.on_hint(fmt::format("That is too much to paste: at most {} bytes. Nothing was taken.",
                                KeyReader::paste_bytes_max));
    return;
  }
  std::vector<std::string> lines = lines_of(event.bytes);
  if (lines.empty()) return;
  if (search_) search_.reset();
  if (lines.size() == 1) {
    remember_pasted(lines.front());
    insert(decoded(lines.front()));
  } else if (lines.size() <= pasted_lines_max) {
    send(lines);
  } else {
    events_.on_hint(fmt::format("Send these {} lines, from \"{}\" to \"{}\"? (y/n)", lines.size(),
                                visible(lines.front(), quoted_bytes_max),
                                visible(lines.back(), quoted_bytes_max)));
    question_ = Question{std::move(lines)};
  }
}

// What is no answer is no yes, and goes on the line.
void Typing::on_answer(std::u32string_view text) {
  std::u32string& typed = question_->answer;
  typed += text;
  if (is_beginning(typed, "yes") || is_beginning(typed, "no")) return;
  const std::u32string line = std::move(typed);
  answer(false);
  insert(line);
}

bool Typing::answer_key(const std::string& key) {
  std::u32string& typed = question_->answer;
  if (is_control(key, '\x7f') || is_control(key, '\b')) {
    if (!typed.empty()) typed.pop_back();
    return true;
  }
  const bool enter = is_enter(key);
  if (enter) events_.on_echo(fmt::format("{}{}", encoded(prompt()), encoded(typed)));
  const std::string word = lowered(encoded(typed));
  answer(enter && (word == "y" || word == "yes"));
  return enter || is_control(key, '\x03');
}

void Typing::answer(bool yes) {
  const Question question = *std::exchange(question_, std::nullopt);
  if (yes) {
    send(question.lines);
  } else {
    events_.on_hint("Nothing was sent.");
  }
}

void Typing::send(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    events_.on_echo(fmt::format("> {}", line));
    events_.on_line(as_text(line));
  }
}

void Typing::complete_word() {
  const std::string before = encoded(editor_->text().substr(0, editor_->cursor()));
  Completion completion = complete(before, events_.names());
  if (!completion.insertion.empty()) {
    insert(decoded(completion.insertion));
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
