#include "noex/runtime/cluster/peer_clocks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/cluster_parts.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class PeerClocksTest : public testing::Test, protected ClusterParts {};

TEST_F(PeerClocksTest, TakesOverWhatLinkedPeersSay) {
  Wire& wire = wires.emplace_back();
  Session& session = linked(wire, ann);
  clocks.merge(session, ClockReading{loop.wall + 5, 3});
  EXPECT_EQ(clocks.reading(), (ClockReading{loop.wall + 5, 3}));
  EXPECT_THAT(log.warnings, IsEmpty());
}

TEST_F(PeerClocksTest, ClockThatIsFarAheadIsWarnedOfOnceASession) {
  Wire& wire = wires.emplace_back();
  Session& session = linked(wire, ann);
  const ClockReading before = clocks.reading();
  const ClockReading ahead{loop.wall + 2 * config.options.clock_ahead_max.count(), 0};
  clocks.merge(session, ahead);
  clocks.merge(session, ahead);
  EXPECT_EQ(clocks.reading(), before);
  EXPECT_THAT(log.warnings, SizeIs(1));
}

}  // namespace
}  // namespace noex
