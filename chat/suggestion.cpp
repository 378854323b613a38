#include "chat/suggestion.h"

#include <algorithm>

namespace noex::chat {

namespace {

constexpr std::size_t word_bytes_max = 64;  // nobody mistypes more

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

}  // namespace noex::chat
