#include "chat/commands.h"

#include <algorithm>

#include <fmt/format.h>

#include "chat/session.h"

namespace noex::chat {

namespace {

std::string form(std::string_view word, std::string_view arguments, std::string_view more = {}) {
  std::string text(word);
  for (const std::string_view part : {arguments, more}) {
    if (!part.empty()) text += fmt::format(" {}", part);
  }
  return text;
}

}  // namespace

// A friend of the session, whose private functions the commands are.
std::span<const CommandRow> commands() {
  using enum Takes;
  using enum Waits;
  using enum Moves;
  using S = ChatSession;
  static constexpr CommandRow rows[] = {
      {"/name", "<username>", "set your username (required before joining)", username, for_own_room,
       nowhere, &S::set_name},
      {"/create", "<room>", "create a room on this node", new_room, for_creation, nowhere,
       &S::create, "on <node>", "create a room on that node (name or full id)"},
      {"/join", "<room>", "join a room", room, for_own_room, in, &S::join},
      {"/leave", "", "leave the current room", nothing, for_own_room, out, &S::leave},
      {"/msg", "<text>", "send a message; plain text in a room does the same", text, for_own_room,
       nowhere, &S::say},
      {"/me", "<text>", "say what you do: \"* Alice waves\"", text, for_own_room, nowhere, &S::act},
      {"/users", "", "list the users in the current room", nothing, for_own_room, nowhere,
       &S::list_users},
      {"/rooms", "", "list all rooms of the cluster", nothing, for_cluster, nowhere,
       &S::list_rooms},
      {"/nodes", "", "list the nodes", nothing, for_members, nowhere, &S::list_nodes},
      {"/help", "", "show this list", nothing, for_nothing, nowhere, &S::help},
      {"/quit", "", "leave the cluster and exit", nothing, for_own_room, out, &S::quit},
  };
  return rows;
}

const CommandRow* find_command(std::string_view word) {
  const auto row = std::ranges::find(commands(), word, &CommandRow::word);
  return row == commands().end() ? nullptr : &*row;
}

const CommandRow& text_command() {
  return *std::ranges::find(commands(), Takes::text, &CommandRow::takes);
}

std::string usage_of(const CommandRow& row) {
  const bool more = !row.more_arguments.empty();
  return form(row.word, row.arguments, more ? fmt::format("[{}]", row.more_arguments) : "");
}

std::vector<std::string> help_lines() {
  std::vector<std::pair<std::string, std::string_view>> forms;
  for (const CommandRow& row : commands()) {
    forms.emplace_back(form(row.word, row.arguments), row.help);
    if (row.more_help.empty()) continue;
    forms.emplace_back(form(row.word, row.arguments, row.more_arguments), row.more_help);
  }
  const std::size_t width =
      std::ranges::max(forms, {}, [](const auto& each) { return each.first.size(); }).first.size();
  std::vector<std::string> lines = {"Commands:"};
  for (const auto& [usage, help] : forms) {
    lines.push_back(fmt::format("  {:<{}}  {}", usage, width, help));
  }
  return lines;
}

}  // namespace noex::chat
