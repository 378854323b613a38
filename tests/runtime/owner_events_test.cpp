#include "noex/runtime/cluster/owner_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/cluster_parts.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class OwnerEventsTest : public testing::Test, protected ClusterParts {};

TEST_F(OwnerEventsTest, NothingIsToldBeforeItsTime) {
  events.add(OwnerEvents::NodeUp{ann});
  events.add(OwnerEvents::NodeDown{bob, DownReason{}});
  EXPECT_THAT(handler.events, IsEmpty());
  events.deliver();
  EXPECT_THAT(handler.take(), ElementsAre("up ann", "down bob"));
  events.deliver();
  EXPECT_THAT(handler.take(), IsEmpty());
}

TEST_F(OwnerEventsTest, WhatHappensInsideOneIsToldAfterIt) {
  int inside = 0;
  handler.hook = [&] {
    ++inside;
    if (handler.events.back() == "up ann") {
      events.add(OwnerEvents::NodeUp{bob});
      events.deliver();
      EXPECT_EQ(inside, 1);
    }
  };
  events.add(OwnerEvents::NodeUp{ann});
  events.deliver();
  EXPECT_THAT(handler.take(), ElementsAre("up ann", "up bob"));
}

TEST_F(OwnerEventsTest, NothingIsToldOnceItIsStopped) {
  handler.hook = [&] { events.stop(); };
  events.add(OwnerEvents::NodeUp{ann});
  events.add(OwnerEvents::NodeUp{bob});
  events.deliver();
  events.add(OwnerEvents::NodeUp{zoe});
  events.deliver();
  EXPECT_THAT(handler.take(), ElementsAre("up ann"));
}

TEST_F(OwnerEventsTest, WhatWasSentLeavesOnceTheLinkWasTold) {
  Wire& wire = wires.emplace_back();
  Session& session = linked(wire, ann);
  ASSERT_TRUE(links.stand(session));
  session.link()->send_signal("early");
  loop.end_turn();
  EXPECT_THAT(wire.data, IsEmpty());
  events.deliver();
  loop.end_turn();
  EXPECT_THAT(wire.data, SizeIs(1));
  EXPECT_THAT(overfull, IsEmpty());
}

TEST_F(OwnerEventsTest, LinkForWhichTooMuchWaitedIsOverfull) {
  Wire& wire = wires.emplace_back();
  Session& session = linked(wire, ann);
  ASSERT_TRUE(links.stand(session));
  const Bytes message(1'000'000, 'x');
  while (session.link()->queued_bytes() <= config.options.queue_bytes_cutoff) {
    session.link()->send_signal(message);
  }
  session.link()->send_signal("one more");
  events.deliver();
  EXPECT_THAT(overfull, ElementsAre(session.link()));
}

}  // namespace
}  // namespace noex
