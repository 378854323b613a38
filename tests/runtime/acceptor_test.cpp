// Who a node is: names, boots, addresses that lead elsewhere; and strangers who are no nodes.
#include "noex/runtime/cluster/acceptor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "noex/transport/frame.h"
#include "noex/transport/handshake.h"
#include "tests/runtime/cluster_harness.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// --- Names ---

TEST(ClusterIdentity, NameOfALivingMemberIsRefused) {
  ClusterWorld world(3);
  world.start(0);
  world.start(1, {0});
  world.run(1s);
  world.start_as(2, NodeId("node2", "10.0.0.3", 4369), {world.id(0)});
  world.run(10s);
  EXPECT_THAT(world[2].refused_by, ElementsAre(world.id(1)));
  EXPECT_EQ(world.view(2), "");
  EXPECT_EQ(world.view(0), "node2");
  EXPECT_EQ(world[0].cluster().members().size(), 1U);
}

TEST(ClusterIdentity, NameOfTheSeedItselfIsRefused) {
  ClusterWorld world(2);
  world.start(0);
  world.start_as(1, NodeId("node1", "10.0.0.2", 4369), {world.id(0)});
  world.run(5s);
  EXPECT_THAT(world[1].refused_by, ElementsAre(world.id(0)));
  EXPECT_EQ(world.view(0), "");
}

// The holder is silent, which nobody has noticed yet: the joiner need not wait for that.
TEST(ClusterIdentity, NameOfASilentMemberIsGivenAtOnce) {
  ClusterWorld world(3);
  world.start(0);
  world.start(1, {0});
  world.run(1s);
  world.machine(1).power_off();
  world[1].destroy();
  world.start_as(2, NodeId("node2", "10.0.0.3", 4369), {world.id(0)});
  world.run(1s);
  EXPECT_THAT(world[2].refused_by, IsEmpty());
  EXPECT_EQ(world.view(2), "node1");
}

TEST(ClusterIdentity, NameOfADeadMemberIsFree) {
  ClusterWorld world(3);
  world.start(0);
  world.start(1, {0});
  world.run(1s);
  world.crash(1);
  world.run(1s);
  world.start_as(2, NodeId("node2", "10.0.0.3", 4369), {world.id(0)});
  world.run(1s);
  EXPECT_EQ(world.view(0), "node2");
  EXPECT_EQ(world.view(2), "node1");
}

// Both had members of their own before they met: nobody is thrown out.
TEST(ClusterIdentity, NamesakesThatMeetLaterBothStay) {
  ClusterWorld world(4);
  world.cut_halves(2);
  world.start(0);
  world.start_as(1, NodeId("ann", "10.0.0.2", 4369), {world.id(0)});
  world.start(2, {0});
  world.start_as(3, NodeId("ann", "10.0.0.4", 4369), {world.id(2)});
  world.run(5s);
  EXPECT_EQ(world.view(0), "ann");
  EXPECT_EQ(world.view(2), "ann");
  world.fabric.heal_all();
  world.run(convergence_bound(world.options));
  EXPECT_EQ(world.view(0), "ann ann node3");
  EXPECT_EQ(world.view(1), "ann node1 node3");
  EXPECT_THAT(world[1].refused_by, IsEmpty());
  EXPECT_THAT(world[3].refused_by, IsEmpty());
}

// --- Boots ---

TEST(ClusterIdentity, BootBelowAnEarlierOneIsToldTheNext) {
  ClusterWorld world(2);
  world.start(0);
  world.start(1, {0}, 500);
  world.run(1s);
  world.crash(1);
  world.run(1s);
  world[0].take_events();
  world.start(1, {0}, 300);
  world.run(1s);
  EXPECT_EQ(world[1].boot_too_low, 501U);
  EXPECT_THAT(world[0].take_events(), IsEmpty());
  world.crash(1);
  world.start(1, {0}, 501);
  world.run(1s);
  EXPECT_THAT(world[0].take_events(), ElementsAre("link_up node2", "up node2"));
}

