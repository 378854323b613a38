// BufferPool: buffers for bytes on their way, used again: a small payload costs a copy, not an
// allocation. Keeps few and small ones, so that a burst does not hold memory for ever.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "noex/transport/base/bytes.h"

namespace noex::sim {

class BufferPool {
 public:
  Bytes take(ByteView bytes) {
    if (buffers_.empty()) return Bytes(bytes);
    Bytes buffer = std::move(buffers_.back());
    buffers_.pop_back();
    buffer.assign(bytes);
    return buffer;
  }
  void recycle(Bytes bytes) {
    if (buffers_.size() < buffers_max && bytes.capacity() <= capacity_max) {
      buffers_.push_back(std::move(bytes));
    }
  }
  std::size_t size() const { return buffers_.size(); }

  static constexpr std::size_t buffers_max = 256;
  static constexpr std::size_t capacity_max = 4096;

 private:
  std::vector<Bytes> buffers_;
};

}  // namespace noex::sim
