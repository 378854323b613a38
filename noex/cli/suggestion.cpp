#include "noex/cli/suggestion.h"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "noex/transport/base/text.h"

namespace noex::cli {

namespace {

constexpr std::size_t word_bytes_max = 64;  // nobody mistypes more

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    const std::vector<std::string>& long_names = option->get_lnames();
    names.insert(names.end(), long_names.begin(), long_names.end());
  }
  return names;
}

}  // namespace

// The rows of the usual table (Damerau and Levenshtein, optimal string alignment): this one, the
// one before and the one before that.
std::size_t mistakes_between(std::string_view typed, std::string_view meant) {
  std::vector<std::size_t> before_that(meant.size() + 1);
  std::vector<std::size_t> before(meant.size() + 1);
  std::vector<std::size_t> row(meant.size() + 1);
  for (std::size_t j = 0; j <= meant.size(); ++j) before[j] = j;
  for (std::size_t i = 1; i <= typed.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= meant.size(); ++j) {
      const std::size_t wrong = typed[i - 1] == meant[j - 1] ? 0 : 1;
      row[j] = std::min({before[j] + 1, row[j - 1] + 1, before[j - 1] + wrong});
      const bool swapped =
          i > 1 && j > 1 && typed[i - 1] == meant[j - 2] && typed[i - 2] == meant[j - 1];
      if (swapped) row[j] = std::min(row[j], before_that[j - 2] + 1);
    }
    before_that.swap(before);
    before.swap(row);
  }
  return before[meant.size()];
}

std::optional<std::string> nearest(std::string_view typed, const std::vector<std::string>& words) {
  if (typed.empty() || typed.size() > word_bytes_max) return std::nullopt;
  const auto begun = std::ranges::find_if(
      words, [typed](const std::string& word) { return word.starts_with(typed); });
  if (begun != words.end()) return *begun;
  const auto best = std::ranges::min_element(
      words, {}, [typed](const std::string& word) { return mistakes_between(typed, word); });
  if (best == words.end()) return std::nullopt;
  const std::size_t allowed = std::max<std::size_t>(1, std::min(typed.size(), best->size()) / 3);
  if (mistakes_between(typed, *best) > allowed) return std::nullopt;
  return *best;
}

std::string suggestion(std::string_view typed, std::string_view dashes, const CLI::App& app) {
  const std::optional<std::string> near = nearest(typed, option_names(app));
  return near ? fmt::format("; did you mean {}{}?", dashes, *near) : std::string();
}

std::string not_taken(std::string_view word, const CLI::App& app) {
  const std::string shown = visible(word, shown_bytes_max);
  if (!word.starts_with('-') || word == "-") {
    return fmt::format("'{}' belongs to no option{}", shown, suggestion(word, "--", app));
  }
  const std::string_view given = word.substr(0, word.find('='));
  const std::string_view name = given.substr(std::min(given.find_first_not_of('-'), given.size()));
  return fmt::format("no option {}{}", visible(given, shown_bytes_max),
                     suggestion(name, "--", app));
}

std::string not_taken(const CLI::App& app) {
  const std::vector<std::string> words = app.remaining();
  return words.empty() ? std::string() : not_taken(words.front(), app);
}

}  // namespace noex::cli
