// Text of others: how it is shown, on a screen and in a log, so that it can neither drive a
// terminal nor forge a line, disguise what it says, or fill a disk.
//
// Owns the one function that every such text passes before a person sees it. Never decides which
// texts are allowed: who takes a name or a message says that.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace noex {

// Of one text within a line: what went wrong, a name, a reason.
inline constexpr std::size_t shown_bytes_max = 300;

// Takes one character off the front. nullopt: the front is no UTF-8 (RFC 3629: shortest form, no
// surrogates), or empty; then nothing is taken.
std::optional<char32_t> take_character(std::string_view& text);
bool is_utf8(std::string_view text);
void append_character(std::string& out, char32_t c);

bool is_control(char32_t c);
bool is_space(char32_t c);
// They reorder what stands around them, so that a text can pose as another one.
bool is_bidi_format(char32_t c);

// The text with control characters as "^[", white space as single blanks of the same number, bidi
// formatting dropped, and bytes that are no UTF-8 as U+FFFD. Idempotent.
std::string visible(std::string_view text);
// The same in at most `bytes_max` bytes, 3 at least: what is cut ends with "...". Costs no more
// than what it gives, however long the text is.
std::string visible(std::string_view text, std::size_t bytes_max);
// As much of a text as is kept or sent, unchanged but for "..." where it is cut.
std::string shortened(std::string text, std::size_t bytes_max);

}  // namespace noex
