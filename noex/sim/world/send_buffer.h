// SendBuffer: what a process wrote and its system cannot send yet, since the other one has no room.
//
// Sans-IO. Room is counted from the moment that bytes leave until the reader has taken them and the
// sender has heard of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "noex/transport/base/bytes.h"

namespace noex::sim {

class SendBuffer {
 public:
  // The first part of `bytes` for which there is room now, of `capacity` in all.
  ByteView fitting(ByteView bytes, std::uint64_t capacity) const {
    return bytes.substr(0, capacity - in_flight_);
  }
  // So many bytes leave and take room; so many take none any more.
  void leave(std::uint64_t bytes) { in_flight_ += bytes; }
  void credit(std::uint64_t bytes) { in_flight_ -= bytes; }

  bool waits() const { return !unsent_.empty(); }
  std::uint64_t unsent() const { return unsent_.size() - begin_; }
  void hold(ByteView bytes) { unsent_.append(bytes); }
  ByteView held() const { return ByteView(unsent_).substr(begin_); }
  // The first `bytes` of what is held have left.
  void drop(std::uint64_t bytes) {
    begin_ += bytes;
    if (begin_ == unsent_.size()) return clear();
    if (begin_ * 2 > unsent_.size()) unsent_.erase(0, std::exchange(begin_, 0));
  }
  void clear() {
    unsent_.clear();
    begin_ = 0;
  }

 private:
  Bytes unsent_;
  std::size_t begin_ = 0;  // what is before it has left
  std::uint64_t in_flight_ = 0;
};

}  // namespace noex::sim
