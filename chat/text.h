// Text from strangers, for the chat: which names are allowed. How any text is shown, so that it can
// neither drive a terminal nor disguise what it says, is transport/base/text.h's.
#pragma once

#include <cstddef>
#include <string_view>

#include "transport/base/text.h"

namespace noex::chat {

inline constexpr std::size_t name_characters_max = 64;  // longer names break every list

// Of a user or a room: 1..64 characters of UTF-8; no white space, control or bidi-format
// characters, no ':', no '/' or '*' at the beginning.
bool is_name(std::string_view text);

// Without white space at both ends.
std::string_view trimmed(std::string_view text);

}  // namespace noex::chat
