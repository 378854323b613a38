// PipedInput: commands from a pipe or a file, one after the other.
//
// Cuts bytes into lines and gives a line only when the one before is done and the gate is open, so
// that a script sees the same as a user who waits. Bounded: it says when it wants no more bytes.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace noex::chat {

class PipedInput {
 public:
  void on_bytes(std::string_view bytes);
  void on_end();

  // The next line to run. The caller asks when no command runs.
  std::optional<std::string> next();
  // Everything was given.
  bool finished() const { return ended_ && lines_.empty(); }
  // False: the caller stops reading until some lines are done.
  bool wants_bytes() const { return !ended_ && lines_.size() < lines_max; }

 private:
  static constexpr std::size_t lines_max = 1000;
  // No command is that long; what follows in the line is dropped, and the line is refused anyway.
  static constexpr std::size_t line_bytes_max = 64 * 1024;

  void add(std::string_view part);

  std::deque<std::string> lines_;
  std::string partial_;
  bool ended_ = false;
};

}  // namespace noex::chat
