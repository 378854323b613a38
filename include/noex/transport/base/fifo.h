// Fifo: a queue in one vector, for the short queues of the hot path.
//
// A std::deque allocates a block as soon as it exists, and most queues here are nearly always
// empty. The places of popped items are used again once they are more than half; a queue that was
// long and is empty keeps little memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace noex {

// First in, first out. References and iterators are valid until the queue changes.
template <class T>
class Fifo {
 public:
  // Whether it holds nothing.
  bool empty() const { return head_ == items_.size(); }
  // How many items it holds.
  std::size_t size() const { return items_.size() - head_; }
  // The next to be popped, of a queue that is not empty.
  T& front() { return items_[head_]; }
  // The same.
  const T& front() const { return items_[head_]; }
  // The last that was pushed, of a queue that is not empty.
  T& back() { return items_.back(); }
  // The item behind as many others; place < size().
  T& operator[](std::size_t place) { return items_[head_ + place]; }
  // At the front.
  auto begin() { return items_.begin() + static_cast<std::ptrdiff_t>(head_); }
  // Behind the last.
  auto end() { return items_.end(); }

  // Adds an item behind the others.
  void push(T item) { items_.push_back(std::move(item)); }
  // Takes the front off, of a queue that is not empty.
  T pop() {
    T item = std::move(items_[head_++]);
    if (head_ == items_.size()) {
      clear();
    } else if (head_ >= 64 && head_ * 2 >= items_.size()) {
      items_.erase(items_.begin(), begin());
      head_ = 0;
    }
    return item;
  }
  // Drops the items for which the predicate is true; the others stay in their order.
  template <class Predicate>
  void erase_if(Predicate predicate) {
    items_.erase(std::remove_if(begin(), end(), predicate), end());
  }
  // Drops all items.
  void clear() {
    if (items_.capacity() * sizeof(T) > kept_bytes_max) items_ = std::vector<T>();
    items_.clear();
    head_ = 0;
  }

 private:
  static constexpr std::size_t kept_bytes_max = 64 * 1024;

  std::vector<T> items_;
  std::size_t head_ = 0;
};

}  // namespace noex
