#include "noex/transport/base/text.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace noex {

namespace {

constexpr char32_t replacement = 0xfffd;
constexpr std::string_view ellipsis = "...";

// Shown as it is; nearly all of what people type.
bool is_plain(char c) {
  return c >= 0x20 && c < 0x7f;
}

void append_visible(std::string& out, char32_t c) {
  if (is_bidi_format(c)) return;
  if (is_space(c)) {
    out.push_back(' ');
  } else if (c < 0x80 && is_control(c)) {
    out.push_back('^');
    out.push_back(static_cast<char>(c ^ 0x40));
  } else if (!is_control(c)) {
    append_character(out, c);
  }
}

// How many bytes the character that begins with this one has; 0: none begins so.
std::size_t length_of(std::uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

// The last place before `end`, itself included, where a character begins.
std::size_t boundary(std::string_view text, std::size_t end) {
  if (end >= text.size()) return text.size();
  while (end > 0 && (static_cast<std::uint8_t>(text[end]) & 0xc0) == 0x80) --end;
  return end;
}

// To at most that many bytes, between two characters, with the ellipsis at its end.
void cut(std::string& text, std::size_t bytes_max) {
  text.resize(boundary(text, bytes_max - std::min(bytes_max, ellipsis.size())));
  text += ellipsis;
}

}  // namespace

void append_character(std::string& out, char32_t c) {
  const auto tail = [&out](char32_t bits) {
    out.push_back(static_cast<char>(0x80 | (bits & 0x3f)));
  };
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out.push_back(static_cast<char>(0xc0 | (c >> 6)));
    tail(c);
  } else if (c < 0x10000) {
    out.push_back(static_cast<char>(0xe0 | (c >> 12)));
    tail(c >> 6);
    tail(c);
  } else {
    out.push_back(static_cast<char>(0xf0 | (c >> 18)));
    tail(c >> 12);
    tail(c >> 6);
    tail(c);
  }
}

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

bool is_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0d) || c == ' ' || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200b) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000 || c == 0xfeff;
}

bool is_bidi_format(char32_t c) {
  return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x206f);
}

std::optional<char32_t> take_character(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  const auto lead = static_cast<std::uint8_t>(text.front());
  if (lead < 0x80) {
    text.remove_prefix(1);
    return lead;
  }
  const std::size_t length = length_of(lead);
  if (length == 0 || length > text.size()) return std::nullopt;
  constexpr std::array<std::uint8_t, 5> lead_bits = {0, 0x7f, 0x1f, 0x0f, 0x07};
  char32_t value = lead & lead_bits[length];
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if ((byte & 0xc0) != 0x80) return std::nullopt;
    value = (value << 6) | (byte & 0x3f);
  }
  constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < least[length] || value > 0x10ffff || surrogate) return std::nullopt;
  text.remove_prefix(length);
  return value;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    if (!take_character(text)) return false;
  }
  return true;
}

std::string visible(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto plain = std::ranges::find_if_not(text, is_plain) - text.begin();
    if (plain > 0) {
      out.append(text.substr(0, static_cast<std::size_t>(plain)));
      text.remove_prefix(static_cast<std::size_t>(plain));
      continue;
    }
    if (const std::optional<char32_t> c = take_character(text)) {
      append_visible(out, *c);
    } else {
      append_character(out, replacement);
      text.remove_prefix(1);
    }
  }
  return out;
}

std::string visible(std::string_view text, std::size_t bytes_max) {
  // Part of it may be shown as nothing, and yet it is never read to its end.
  const std::string_view near = text.substr(0, boundary(text, 2 * bytes_max));
  std::string out = visible(near);
  if (out.size() > bytes_max || near.size() < text.size()) cut(out, bytes_max);
  return out;
}

std::string shortened(std::string text, std::size_t bytes_max) {
  if (text.size() > bytes_max) cut(text, bytes_max);
  return text;
}

}  // namespace noex
