// Text from strangers: which names are allowed, and how to show a text so that it can neither
// drive a terminal nor disguise what it says.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace noex::chat {

inline constexpr std::size_t name_characters_max = 64;  // longer names break every list

// Takes one character off the front. nullopt: the front is no UTF-8 (RFC 3629: shortest form, no
// surrogates), or empty; then nothing is taken.
std::optional<char32_t> take_character(std::string_view& text);
bool is_utf8(std::string_view text);

// Of a user or a room: 1..64 characters of UTF-8; no white space, control or bidi-format
// characters, no ':', no '/' or '*' at the beginning.
bool is_name(std::string_view text);

// The text with control characters as "^[", white space as single blanks of the same number, bidi
// formatting dropped, and bytes that are no UTF-8 as U+FFFD. Idempotent.
std::string visible(std::string_view text);

// Without white space at both ends.
std::string_view trimmed(std::string_view text);

}  // namespace noex::chat
