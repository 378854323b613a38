// What a line looks like on a terminal with colours.

#include <array>
#include <cstdint>

#include <fmt/format.h>

#include "chat/terminal.h"

namespace noex::chat {

namespace {

constexpr std::string_view dim = "\x1b[2m";
constexpr std::string_view yellow = "\x1b[33m";
constexpr std::string_view plain = "\x1b[0m";
// Readable on black and on white; yellow is for the nodes.
constexpr std::array<std::string_view, 10> of_users = {
    "\x1b[31m", "\x1b[32m", "\x1b[34m",   "\x1b[35m",   "\x1b[36m",
    "\x1b[91m", "\x1b[92m", "\x1b[1;34m", "\x1b[1;35m", "\x1b[1;36m"};

// The same on every node: FNV-1a.
std::string_view colour_of(std::string_view user) {
  std::uint32_t hash = 2166136261;
  for (const char byte : user) hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619;
  return of_users[hash % of_users.size()];
}

// Where the user stands in "[time] [room] user: text"; empty: it is no such line.
std::string_view user_in(std::string_view line) {
  if (!line.starts_with('[')) return {};
  std::size_t begin = line.find("] [");  // names hold no blanks
  if (begin != std::string_view::npos) begin = line.find("] ", begin + 3);
  if (begin == std::string_view::npos) return {};
  begin += 2;
  const std::size_t end = line.find(": ", begin);
  if (end == std::string_view::npos || line.substr(begin, end - begin).contains(' ')) return {};
  return line.substr(begin, end - begin);
}

}  // namespace

std::string coloured(std::string_view line) {
  const bool node = line.starts_with("Node joined: ") || line.starts_with("Node left: ");
  const std::size_t star = line.find("] * ");  // names hold neither blanks nor a star in front
  const bool notice = line.starts_with('[') && star < line.find(": ");
  if (node || notice) return fmt::format("{}{}{}", node ? yellow : dim, line, plain);
  const std::string_view user = user_in(line);
  if (user.empty()) return std::string(line);
  const auto at = static_cast<std::size_t>(user.data() - line.data());
  return fmt::format("{}{}{}{}{}", line.substr(0, at), colour_of(user), user, plain,
                     line.substr(at + user.size()));
}

}  // namespace noex::chat