// The one that came back waits to be dialled: the dialer tells it.
TEST(ClusterIdentity, AcceptorLearnsThatItsBootIsTooLow) {
  ClusterWorld world(2);
  world.start(0, {}, 500);
  world.start(1, {0});
  world.run(1s);
  world.crash(0);
  world.run(1s);
  world.start(0, {}, 300);
  world.run(6s);
  EXPECT_EQ(world[0].boot_too_low, 501U);
  EXPECT_EQ(world.view(1), "");
}

// It meets only a node that never knew its earlier boot, and hears of that from a third.
TEST(ClusterIdentity, LowBootIsLearntFromTheTable) {
  ClusterWorld world(3);
  world.start(0);
  world.start(1, {0}, 500);
  world.run(1s);
  world.crash(1);
  world.fabric.cut_both(0, 1);
  world.fabric.cut_both(0, 2);
  world.start(2, {0});
  world.start(1, {2}, 300);
  world.run(5s);
  EXPECT_EQ(world.view(2), "node2");
  EXPECT_EQ(world[1].boot_too_low, 0U);
  world.fabric.heal_both(0, 2);
  world.run(10s);
  EXPECT_EQ(world[1].boot_too_low, 501U);
}

// --- Addresses ---

TEST(ClusterIdentity, SeedWithAnotherIdIsWarnedOfOnceAndRetried) {
  ClusterWorld world(2);
  world.start_as(0, NodeId("real", "10.0.0.1", 4369), {});
  world.start_as(1, NodeId("node2", "10.0.0.2", 4369), {NodeId("wanted", "10.0.0.1", 4369)});
  world.run(30s);
  EXPECT_THAT(world[1].log.warnings, ElementsAre(HasSubstr("expected wanted@10.0.0.1:4369")));
  EXPECT_THAT(world[0].log.warnings, IsEmpty());
  EXPECT_EQ(world.view(1), "");
  EXPECT_TRUE(world[1].cluster().settled());
  world.crash(0);
  world.start_as(0, NodeId("wanted", "10.0.0.1", 4369), {});
  world.run(6s);
  EXPECT_EQ(world.view(1), "wanted");
}

TEST(ClusterIdentity, ConnectingToItselfIsDroppedForGood) {
  ClusterWorld world(1);
  world.start_as(0, NodeId("node1", "10.0.0.1", 4369), {NodeId("seed", "node1", 4369)});
  world.run(1s);
  const auto lines = world[0].log.lines;
  EXPECT_THAT(lines, testing::Contains(HasSubstr("is this node itself")));
  EXPECT_TRUE(world[0].cluster().settled());
  world.run(60s);
  EXPECT_EQ(world[0].log.lines, lines);
}

TEST(ClusterIdentity, TakenAddressIsAnErrorOfStart) {
  ClusterWorld world(1);
  world.start(0);
  world.turn(0, [&] {
    auto& host = *world.machine(0).host();
    ClusterProbe second(host, NodeId("other", "10.0.0.1", 4369), 1, {}, world.options);
    const auto result = second.cluster().start();
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::address_in_use);
  });
}

// --- Strangers ---

// Somebody who connects to node1 and writes bytes that are no handshake.
class Stranger final : public ConnectionHandler {
 public:
  Stranger(ClusterWorld& world, int machine, Bytes bytes) : bytes_(std::move(bytes)) {
    auto& host = world.machine(machine).start();
    host.loop().give(sim::EventKind::task, [this, &world, &host] {
      dial_ = host.network().connect(world.id(0).address(), 5s, [this](auto result) {
        ASSERT_TRUE(result.has_value());
        connection_ = std::move(*result);
        connection_->set_handler(this);
        connection_->write(bytes_);
      });
    });
  }
  void on_bytes(ByteView bytes) override { received += bytes; }
  void on_drained() override {}
  void on_closed(CloseReason) override { closed = true; }

  Bytes received;
  bool closed = false;

