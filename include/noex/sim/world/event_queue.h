// EventQueue: keys ordered by (time, order), the world's only notion of what comes next.
//
// A 4-ary heap of 16-byte keys: the four children of a key share a cache line, and a comparison is
// one 128-bit subtraction. Keys that come in order already, as a scenario's steps and most
// deadlines do, stand in a line beside it and cost nothing to sort. The queue does not know what an
// event does. Order numbers are unique, so the order is total, and the same for every shape of the
// heap.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "noex/transport/base/fifo.h"

namespace noex::sim {

// When an event comes.
struct EventKey {
  std::uint64_t time = 0;   // nanoseconds since the world's start
  std::uint64_t order = 0;  // its sequence number, and its slot in the low bits

  // Whether `a` comes first.
  friend bool operator<(const EventKey& a, const EventKey& b) {
    __extension__ using Wide = unsigned __int128;
    return ((static_cast<Wide>(a.time) << 64) | a.order) <
           ((static_cast<Wide>(b.time) << 64) | b.order);
  }
};

// Keys in order.
class EventQueue {
 public:
  // Whether it holds no key.
  bool empty() const { return line_.empty() && heap_.empty(); }
  // How many keys it holds.
  std::size_t size() const { return line_.size() + heap_.size(); }
  // The key that comes first, of a queue that is not empty; valid until the queue changes.
  const EventKey& top() const { return line_is_next() ? line_.front() : heap_.front(); }

  // Adds a key, whose order number no other key has.
  void push(EventKey key) {
    if (line_.empty() || line_.back() < key) return line_.push(key);
    heap_.push_back(key);
    rise(heap_.size() - 1, key);
  }

  // Takes the first key off, of a queue that is not empty.
  void pop() {
    if (line_is_next()) {
      line_.pop();
    } else {
      pop_heap();
    }
  }

  // Drops all keys for which `keep` is false.
  template <class Keep>
  void filter(Keep keep) {
    const auto unwanted = [&](const EventKey& key) { return !keep(key); };
    line_.erase_if(unwanted);
    std::erase_if(heap_, unwanted);
    std::sort(heap_.begin(), heap_.end());  // a sorted array is a heap
  }

 private:
  bool line_is_next() const {
    return !line_.empty() && (heap_.empty() || line_.front() < heap_.front());
  }

  // The hole sinks to a leaf and the last key rises from there: it nearly always belongs low.
  void pop_heap() {
    const EventKey last = heap_.back();
    heap_.pop_back();
    if (heap_.empty()) return;
    std::size_t hole = 0;
    for (std::size_t child = 1; child < heap_.size(); child = 4 * hole + 1) {
      const std::size_t end = std::min(child + 4, heap_.size());
      std::size_t least = child;
      for (std::size_t i = child + 1; i < end; ++i) {
        if (heap_[i] < heap_[least]) least = i;
      }
      heap_[hole] = heap_[least];
      hole = least;
    }
    rise(hole, last);
  }

  void rise(std::size_t hole, EventKey key) {
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / 4;
      if (!(key < heap_[parent])) break;
      heap_[hole] = heap_[parent];
      hole = parent;
    }
    heap_[hole] = key;
  }

  Fifo<EventKey> line_;  // in order
  std::vector<EventKey> heap_;
};

}  // namespace noex::sim
