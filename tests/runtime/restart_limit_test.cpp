#include "noex/runtime/core/restart_limit.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace noex {
namespace {

TEST(RestartLimit, FirstAreFreeThenThePauseDoubles) {
  Options options;
  RestartLimit limit(options);
  Instant now{100s};
  std::vector<Duration> pauses;
  for (int i = 0; i < 16; ++i) {
    limit.on_restart(now);
    const Instant next = std::max(now, limit.earliest());
    pauses.push_back(next - now);
    now = next;
  }
  EXPECT_THAT(std::vector(pauses.begin(), pauses.begin() + 6),
              testing::ElementsAre(0s, 0s, 1s, 2s, 4s, 8s));
  EXPECT_EQ(pauses.back(), options.restart_pause_max);
  now += 6 * options.restart_pause_max;
  limit.on_restart(now);
  EXPECT_LE(limit.earliest(), now);
}

}  // namespace
}  // namespace noex
