#include "chat/completion.h"

#include <algorithm>
#include <span>

#include "chat/commands.h"

namespace noex::chat {

namespace {

constexpr std::string_view blanks = " \t";

std::vector<std::string> beginning_with(std::string_view word, std::span<const std::string> all) {
  std::vector<std::string> found;
  std::ranges::copy_if(all, std::back_inserter(found),
                       [word](const std::string& each) { return each.starts_with(word); });
  std::ranges::sort(found);
  const auto repeated = std::ranges::unique(found);
  found.erase(repeated.begin(), repeated.end());
  return found;
}

// Never half of a character: both are UTF-8, so that they differ first at a whole one or within
// one, from which it is stepped back.
std::string common_beginning(const std::vector<std::string>& all) {
  std::string common = all.front();
  for (const std::string& each : all) {
    common.resize(
        static_cast<std::size_t>(std::ranges::mismatch(common, each).in1 - common.begin()));
    const auto is_tail = [&](std::size_t at) {
      return at < each.size() && (static_cast<unsigned char>(each[at]) & 0xc0) == 0x80;
    };
    while (!common.empty() && is_tail(common.size())) common.pop_back();
  }
  return common;
}

std::vector<std::string> command_words() {
  std::vector<std::string> words;
  for (const CommandRow& row : commands()) words.emplace_back(row.word);
  return words;
}

// The words before the one under the cursor.
std::vector<std::string_view> words_before(std::string_view text) {
  std::vector<std::string_view> words;
  for (;;) {
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find_first_of(blanks), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

// Empty: nothing can be known of what stands there.
std::vector<std::string> candidates_after(const std::vector<std::string_view>& words,
                                          std::string_view word, const KnownNames& names) {
  if (words.empty() && word.starts_with('/')) return command_words();
  const bool plain = words.empty() || !words.front().starts_with('/');
  const CommandRow* row = plain ? &text_command() : find_command(words.front());
  if (row == nullptr) return {};
  if (row->takes == Takes::text && !word.empty()) return names.users;
  if (row->takes == Takes::room && words.size() == 1) return names.rooms;
  if (row->takes == Takes::new_room && words.size() == 2) return {"on"};
  const bool on = row->takes == Takes::new_room && words.size() == 3 && words[2] == "on";
  return on ? names.nodes : std::vector<std::string>();
}

}  // namespace

Completion complete(std::string_view before, const KnownNames& names) {
  const std::size_t blank = before.find_last_of(blanks);
  const std::string_view word = before.substr(blank == std::string_view::npos ? 0 : blank + 1);
  const auto words = words_before(before.substr(0, before.size() - word.size()));
  Completion completion;
  completion.candidates = beginning_with(word, candidates_after(words, word, names));
  if (completion.candidates.empty()) return completion;
  completion.insertion = common_beginning(completion.candidates).substr(word.size());
  if (completion.candidates.size() == 1) completion.insertion += ' ';
  return completion;
}

}  // namespace noex::chat
