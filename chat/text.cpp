#include "chat/text.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <optional>

#include <utf8proc.h>

namespace noex::chat {

namespace {

// A character takes four bytes at most, so that a longer text need not be counted.
constexpr std::size_t name_bytes_max = 4 * name_characters_max;

struct Range {
  char32_t first;
  char32_t last;
};

// Letters, marks and symbols by their categories, and yet nothing is to be seen of them, or they
// are kept for such ones (Default_Ignorable_Code_Point).
constexpr std::array<Range, 16> unseen = {{
    {0x034f, 0x034f},    // combining grapheme joiner
    {0x115f, 0x1160},    // Hangul fillers
    {0x17b4, 0x17b5},    // Khmer inherent vowels
    {0x180b, 0x180f},    // Mongolian variation selectors
    {0x2065, 0x2065},    // kept for formatting
    {0x2800, 0x2800},    // Braille pattern blank
    {0x3164, 0x3164},    // Hangul filler
    {0xfe00, 0xfe0f},    // variation selectors
    {0xffa0, 0xffa0},    // halfwidth Hangul filler
    {0xfff0, 0xfff8},    // kept for formatting
    {0xfffc, 0xfffc},    // object replacement
    {0x13441, 0x13446},  // Egyptian hieroglyph blanks
    {0x16fe4, 0x16fe4},  // Khitan small script filler
    {0x1d159, 0x1d159},  // musical null notehead
    {0x1da9b, 0x1daaf},  // SignWriting modifiers
    {0xe0000, 0xe0fff},  // tags, variation selectors, and what is kept for such
}};

bool is_unseen(char32_t c) {
  return std::ranges::any_of(unseen,
                             [c](const Range& each) { return c >= each.first && c <= each.last; });
}

bool is_mark(utf8proc_category_t category) {
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
         category == UTF8PROC_CATEGORY_ME;
}

// Can be seen, and takes a place of its own or belongs to what stands before it.
bool is_seen(char32_t c, bool first) {
  const auto code = static_cast<utf8proc_int32_t>(c);
  const utf8proc_category_t category = utf8proc_category(code);
  switch (category) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return false;
    case UTF8PROC_CATEGORY_CN:  // assigned since, perhaps, but for those that never are
      return (c & 0xfffe) != 0xfffe && !(c >= 0xfdd0 && c <= 0xfdef) && !is_unseen(c);
    default:
      return !is_unseen(c) && utf8proc_get_property(code)->ignorable == 0 &&
             !(first && is_mark(category));
  }
}

}  // namespace

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > name_bytes_max) return false;
  if (text.front() == '/' || text.front() == '*') return false;
  const std::string_view whole = text;
  std::size_t characters = 0;
  while (!text.empty()) {
    const std::optional<char32_t> c = take_character(text);
    if (!c || is_space(*c) || *c == ':' || !is_seen(*c, characters == 0)) return false;
    if (++characters > name_characters_max) return false;
  }
  return composed(whole) == whole;
}

std::string composed(std::string_view text) {
  utf8proc_uint8_t* out = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &out,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(out, &std::free);
  if (size < 0) return std::string(text);
  return {reinterpret_cast<const char*>(out), static_cast<std::size_t>(size)};
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

}  // namespace noex::chat
