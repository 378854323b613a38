// What somebody who mistyped a word may have meant; for the command lines of all programs.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace noex::cli {

// Letters left out, too many, wrong, or two that changed places.
std::size_t mistakes_between(std::string_view typed, std::string_view meant);

// The nearest of the words, if one is near: a beginning of it was typed, or few letters are wrong.
std::optional<std::string> nearest(std::string_view typed, const std::vector<std::string>& words);

// "; did you mean --name?", or nothing. `typed` is without its dashes.
std::string suggestion(std::string_view typed, std::string_view dashes, const CLI::App& app);

// "no option --nmae; did you mean --name?": of a word that no option takes.
std::string not_taken(std::string_view word, const CLI::App& app);
// Of the words that a command line had too many; empty: none.
std::string not_taken(const CLI::App& app);

}  // namespace noex::cli
