// A line as typed: which command it is. Never knows a node.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace noex::chat {

inline constexpr std::size_t message_text_bytes_max = 4096;

enum class Verb : std::uint8_t {
  nothing,  // an empty line
  help,
  name,    // argument: the username
  create,  // argument: the room; node: where, or empty
  join,    // argument: the room
  leave,
  message,  // argument: the text, visible and not empty; action: it tells what the user does
  users,
  rooms,
  nodes,
  quit,
};

struct Command {
  Verb verb = Verb::nothing;
  std::string argument = {};
  std::string node = {};
  bool action = false;

  bool operator==(const Command&) const = default;
};

// Total: any bytes are a command, or give the one line that tells the user what is wrong.
[[nodiscard]] std::expected<Command, std::string> parse_line(std::string_view line);

// "/help" and the like: what a command begins with.
std::vector<std::string_view> command_words();

}  // namespace noex::chat
