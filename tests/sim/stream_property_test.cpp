// Any interleaving of writes, faults and time gives each reader a prefix of what was written to
// it, and all of it once the network is healthy again and the connection lives.
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/sim/net.h"

namespace noex::sim {
namespace {

// Bytes of which every position can be told from its neighbours.
std::string pattern(std::size_t from, std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    text[i] = static_cast<char>((from + i) * 2'654'435'761U >> 13);
  }
  return text;
}

// Two ends that write to each other and are checked against what was written.
struct Pair {
  explicit Pair(std::uint64_t seed) : net(seed) {
    LinkProfile profile;
    profile.jitter = 5ms;
    profile.tail_chance = 100'000;
    profile.tail = 100ms;
    profile.chunk_chance = 400'000;
    net.fabric.set_profile(profile);
    net.dial();
    net.run(1s);
  }

  void write(Note& note, std::string& written, std::size_t size) {
    const std::string text = pattern(written.size(), size);
    note.connection->write(text);
    written += text;
  }

  // One step of a run; `size` is how much of it.
  void step(int kind, std::size_t size) {
    switch (kind) {
      case 0:
        return write(net.near, up, size * 700);
      case 1:
        return write(net.far, down, size * 700);
      case 2:
        return net.run(std::chrono::microseconds{size * size});
      case 3:
        return net.fabric.cut(size % 2, 1 - size % 2);
      case 4:
        return net.fabric.heal_all();
      case 5:
        return net.b->pause();
      case 6:
        return net.b->resume();
      default:
        return net.run(std::chrono::milliseconds{size});
    }
  }

  void check() const {
    RC_ASSERT(up.starts_with(net.far.bytes));
    RC_ASSERT(down.starts_with(net.near.bytes));
  }

  Net net;
  std::string up;
  std::string down;
};

RC_GTEST_PROP(SimStream, LosesRepeatsAndReordersNothing, (std::uint64_t seed)) {
  Pair pair(seed);
  const auto steps = *rc::gen::container<std::vector<std::pair<int, std::uint16_t>>>(
      rc::gen::pair(rc::gen::inRange(0, 9), rc::gen::inRange<std::uint16_t>(1, 1200)));
  for (const auto& [kind, size] : steps) {
    pair.step(kind, size);
    pair.check();
  }
  pair.net.fabric.heal_all();
  pair.net.b->resume();
  pair.net.run(60s);
  pair.check();
  if (pair.net.near.closed || pair.net.far.closed) {
    RC_TAG("timed out");
    return;
  }
  RC_ASSERT(pair.net.far.bytes.size() == pair.up.size());
  RC_ASSERT(pair.net.near.bytes.size() == pair.down.size());
  RC_ASSERT(pair.net.near.connection->unsent_bytes() == 0U);
  RC_ASSERT(pair.net.far.connection->unsent_bytes() == 0U);
}

RC_GTEST_PROP(SimStream, AnOrderlyEndComesAfterEverything, (std::uint64_t seed)) {
  Pair pair(seed);
  const auto sizes =
      *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(1, 200'000));
  for (const std::uint32_t size : sizes) pair.write(pair.net.near, pair.up, size);
  pair.net.near.connection->close();
  pair.net.run(60s);
  pair.check();
  RC_ASSERT(pair.net.far.bytes.size() == pair.up.size());
  RC_ASSERT(pair.net.far.closed == CloseReason::peer);
  RC_ASSERT(pair.net.fabric.live_connections() == 0U);
}

}  // namespace
}  // namespace noex::sim
