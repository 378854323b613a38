#include "chat/line.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "chat/text.h"

namespace noex::chat {

namespace {

using Parsed = std::expected<Command, std::string>;

struct Form {
  std::string_view word;
  Verb verb;
  std::string_view usage;  // empty: takes no argument, and what follows is ignored
};

constexpr std::array<Form, 11> forms = {{
    {"/help", Verb::help, ""},
    {"/name", Verb::name, "/name <username>"},
    {"/create", Verb::create, "/create <room> [on <node>]"},
    {"/join", Verb::join, "/join <room>"},
    {"/leave", Verb::leave, ""},
    {"/msg", Verb::message, "/msg <text>"},
    {"/me", Verb::message, "/me <text>"},
    {"/users", Verb::users, ""},
    {"/rooms", Verb::rooms, ""},
    {"/nodes", Verb::nodes, ""},
    {"/quit", Verb::quit, ""},
}};

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

Parsed named(Verb verb, std::string_view what, std::string_view typed) {
  const std::string name = composed(typed);
  if (!is_name(name)) {
    return refuse(
        fmt::format("A {} has 1 to {} characters: no white space, no control or direction "
                    "characters, none that cannot be seen, no \":\", no \"/\" or \"*\" at the "
                    "beginning.",
                    what, name_characters_max));
  }
  Command command;
  command.verb = verb;
  command.argument = name;
  return command;
}

Parsed parse_text(std::string_view text) {
  Command command;
  command.verb = Verb::message;
  command.argument = trimmed(visible(text));
  if (command.argument.size() > message_text_bytes_max) {
    return refuse(fmt::format("A message has at most {} bytes; this one has {}.",
                              message_text_bytes_max, command.argument.size()));
  }
  if (command.argument.empty()) return refuse("A message needs characters that can be seen.");
  return command;
}

Parsed parse_create(const std::vector<std::string_view>& words, const Form& form) {
  const bool elsewhere = words.size() == 3 && words[1] == "on";
  if (words.size() != 1 && !elsewhere) return refuse(fmt::format("Usage: {}", form.usage));
  Parsed command = named(Verb::create, "room name", words[0]);
  if (command && elsewhere) command->node = visible(words[2]);
  return command;
}

Parsed parse_arguments(const Form& form, std::string_view rest) {
  if (form.usage.empty()) return Command{.verb = form.verb};
  const std::vector<std::string_view> words = words_of(rest);
  const bool many = form.verb == Verb::message || form.verb == Verb::create;
  if (words.empty() || (words.size() > 1 && !many)) {
    return refuse(fmt::format("Usage: {}", form.usage));
  }
  if (form.verb == Verb::message) {
    Parsed command = parse_text(rest);
    if (command) command->action = form.word == "/me";
    return command;
  }
  if (form.verb == Verb::create) return parse_create(words, form);
  return named(form.verb, form.verb == Verb::name ? "username" : "room name", words[0]);
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
  if (line.front() != '/') return parse_text(line);
  const std::string_view word = words_of(line).front();
  const auto form = std::ranges::find(forms, word, &Form::word);
  if (form == forms.end()) {
    return refuse(
        fmt::format("Unknown command: {}. Type /help for available commands.", shortened(word)));
  }
  return parse_arguments(*form, line.substr(word.size()));
}

std::vector<std::string_view> command_words() {
  std::vector<std::string_view> words;
  for (const Form& form : forms) words.push_back(form.word);
  return words;
}

}  // namespace noex::chat