 private:
  Bytes bytes_;
  std::unique_ptr<Dial> dial_;
  std::unique_ptr<Connection> connection_;
};

Bytes control_frame(ByteView payload) {
  Bytes out;
  append_control_frame(out, payload);
  return out;
}

Bytes data_frame(ByteView payload) {
  Bytes out;
  append_data_frames(out, payload);
  return out;
}

TEST(ClusterIdentity, StrangersCostOneLogLineEach) {
  const std::vector<Bytes> openings{
      "GET / HTTP/1.1\r\nHost: node1\r\n\r\n",
      std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),
      std::string("\xff\xff\xff\x00", 4),
      std::string("\x00\x00\xe1\xf5\x05\x00", 6),
      std::string("\x00\x00\x00\x00", 4),
      control_frame("\x01NOEX\x01garbage"),
      control_frame("\x01NOPE"),
      control_frame("\x03"),
      control_frame("\x10"),
      control_frame("\xc8"),
      data_frame("a message"),
  };
  for (const auto& opening : openings) {
    ClusterWorld world(3);
    world.start(0);
    world.start(1, {0});
    world.run(1s);
    world[0].take_events();
    Stranger stranger(world, 2, opening);
    world.run(1s);
    EXPECT_TRUE(stranger.closed);
    // Who encrypts is told in its own language (an alert); nobody else is told anything.
    EXPECT_THAT(stranger.received, SizeIs(opening.starts_with("\x16\x03") ? 7 : 0));
    EXPECT_THAT(world[0].log.warnings, SizeIs(1));
    world.run(10s);
    EXPECT_THAT(world[0].log.warnings, SizeIs(1));
    EXPECT_THAT(world[0].take_events(), IsEmpty());
    EXPECT_EQ(world.view(0), "node2");
  }
}

TEST(ClusterIdentity, AnotherProtocolVersionIsAnswered) {
  ClusterWorld world(2);
  world.start(0);
  world.run(1s);
  Stranger stranger(world, 1, control_frame("\x01NOEX\x7fwhatever comes then"));
  world.run(1s);
  EXPECT_TRUE(stranger.closed);
  FrameDecoder decoder;
  decoder.push(stranger.received);
  const auto frame = decoder.next();
  ASSERT_TRUE(frame.has_value());
  auto handshake = Handshake::dialer(Hello{});
  EXPECT_EQ(handshake.on_payload(frame->payload), Handshake::Event::refused);
  EXPECT_EQ(handshake.ack().refusal, Refusal::version);
}

TEST(ClusterIdentity, WhoSaysNothingIsClosedInTime) {
  ClusterWorld world(2);
  world.start(0);
  world.run(1s);
  Stranger stranger(world, 1, "\x01");
  world.run(world.options.handshake_timeout - 100ms);
  EXPECT_FALSE(stranger.closed);
  world.run(200ms);
  EXPECT_TRUE(stranger.closed);
  EXPECT_THAT(world[0].log.warnings, ElementsAre(HasSubstr("no handshake in time")));
}

TEST(ClusterIdentity, OldestOfTooManyUnauthenticatedIsClosed) {
  ClusterWorld world(4);
  world.options.unauthenticated_max = 2;
  world.start(0);
  world.run(1s);
  Stranger first(world, 1, "\x01");
  Stranger second(world, 2, "\x01");
  world.run(100ms);
  Stranger third(world, 3, "\x01");
  world.run(100ms);
  EXPECT_NE(first.closed, second.closed);  // whichever came first
  EXPECT_FALSE(third.closed);
}

TEST(ClusterIdentity, FullTableRefusesFurtherNodes) {
  ClusterWorld world(3);
  world.options.members_max = 1;
  world.start(0);
  world.start(1, {0});
  world.run(1s);
  world.start(2, {0});
  world.run(3s);
  EXPECT_EQ(world.view(0), "node2");
  EXPECT_EQ(world.view(2), "");
}

}  // namespace
}  // namespace noex
