// Text from others: how it is shown, on a screen or in a log, so that it cannot drive a terminal,
// forge a line, disguise what it says, or fill a disk.
//
// Owns the one function that every such text passes before a person sees it. Does not decide which
// texts are allowed: whoever takes a name or a message does.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace noex {

// How much of one text is shown within a line: a name, a reason, what went wrong.
inline constexpr std::size_t shown_bytes_max = 300;

// Takes one character off the front. nullopt: `text` is empty or does not begin with UTF-8 (RFC
// 3629: shortest form, no surrogates); then nothing is taken.
std::optional<char32_t> take_character(std::string_view& text);
// Whether all of it is UTF-8.
bool is_utf8(std::string_view text);
// Appends a character as UTF-8.
void append_character(std::string& out, char32_t c);

// Whether it is a control character: C0, DEL, C1.
bool is_control(char32_t c);
// Whether it is white space, of any width.
bool is_space(char32_t c);
// Whether it changes the direction of the characters around it, by which a text can pose as
// another.
bool is_bidi_format(char32_t c);

// The text with control characters as "^[", each white space as one blank, formatting of direction
// dropped, and bytes that are no UTF-8 as U+FFFD. Idempotent.
std::string visible(std::string_view text);
// The same in at most `bytes_max` bytes, which must be 3 or more: what is cut ends with "...".
// Costs no more than what it gives, however long the text is.
std::string visible(std::string_view text, std::size_t bytes_max);
// The text in at most `bytes_max` bytes, which must be 3 or more, unchanged except for "..." where
// it is cut.
std::string shortened(std::string text, std::size_t bytes_max);

}  // namespace noex
