// Text from strangers, for the chat: which names are allowed. How any text is shown, so that it can
// neither drive a terminal nor disguise what it says, is include/noex/transport/base/text.h's.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "noex/transport/base/text.h"

namespace noex::chat {

inline constexpr std::size_t name_characters_max = 64;  // longer names break every list

// Of a user or a room: 1..64 characters of UTF-8 that can all be seen: no white space, control,
// bidi-format, zero-width or blank characters; no ':', no '/' or '*' at the beginning; composed,
// for two names that look the same are the same.
bool is_name(std::string_view text);
// With letters and their marks in one character, where there is one (NFC). What is no UTF-8 stays.
std::string composed(std::string_view text);

// Without white space at both ends.
std::string_view trimmed(std::string_view text);

}  // namespace noex::chat
