// LineWriter: lines for an outlet that may be slow, bounded.
//
// While the outlet is busy, lines wait; beyond the bound the oldest are dropped, for the latest are
// what a reader needs when he comes back, and "... N lines dropped" stands in their place. What the
// outlet failed to write is counted in the same way, so that no line is ever lost in silence.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "noex/transport/base/outlet.h"

namespace noex {

// The lines that wait.
class LineQueue {
 public:
  explicit LineQueue(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  void push(std::string line);
  // These are lost, too, before the lines that wait now.
  void lose(std::uint64_t lines) { dropped_ += lines; }
  // All of them, each with its end, and first of all what was dropped.
  std::string take();

  bool empty() const { return lines_.empty(); }
  std::size_t bytes() const { return bytes_; }
  std::uint64_t dropped() const { return dropped_; }

 private:
  const std::size_t bytes_max_;
  std::deque<std::string> lines_;
  std::size_t bytes_ = 0;  // of lines_, with their ends
  std::uint64_t dropped_ = 0;
};

class LineWriter {
 public:
  // The outlet outlives it.
  LineWriter(Outlet& outlet, std::size_t bytes_max) : outlet_(outlet), queue_(bytes_max) {}

  void line(std::string line);
  // The outlet is ready again; to be called each time.
  void on_ready();
  // The outlet failed to write this. `torn`: a part of its first line is out.
  void on_lost(std::string_view unwritten, bool torn);

  bool idle() const { return queue_.empty() && outlet_.ready(); }
  std::size_t waiting_bytes() const { return queue_.bytes(); }

 private:
  Outlet& outlet_;
  LineQueue queue_;
  bool torn_ = false;
};

}  // namespace noex
