// What strangers may change: nothing but their own connection. And what a linked peer may say of a
// node, of its clock, of its boot: what can be true, at a bounded rate.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/cluster_harness.h"
#include "tests/runtime/node_harness.h"
#include "tests/runtime/raw_peer.h"

namespace noex::tests {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::int64_t year = 365LL * 24 * 3600 * 1'000'000'000;

ClockReading latest_clock() {
  return ClockReading{clock_wall_max, std::numeric_limits<std::uint32_t>::max()};
}

// node1, and a machine that is played by hand.
class Strangers : public testing::Test {
 protected:
  Strangers() {
    world_.start(0);
    world_.run(100ms);
  }
  RawPeer peer(int machine, Boot boot = 7) {
    return RawPeer(world_.machine(machine), world_.id(machine), boot);
  }
  // What node1's clock says, as it tells everybody.
  ClockReading clock_of_node1() {
    RawPeer asker = peer(3);
    asker.dial(world_.id(0), false);
    world_.run(100ms);
    EXPECT_TRUE(asker.ack.has_value());
    return asker.ack ? asker.ack->clock : ClockReading{};
  }
  std::int64_t wall() { return sim::wall_start.time_since_epoch().count(); }

  ClusterWorld world_{5};
};

// --- Clocks ---

TEST_F(Strangers, HelloThatIsRefusedLeavesTheClockAlone) {
  RawPeer stranger = peer(1);
  Hello hello;
  hello.to = NodeId("nobody", "127.0.0.1", 1);
  hello.clock = latest_clock();
  stranger.dial(world_.id(0), hello, true);
  world_.run(100ms);
  EXPECT_EQ(stranger.ack->refusal, Refusal::wrong_node);
  EXPECT_EQ(clock_of_node1(), ClockReading());
}

TEST_F(Strangers, HelloThatIsNotConfirmedLeavesTheClockAlone) {
  RawPeer stranger = peer(1);
  Hello hello;
  hello.clock = ClockReading{wall(), 5};
  stranger.dial(world_.id(0), hello, false);
  world_.run(100ms);
  EXPECT_EQ(stranger.ack->refusal, Refusal::none);
  EXPECT_EQ(clock_of_node1(), ClockReading());
}

TEST_F(Strangers, AckOfARefusalLeavesTheClockAlone) {
  RawPeer stranger = peer(1);
  HelloAck answer;
  answer.refusal = Refusal::full;
  answer.clock = ClockReading{wall(), 5};
  stranger.listen(answer);
  world_.crash(0);
  world_.start(0, {1});
  world_.run(1s);
  EXPECT_TRUE(stranger.hello.has_value());
  EXPECT_EQ(clock_of_node1(), ClockReading());
}

TEST_F(Strangers, ClockOfALinkedPeerIsTakenOver) {
  RawPeer linked = peer(1);
  Hello hello;
  hello.clock = ClockReading{wall() + 9 * year, 5};
  linked.dial(world_.id(0), hello, true);
  world_.run(100ms);
  EXPECT_TRUE(linked.ready);
  EXPECT_EQ(clock_of_node1(), hello.clock);
}

// It may be honest, and its clock wrong: the link stands, nothing is called malformed.
TEST_F(Strangers, ClockFarAheadIsNotTakenOverAndSaidOnce) {
  RawPeer linked = peer(1);
  Hello hello;
  hello.clock = ClockReading{wall() + 21 * year, 5};
  linked.dial(world_.id(0), hello, true);
  world_.run(100ms);
  for (int i = 0; i < 100; ++i) linked.say(Heartbeat{0, 0, clock_wall_max, 4'000'000'000, {}});
  world_.run(100ms);
  EXPECT_TRUE(linked.ready);
  EXPECT_FALSE(linked.closed);
  EXPECT_EQ(clock_of_node1(), ClockReading());
  EXPECT_THAT(world_[0].log.warnings, testing::ElementsAre(HasSubstr("too far ahead")));
}

// --- This node's own boot ---

TEST_F(Strangers, KnownBootThatIsNotConfirmedIsNobodysWord) {
  RawPeer stranger = peer(1);
  for (const Boot known : {Boot{1000}, boot_max - 1, boot_max}) {
    Hello hello;
    hello.known = known;
    stranger.dial(world_.id(0), hello, false);
    world_.run(100ms);
    EXPECT_EQ(world_[0].boot_too_low, 0U) << known;
  }
  Hello namesake;  // who says to be this very node
  namesake.from = world_.id(0);
  namesake.boot = 5000;
  stranger.dial(world_.id(0), namesake, true);
  world_.run(100ms);
  EXPECT_EQ(world_[0].boot_too_low, 0U);
}

TEST_F(Strangers, KnownBootThatIsConfirmedIsBelieved) {
  RawPeer linked = peer(1);
  Hello hello;
  hello.known = 1000;
  linked.dial(world_.id(0), hello, true);
  world_.run(100ms);
  EXPECT_EQ(world_[0].boot_too_low, 1001U);
  EXPECT_THAT(world_[0].log.warnings, Contains(HasSubstr("knows of a boot of this node")));
}

// It is linked all the same: who said so may have been told so.
TEST_F(Strangers, BootFarAheadIsNotBelievedWhoeverSaysIt) {
  int machine = 0;
  for (const Boot known : {static_cast<Boot>(wall() + 21 * year), boot_max - 1, boot_max}) {
    RawPeer linked = peer(++machine);
    Hello hello;
    hello.known = known;
    linked.dial(world_.id(0), hello, true);
    world_.run(100ms);
    EXPECT_TRUE(linked.ready) << known;
    linked.say(Table{{TableEntry{world_.id(0), known, 1, MemberStatus::alive, {}}}});
    linked.say(Heartbeat{0, 0, 0, 0, {{{world_.id(0), known, 5, MemberStatus::left, {}}, {}}}});
    world_.run(100ms);
    EXPECT_FALSE(linked.closed) << known;
    EXPECT_EQ(world_[0].boot_too_low, 0U) << known;
  }
}

TEST_F(Strangers, AcksOfOthersThanWhomItDialledSayNothingOfItsBoot) {
  world_.crash(0);
  RawPeer stranger = peer(1);
  HelloAck answer;
  answer.id = world_.id(2);
  answer.known = 1000;
  stranger.listen(answer);
  world_.start(0, {1});
  world_.run(1s);
  answer.refusal = Refusal::boot_too_low;
  stranger.answer_with(answer);
  world_.run(5s);
  EXPECT_GT(stranger.accepted, 2);
  EXPECT_EQ(world_[0].boot_too_low, 0U);
}

// Whoever took a node's place, with the highest boot there is: the node itself comes back.
TEST_F(Strangers, ImpostorLocksNobodyOut) {
  for (const Boot boot : {boot_max, static_cast<Boot>(wall() + 30 * year)}) {
    RawPeer impostor(world_.machine(2), world_.id(1), boot);
    impostor.dial(world_.id(0));
    world_.run(100ms);
    ASSERT_TRUE(impostor.ready);
    impostor.hang_up();
    world_.run(100ms);
    world_.start(1, {0}, 300);
    world_.run(6s);
    EXPECT_EQ(world_.view(0), "node2");
    EXPECT_EQ(world_.view(1), "node1");
    EXPECT_EQ(world_[1].boot_too_low, 0U);
    world_.crash(1);
    world_.run(20s);
  }
}

// The same where it is the others who dial.
TEST_F(Strangers, ImpostorLocksNoSeedOut) {
  world_.start(1, {0}, 300);
  world_.run(1s);
  world_.machine(1).power_off();
  world_[1].destroy();
  RawPeer impostor(world_.machine(2), world_.id(1), boot_max);
  impostor.dial(world_.id(0));
  world_.run(100ms);
  ASSERT_TRUE(impostor.ready);
  impostor.hang_up();
  world_.run(100ms);
  world_.start(1, {}, 400);
  world_.run(20s);
  EXPECT_EQ(world_.view(0), "node2");
  EXPECT_EQ(world_.view(1), "node1");
}

// --- Hearsay of this node's peers ---

// node1 and node2 are linked; a third peer, linked to both, says what it likes of node2.
class Liars : public Strangers {
 protected:
  Liars() : liar_(peer(2)) {
    world_.start(1, {0});
    world_.run(500ms);
    liar_.beats = true;
    liar_.dial(world_.id(0));
    world_.run(500ms);
    EXPECT_TRUE(liar_.ready);
    boot_ = boot_of_node2();
    world_[0].take_events();
  }
  Boot boot_of_node2() {
    for (const Member& member : world_[0].cluster().members()) {
      if (member.incarnation.id == world_.id(1)) return member.linked ? member.incarnation.boot : 0;
    }
    return 0;
  }
  TableEntry entry(Boot boot, std::uint64_t version, MemberStatus status) {
    const bool doubted = status == MemberStatus::suspect || status == MemberStatus::dead;
    return {world_.id(1), boot, version, status,
            doubted ? std::optional(DownReason::heartbeat_timeout) : std::nullopt};
  }
  void say(const TableEntry& entry) {
    liar_.say(Table{{entry}});
    liar_.say(Heartbeat{1, 1, 0, 0, {{entry, {}}}});
    world_.run(2500ms);
  }
  std::string events() { return fmt::format("{}", fmt::join(world_[0].take_events(), ", ")); }

  RawPeer liar_;
  Boot boot_ = 0;
};

TEST_F(Liars, NothingOfWhatTheySayOfALinkedNodeIsTakenOver) {
  for (const MemberStatus status :
       {MemberStatus::alive, MemberStatus::suspect, MemberStatus::dead, MemberStatus::left}) {
    for (const Boot boot : {boot_, boot_ + 1, static_cast<Boot>(wall() + 21 * year), boot_max}) {
      if (boot == boot_ + 1) continue;  // that restarts it: see below
      for (const std::uint64_t version :
           {std::uint64_t{1}, std::uint64_t{2} << 32, member_version_max - 1, member_version_max}) {
        say(entry(boot, version, status));
        EXPECT_EQ(boot_of_node2(), boot_) << describe(status) << " " << boot << " " << version;
        EXPECT_EQ(world_.view(0), "node2");
        EXPECT_EQ(world_[1].boot_too_low, 0U);
        ASSERT_EQ(events(), "");
      }
    }
  }
}

// It hears of a boot that can be true, over its own link, and starts again above it: once.
TEST_F(Liars, BootThatCanBeTrueIsPassedOnToTheNodeItself) {
  say(entry(boot_ + 1, 1, MemberStatus::alive));
  EXPECT_EQ(world_[1].boot_too_low, boot_ + 2);
  EXPECT_THAT(world_[0].take_events(), testing::Each(testing::Not(HasSubstr("restarted"))));
}

// What was said while it had no link is put right when it has one.
TEST_F(Liars, OwnWordPutsRightWhatHearsayDid) {
  for (const TableEntry& lie :
       {entry(boot_, 1, MemberStatus::left), entry(boot_, 77, MemberStatus::dead),
        entry(boot_, std::uint64_t{1} << 32, MemberStatus::alive),
        entry(boot_max, 1, MemberStatus::alive),
        entry(static_cast<Boot>(wall() + 30 * year), 1, MemberStatus::alive)}) {
    world_.fabric.cut_both(0, 1);
    world_.run(3500ms);  // the link is gone
    liar_.say(Table{{lie}});
    world_.run(100ms);
    world_.fabric.heal_both(0, 1);
    world_.run(20s);
    EXPECT_EQ(boot_of_node2(), boot_) << describe(lie.status) << lie.boot;
    EXPECT_EQ(world_.view(0), "node2") << describe(lie.status) << lie.boot;
    EXPECT_EQ(world_[1].boot_too_low, 0U);
  }
}

// --- Dials ---

// Somebody says to be the node that is being dialled, whose own dial would go first.
TEST_F(Strangers, HelloInAnothersNameEndsNoDial) {
  world_.crash(0);
  RawPeer wanted = peer(1);
  wanted.answers = false;
  wanted.listen(HelloAck());
  world_.start_as(0, NodeId("zed", "10.0.0.1", 4369), {world_.id(1)});
  world_.run(100ms);
  ASSERT_TRUE(wanted.hello.has_value());
  RawPeer stranger(world_.machine(3), world_.id(1), 1000);
  stranger.dial(world_.id(0), false);
  world_.run(100ms);
  ASSERT_TRUE(stranger.ack.has_value());
  wanted.answer_now();
  world_.run(700ms);
  EXPECT_TRUE(wanted.ready);
  EXPECT_EQ(wanted.accepted, 1);
  EXPECT_TRUE(stranger.closed);
}

// Whom we know well says that its address is our own.
TEST_F(Strangers, KnownNodeIsNeverTakenForThisNodeItself) {
  world_.crash(0);
  RawPeer known = peer(1);
  known.listen(HelloAck());
  world_.start(0, {1});
  world_.run(500ms);
  ASSERT_TRUE(known.ready);
  HelloAck self;
  self.refusal = Refusal::self;
  self.id = world_.id(0);
  self.boot = known.hello->boot;
  known.answer_with(self);
  known.hang_up();
  world_.run(3s);
  EXPECT_GT(known.accepted, 1);
}

// --- Room ---

TEST_F(Strangers, OldestSilentOneOfTheAddressWithMostMakesRoom) {
  world_.crash(0);
  world_.options.unauthenticated_max = 4;
  world_.start(0);
  world_.run(100ms);
  RawPeer single = peer(1);
  single.connect(world_.id(0));
  world_.run(10ms);
  std::vector<std::unique_ptr<RawPeer>> flood;
  for (int i = 0; i < 6; ++i) {
    flood.push_back(std::make_unique<RawPeer>(world_.machine(2), world_.id(2), Boot{9}));
    if (i == 0) {
      flood.back()->dial(world_.id(0), false);
    } else {
      flood.back()->connect(world_.id(0));
    }
    world_.run(10ms);
  }
  std::string open;
  for (const auto& one : flood) open += one->closed ? '-' : '+';
  EXPECT_EQ(open, "+---++");  // the one that said Hello stays longer
  EXPECT_FALSE(single.closed);
  RawPeer honest = peer(3);
  honest.dial(world_.id(0));
  world_.run(100ms);
  EXPECT_TRUE(honest.ready);
}

// Members that left, and that are dead, make room for newcomers; those that live do not.
TEST_F(Strangers, WhoLeftForLongestMakesRoom) {
  world_.crash(0);
  world_.options.members_max = 2;
  world_.start(0);
  world_.run(100ms);
  const auto join = [this](int machine, bool leaves) {
    RawPeer member = peer(machine);
    member.dial(world_.id(0));
    world_.run(200ms);
    EXPECT_TRUE(member.ready) << machine;
    if (leaves) member.say(Leave{});
    world_.run(200ms);
    member.hang_up();
    world_.run(20s);
  };
  join(1, true);
  join(2, true);
  join(3, false);  // in place of the first
  std::vector<Member> members = world_[0].cluster().members();
  ASSERT_THAT(members, SizeIs(1));
  EXPECT_EQ(members[0].incarnation.id, world_.id(3));
  join(4, false);  // in place of the second
  join(1, false);  // in place of the one that is dead for longest
  members = world_[0].cluster().members();
  ASSERT_THAT(members, SizeIs(2));
  EXPECT_EQ(members[0].incarnation.id, world_.id(1));
  EXPECT_EQ(members[1].incarnation.id, world_.id(4));
}

}  // namespace
}  // namespace noex::tests
