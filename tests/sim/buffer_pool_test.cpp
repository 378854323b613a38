#include "noex/sim/world/buffer_pool.h"

#include <string>

#include <gtest/gtest.h>

namespace noex::sim {
namespace {

TEST(BufferPool, UsesABufferAgain) {
  BufferPool pool;
  Bytes first = pool.take(std::string(1000, 'a'));
  const char* const place = first.data();
  pool.recycle(std::move(first));
  EXPECT_EQ(pool.size(), 1U);
  const Bytes second = pool.take("b");
  EXPECT_EQ(second, "b");
  EXPECT_EQ(second.data(), place);
  EXPECT_EQ(pool.size(), 0U);
}

TEST(BufferPool, KeepsFewAndSmallOnes) {
  BufferPool pool;
  pool.recycle(Bytes(BufferPool::capacity_max + 1, 'x'));
  EXPECT_EQ(pool.size(), 0U);
  for (std::size_t i = 0; i <= BufferPool::buffers_max; ++i) pool.recycle(Bytes(100, 'x'));
  EXPECT_EQ(pool.size(), BufferPool::buffers_max);
}

}  // namespace
}  // namespace noex::sim
