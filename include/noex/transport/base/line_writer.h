// LineWriter: lines for an outlet that may be slow, bounded.
//
// While the outlet is busy, lines wait. Beyond the bound the oldest are dropped, since a reader who
// comes back needs the latest, and "... N lines dropped" stands in their place. Lines that the
// outlet failed to write are counted in the same way: no line is lost in silence.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "noex/transport/base/outlet.h"

namespace noex {

// The lines that wait, up to a number of bytes.
class LineQueue {
 public:
  // `bytes_max` counts the lines with their ends.
  explicit LineQueue(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Adds a line, without its end; the oldest are dropped if there is no room.
  void push(std::string line);
  // So many lines that came before those that wait are lost, too.
  void lose(std::uint64_t lines) { dropped_ += lines; }
  // Takes all lines, each with its end; in front of them a line that says how many were dropped.
  std::string take();

  // Whether no line waits.
  bool empty() const { return lines_.empty(); }
  // How many bytes wait, line ends included.
  std::size_t bytes() const { return bytes_; }
  // How many lines were dropped or lost since take().
  std::uint64_t dropped() const { return dropped_; }

 private:
  const std::size_t bytes_max_;
  std::deque<std::string> lines_;
  std::size_t bytes_ = 0;  // of lines_, with their ends
  std::uint64_t dropped_ = 0;
};

// See the top of this file.
class LineWriter {
 public:
  // The outlet outlives it. At most `bytes_max` bytes wait.
  LineWriter(Outlet& outlet, std::size_t bytes_max) : outlet_(outlet), queue_(bytes_max) {}

  // Writes a line, given without its end: at once if the outlet is ready, else later.
  void line(std::string line);
  // The outlet is ready again; to be called each time.
  void on_ready();
  // The outlet failed to write these bytes. `torn`: a part of their first line was written.
  void on_lost(std::string_view unwritten, bool torn);

  // Whether nothing waits, and the outlet is done with what it was given.
  bool idle() const { return queue_.empty() && outlet_.ready(); }
  // How many bytes wait.
  std::size_t waiting_bytes() const { return queue_.bytes(); }

 private:
  Outlet& outlet_;
  LineQueue queue_;
  bool torn_ = false;
};

}  // namespace noex
