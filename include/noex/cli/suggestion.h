// What somebody who mistyped a word may have meant; for the command lines of all programs.
//
// Pure functions, for any thread.
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

// How many mistakes make one word the other: a letter left out, added, or wrong, or two neighbours
// that changed places.
std::size_t mistakes_between(std::string_view typed, std::string_view meant);

// The nearest of the words, if one is near: its beginning was typed, or few letters are wrong.
std::optional<std::string> nearest(std::string_view typed, const std::vector<std::string>& words);

// "; did you mean --name?", or nothing if no option is near. `typed` comes without its dashes.
std::string suggestion(std::string_view typed, std::string_view dashes, const CLI::App& app);

// "no option --nmae; did you mean --name?": for a word that no option takes.
std::string not_taken(std::string_view word, const CLI::App& app);
// The same for the first word that the command line of `app` has too many; empty: it has none.
std::string not_taken(const CLI::App& app);

}  // namespace noex::cli
