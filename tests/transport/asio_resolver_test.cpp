#include "noex/transport/asio/asio_resolver.h"

#include <memory>
#include <semaphore>
#include <vector>

#include <gtest/gtest.h>

namespace noex {
namespace {

// How many threads may answer.
std::counting_semaphore<1000>& answers() {
  static std::counting_semaphore<1000> semaphore(0);
  return semaphore;
}

// As a name server that does not answer, until it does.
Result<Endpoints> ask_slowly(const Address& address) {
  answers().acquire();
  return resolve_now(Address{"127.0.0.1", address.port});
}

TEST(AsioResolver, BoundsTheThreadsThatWaitForAName) {
  AsioLoop loop;
  std::size_t answered = 0;
  std::size_t refused = 0;
  std::vector<std::unique_ptr<AsioLookup>> lookups;
  const auto look_up = [&] {
    lookups.push_back(resolve(
        loop, Address{"slow.example", 1},
        [&](const Result<Endpoints>& endpoints) { ++(endpoints ? answered : refused); },
        &ask_slowly));
  };
  for (std::size_t i = 0; i < lookups_max; ++i) look_up();
  lookups.erase(lookups.begin());  // that nobody waits for one of them any more helps nobody
  look_up();
  EXPECT_TRUE(loop.run_until([&] { return refused == 1; }, 10s));
  EXPECT_EQ(answered, 0u);

  answers().release(static_cast<std::ptrdiff_t>(lookups_max));
  EXPECT_TRUE(loop.run_until([&] { return answered == lookups_max - 1; }, 10s));
  look_up();
  answers().release();
  EXPECT_TRUE(loop.run_until([&] { return answered == lookups_max; }, 10s));
  EXPECT_EQ(refused, 1u);
}

}  // namespace
}  // namespace noex
