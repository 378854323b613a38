// A line as typed: which command it is. Never knows a node.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "chat/commands.h"

namespace noex::chat {

inline constexpr std::size_t message_text_bytes_max = 4096;

struct Command {
  const CommandRow* row = nullptr;  // an empty line has none
  std::string argument = {};        // a name that is allowed, or a text that can be seen
  std::string node = {};            // as typed; empty: this one

  bool operator==(const Command&) const = default;
};

// Total: any bytes are a command, or give the one line that tells the user what is wrong.
[[nodiscard]] std::expected<Command, std::string> parse_line(std::string_view line);

}  // namespace noex::chat
