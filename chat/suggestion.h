// What somebody who mistyped a word may have meant.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace noex::chat {

// Letters left out, too many, wrong, or two that changed places.
std::size_t mistakes_between(std::string_view typed, std::string_view meant);

// The nearest of the words, if one is near: a beginning of it was typed, or few letters are wrong.
std::optional<std::string> nearest(std::string_view typed, const std::vector<std::string>& words);

}  // namespace noex::chat
