#include "noex/sim/text/xml.h"

#include <optional>

#include "noex/transport/base/text.h"

namespace noex::sim {

namespace {

constexpr char32_t replacement = 0xFFFD;

bool may_be_in_xml(char32_t c) {
  if (c < 0x20) return c == '\t' || c == '\n';
  return c != 0xFFFE && c != 0xFFFF;
}

void append_escaped(std::string& out, char32_t c) {
  switch (c) {
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '&':
      out += "&amp;";
      break;
    case '"':
      out += "&quot;";
      break;
    default:
      append_character(out, may_be_in_xml(c) ? c : replacement);
  }
}

}  // namespace

std::string escape_xml(std::string_view text) {
  std::string escaped;
  while (!text.empty()) {
    const std::optional<char32_t> c = take_character(text);
    append_escaped(escaped, c.value_or(replacement));
    if (!c) text.remove_prefix(1);
  }
  return escaped;
}

}  // namespace noex::sim
