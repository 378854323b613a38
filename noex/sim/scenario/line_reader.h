// LineReader: the words of one line of a scenario file, and the first thing that is wrong with it.
//
// A reader of a line asks for what it expects, and looks at error() once, at the end: what comes
// after the first error are defaults that nobody uses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "noex/transport/base/time.h"

namespace noex::sim {

// Of the ids of steps.
inline constexpr std::uint32_t id_max = 0xfffffffe;

class LineReader {
 public:
  explicit LineReader(std::string_view line) : rest_(line) { skip_spaces(); }

  // The next word, still unread; empty: none, or a comment ('#' that no digit follows).
  std::string_view peek() const;
  // True if it is the next one, which is then read.
  bool take(std::string_view word);
  // "#17"; nothing if no id comes next.
  std::optional<std::uint32_t> id();
  std::string_view word(std::string_view what);
  void expect(std::string_view word);
  // A whole number in low..high.
  std::uint64_t number(std::string_view what, std::uint64_t low, std::uint64_t high);
  std::uint64_t number(std::string_view text, std::string_view what, std::uint64_t low,
                       std::uint64_t high);
  // "250ms", "4.2s" in low..high.
  Duration time(std::string_view what, Duration low, Duration high);
  Duration time(std::string_view text, std::string_view what, Duration low, Duration high);
  // "node3" is 2.
  std::uint32_t node();
  // One or more, no one twice.
  std::vector<std::uint32_t> nodes();
  // Nodes until the line ends, or none.
  std::vector<std::uint32_t> nodes_to_end();
  // What is left of the line, escapes resolved.
  std::string text();
  // Nothing may be left.
  void end();

  // Only the first reason is kept.
  void refuse(std::string reason);
  const std::optional<std::string>& error() const { return error_; }

 private:
  void skip_spaces();

  std::string_view rest_;
  std::optional<std::string> error_;
};

// "250ms", "4.2s": the largest unit in which it is whole, seconds with digits from 1 s on.
std::string print_time(Duration time);
// Always in seconds: "0.25s".
std::string print_moment(Instant at);
// A word of a file in a message: short, and nothing that drives a terminal.
std::string shown(std::string_view word);
// So that text() reads the same: control characters, backslashes and spaces at its ends escaped.
std::string print_text(std::string_view text);

}  // namespace noex::sim
