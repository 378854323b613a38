#include "noex/sim/program/reproduce.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace noex::sim {

namespace {

constexpr std::string_view safe =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// $'...': the one way to write a control character that survives being shown and pasted.
std::string escaped_word(std::string_view text) {
  std::string word = "$'";
  for (const char c : text) {
    if (is_control(c)) {
      fmt::format_to(std::back_inserter(word), "\\{:03o}", static_cast<unsigned char>(c));
    } else {
      if (c == '\\' || c == '\'') word += '\\';
      word += c;
    }
  }
  return word + '\'';
}

}  // namespace

std::string shell_word(std::string_view text) {
  if (!text.empty() && text.find_first_not_of(safe) == std::string_view::npos) {
    return std::string(text);
  }
  if (std::ranges::any_of(text, is_control)) return escaped_word(text);
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'') {
      word += "'\\''";
    } else {
      word += c;
    }
  }
  return word + '\'';
}

std::string shell_file(std::string_view path) {
  if (path.starts_with('-')) return shell_word(fmt::format("./{}", path));
  return shell_word(path);
}

std::string command_words(const char* wrapper, const char* own_name) {
  if (wrapper != nullptr && *wrapper != '\0') return wrapper;
  if (own_name != nullptr && *own_name != '\0') return shell_word(own_name);
  return "sim";
}

std::string reproduce_command(const SimOptions& options, std::uint64_t seed) {
  std::string text = options.command;
  if (!options.scenario_file.empty()) {
    text += fmt::format(" --scenario {}", shell_file(options.scenario_file));
    if (options.chooses_seed()) text += fmt::format(" --seed {}", seed);
  } else {
    text += fmt::format(" --seed {} --nodes {}", seed, options.nodes);
    if (options.duration != duration_default) {
      text += fmt::format(" --duration {}", options.duration / 1s);
    }
    if (options.faults != FaultChoice{}) {
      text += fmt::format(" --faults {}", describe(options.faults));
    }
  }
  if (options.check) text += " --check";
  if (options.strict) text += " --strict";
  return text;
}

}  // namespace noex::sim
