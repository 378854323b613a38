// TimerQueue: tasks ordered by (instant, order of start), for a loop that waits for the earliest.
//
// Never reads a clock and never runs a task. A binary heap of small entries beside a table of
// tasks: nearly every timer of a node is a deadline that is cancelled long before it is due, so
// cancelling only empties its place in the table, and the heap is swept when more than half of
// its entries are dead. Start and cancel are then O(1) on average for deadlines that grow.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "noex/transport/base/time.h"
#include "noex/transport/loop.h"

namespace noex {

class TimerQueue {
 public:
  TimerId start(Instant at, Task task);
  // The cancelled task, for the caller to destroy once this call has returned, or an empty one.
  Task cancel(TimerId timer);

  // The earliest instant, if there is a timer.
  std::optional<Instant> earliest();
  // Takes out the earliest timer's task if it is due at `now` and was started before `limit`.
  Task take_due(Instant now, std::uint64_t limit);
  // Timers that are started from here on are not below this limit.
  std::uint64_t limit() const { return next_; }

  std::size_t size() const { return live_; }

 private:
  struct Entry {
    Instant at;
    std::uint64_t number;  // of start
    std::uint32_t place;   // in tasks_

    bool operator>(const Entry& other) const {
      return at != other.at ? at > other.at : number > other.number;
    }
  };
  struct Place {
    std::uint64_t number = 0;  // 0: free
    Task task;
  };

  // A timer's id is its number and its place; 2^24 timers at once are far beyond any use.
  static constexpr int place_bits = 24;
  static constexpr std::uint64_t place_mask = (std::uint64_t{1} << place_bits) - 1;

  static TimerId id_of(std::uint64_t number, std::uint32_t place) {
    return (number << place_bits) | place;
  }
  bool dead(const Entry& entry) const { return places_[entry.place].number != entry.number; }
  Task vacate(std::uint32_t place);
  void drop_dead_front();
  void sweep();

  std::vector<Entry> heap_;
  std::vector<Place> places_;
  std::vector<std::uint32_t> free_;
  std::size_t live_ = 0;
  std::uint64_t next_ = 1;
};

}  // namespace noex
