#include "chat/text.h"

#include <optional>

namespace noex::chat {

namespace {

// A character takes four bytes at most, so that a longer text need not be counted.
constexpr std::size_t name_bytes_max = 4 * name_characters_max;

}  // namespace

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > name_bytes_max) return false;
  if (text.front() == '/' || text.front() == '*') return false;
  std::size_t characters = 0;
  while (!text.empty()) {
    const std::optional<char32_t> c = take_character(text);
    if (!c || is_control(*c) || is_space(*c) || is_bidi_format(*c) || *c == ':') return false;
    if (++characters > name_characters_max) return false;
  }
  return true;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace noex::chat
