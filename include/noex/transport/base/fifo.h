// Fifo: a queue in one vector, for the short queues of the hot path.
//
// std::deque allocates a block as soon as it exists; most queues here are empty nearly always.
// Popped places are reused once they are the larger half; a queue that was long and is empty keeps
// little.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace noex {

template <class T>
class Fifo {
 public:
  bool empty() const { return head_ == items_.size(); }
  std::size_t size() const { return items_.size() - head_; }
  T& front() { return items_[head_]; }
  const T& front() const { return items_[head_]; }
  T& back() { return items_.back(); }
  T& operator[](std::size_t place) { return items_[head_ + place]; }
  auto begin() { return items_.begin() + static_cast<std::ptrdiff_t>(head_); }
  auto end() { return items_.end(); }

  void push(T item) { items_.push_back(std::move(item)); }
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
  template <class Predicate>
  void erase_if(Predicate predicate) {
    items_.erase(std::remove_if(begin(), end(), predicate), end());
  }
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
