#include "chat/line.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "chat/text.h"

namespace noex::chat {

namespace {

using Parsed = std::expected<Command, std::string>;

std::unexpected<std::string> refuse(std::string line) {
  return std::unexpected<std::string>(std::move(line));
}

// In any case of its letters.
bool is_word(std::string_view text, std::string_view word) {
  return std::ranges::equal(text, word, [](char a, char b) {
    return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b);
  });
}

std::vector<std::string_view> words_of(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\v\f";
  std::vector<std::string_view> words;
  for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
    const std::size_t end = std::min(text.find_first_of(blanks), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

Parsed named(const CommandRow& row, std::string_view typed) {
  const std::string name = composed(typed);
  if (!is_name(name)) {
    return refuse(
        fmt::format("A {} has 1 to {} characters: no white space, no control or direction "
                    "characters, none that cannot be seen, no \":\", no \"/\" or \"*\" at the "
                    "beginning.",
                    row.takes == Takes::username ? "username" : "room name", name_characters_max));
  }
  return Command{.row = &row, .argument = name};
}

Parsed parse_text(const CommandRow& row, std::string_view text) {
  Command command{.row = &row, .argument = std::string(trimmed(visible(text)))};
  if (command.argument.size() > message_text_bytes_max) {
    return refuse(fmt::format("A message has at most {} bytes; this one has {}.",
                              message_text_bytes_max, command.argument.size()));
  }
  if (command.argument.empty()) return refuse("A message needs characters that can be seen.");
  return command;
}

Parsed parse_arguments(const CommandRow& row, std::string_view rest) {
  if (row.takes == Takes::nothing) return Command{.row = &row};
  const std::vector<std::string_view> words = words_of(rest);
  if (row.takes == Takes::text && !words.empty()) return parse_text(row, rest);
  const bool elsewhere = row.takes == Takes::new_room && words.size() == 3 && words[1] == "on";
  if (words.size() != 1 && !elsewhere) return refuse(fmt::format("Usage: {}", usage_of(row)));
  Parsed command = named(row, words[0]);
  if (command && elsewhere) command->node = visible(words[2]);
  return command;
}

// For an answer that quotes what was typed.
std::string shortened(std::string_view word) {
  std::string_view rest = word;
  for (std::size_t i = 0; i < name_characters_max && take_character(rest); ++i) {
  }
  return visible(word.substr(0, word.size() - rest.size())) + (rest.empty() ? "" : "...");
}

// Who types one of these alone means the command, mostly; it may still be said.
std::optional<std::string> advice(std::string_view line) {
  const bool leaves = is_word(line, "quit") || is_word(line, "exit");
  if (!leaves && !is_word(line, "help")) return std::nullopt;
  return fmt::format("Type {}; to say \"{}\" in the room, type /msg {}.",
                     leaves ? "/quit to leave" : "/help for the list of commands", line, line);
}

}  // namespace

Parsed parse_line(std::string_view line) {
  if (!is_utf8(line)) return refuse("That was not UTF-8 text; nothing was done with it.");
  line = trimmed(line);
  if (line.empty()) return Command{};
  if (std::optional<std::string> hint = advice(line)) return refuse(std::move(*hint));
  if (line.front() != '/') return parse_text(text_command(), line);
  const std::string_view word = words_of(line).front();
  const CommandRow* row = find_command(word);
  if (row == nullptr) {
    return refuse(
        fmt::format("Unknown command: {}. Type /help for available commands.", shortened(word)));
  }
  return parse_arguments(*row, line.substr(word.size()));
}

}  // namespace noex::chat
