// The chat's commands: one row each. The parser, the list that /help shows, completion and what the
// session does with a line all follow from it; adding a command is a row here and its function.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "noex/runtime/message/task.h"
#include "noex/transport/base/error.h"

namespace noex::chat {

class ChatSession;
struct Command;

// What follows the word: how it is read, and what can be completed there.
enum class Takes : std::uint8_t {
  nothing,   // whatever follows is ignored
  username,  // one that nobody can complete
  room,      // one that is there
  new_room,  // one that is to be; perhaps "on", and one of the nodes
  text,      // a message, in which users are named
};

// What has to be over before it: it runs in a lane with those that wait for the same.
enum class Waits : std::uint8_t {
  for_nothing,
  for_cluster,   // until the cluster has told what it knows
  for_members,   // as a client: until its member has told who is there
  for_creation,  // of the room that it names
  for_own_room,  // for what the user did in his room, or to get in or out
};

// Where it takes the user. Who leaves need not wait for what has kept him waiting already.
enum class Moves : std::uint8_t { nowhere, in, out };

struct CommandRow {
  std::string_view word;  // "/join"
  std::string_view arguments;
  std::string_view help;
  Takes takes;
  Waits waits;
  Moves moves;
  // In a process of the session's, when its turn has come.
  task<ErrorCode> (ChatSession::*run)(Command command);
  // A second form, if there is one, takes these arguments after the first.
  std::string_view more_arguments = {};
  std::string_view more_help = {};
};

// In the order in which /help lists them.
std::span<const CommandRow> commands();
// nullptr: there is none.
const CommandRow* find_command(std::string_view word);
// What plain text is, too.
const CommandRow& text_command();

// "/create <room> [on <node>]".
std::string usage_of(const CommandRow& row);
std::vector<std::string> help_lines();

}  // namespace noex::chat
