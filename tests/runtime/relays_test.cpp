#include "noex/runtime/membership/relays.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/membership_parts.h"

namespace noex {
namespace {

using testing::IsEmpty;

class RelaysTest : public testing::Test, protected MembershipParts {
 protected:
  // Of the ping that a request has made.
  std::uint64_t ask(const NodeId& from, std::uint64_t number, const Incarnation& target) {
    relays.on_ping_request(from, {number, target}, now);
    const auto pings = take<SendPing>();
    return pings.size() == 1 && pings[0].to == target.id ? pings[0].number : 0;
  }
};

TEST_F(RelaysTest, ItselfLives) {
  relays.on_ping_request(bob, {11, {self_id, 100}}, now);
  EXPECT_EQ(take(), list(AnswerPingRequest{bob, 11, true}));
}

TEST_F(RelaysTest, WhoIsLinkedIsAskedAndAnsweredForOnce) {
  link(alive(ann, 7));
  link(alive(bob, 5));
  const std::uint64_t ping = ask(bob, 11, {ann, 7});
  ASSERT_NE(ping, 0U);
  EXPECT_FALSE(relays.on_pong(bob, ping)) << "only the target can say that it lives";
  EXPECT_TRUE(relays.on_pong(ann, ping));
  EXPECT_EQ(take(), list(AnswerPingRequest{bob, 11, true}));
  EXPECT_FALSE(relays.on_pong(ann, ping));
  EXPECT_EQ(relays.next_deadline(), Instant::max());
}

TEST_F(RelaysTest, NackComesBeforeTheAskerDecides) {
  link(alive(ann, 7));
  link(alive(bob, 5));
  ask(bob, 11, {ann, 7});
  const Instant due = relays.next_deadline();
  EXPECT_LT(due, now + std::min(options.dial_timeout, options.suspicion_after / 3));
  relays.on_time(due - 1ns);
  EXPECT_THAT(take(), IsEmpty());
  relays.on_time(due);
  EXPECT_EQ(take(), list(AnswerPingRequest{bob, 11, false}));
}

TEST_F(RelaysTest, OfAnotherBootNothingIsKnown) {
  link(alive(ann, 7));
  relays.on_ping_request(bob, {13, {ann, 8}}, now);
  EXPECT_EQ(take(), list(AnswerPingRequest{bob, 13, false}));
}

// A link would be as good as a pong; who should be linked is dialled anyway.
TEST_F(RelaysTest, WhoIsNotLinkedIsDialledAndAnsweredForWhenItIs) {
  options.mesh_max = 0;
  MembershipParts large(options);
  MemberRecord* far = nullptr;
  for (int i = 1; i <= 40; ++i) {
    MemberRecord& record = large.add(alive(numbered(i), 7));
    if (!record.wanted) far = &record;
  }
  ASSERT_NE(far, nullptr);
  large.take();
  large.relays.on_ping_request(bob, {11, far->incarnation()}, large.now);
  EXPECT_EQ(large.take(), list(StartDial{far->id()}));
  large.relays.on_linked(far->incarnation());
  EXPECT_EQ(large.take(), list(AnswerPingRequest{bob, 11, true}));
  large.relays.on_linked(far->incarnation());
  EXPECT_THAT(large.take(), IsEmpty());
}

TEST_F(RelaysTest, NobodyTakesAllOfThem) {
  link(alive(ann, 7));
  std::size_t taken = 0;
  for (std::uint64_t number = 1; number <= relays_max; ++number) {
    taken += ask(bob, number, {ann, 7}) != 0 ? 1 : 0;
  }
  EXPECT_EQ(taken, relays_max / 4);
  EXPECT_NE(ask(numbered(1), 1, {ann, 7}), 0U);
  for (int i = 2; i <= 300; ++i) ask(numbered(i), 1, {ann, 7});
  relays.on_ping_request(numbered(301), {1, {ann, 7}}, now);
  EXPECT_EQ(take(), list(AnswerPingRequest{numbered(301), 1, false}));
}

TEST_F(RelaysTest, WhoAskedAndIsGoneGetsNoAnswer) {
  link(alive(ann, 7));
  const std::uint64_t ping = ask(bob, 11, {ann, 7});
  relays.forget(bob);
  EXPECT_FALSE(relays.on_pong(ann, ping));
  ask(numbered(1), 11, {ann, 7});
  relays.on_time(now + 10s);
  EXPECT_THAT(take(), IsEmpty()) << "it has no link";
}

// --- As the whole has it ---

TEST(RelaysScene, RelayAnswersOnceForWhoItReaches) {
  MembershipScene scene({ann, bob});
  scene.up(ann, 7);
  scene.up(bob, 5);
  scene.core.on_ping_request(bob, {11, {ann, 7}}, scene.now);
  const auto sent = scene.take();
  ASSERT_EQ(sent.size(), 1U);
  const auto ping = std::get<SendPing>(sent[0]);
  EXPECT_EQ(ping.to, ann);
  scene.core.on_pong(bob, ping.number);
  EXPECT_THAT(scene.take(), IsEmpty()) << "only the target can say that it lives";
  scene.core.on_pong(ann, ping.number);
  EXPECT_EQ(scene.take(), list(AnswerPingRequest{bob, 11, true}));
  EXPECT_THAT(scene.pass(1s, {ann, bob}), IsEmpty());
  scene.core.on_ping_request(bob, {12, {ann, 7}}, scene.now);
  scene.take();
  EXPECT_EQ(scene.pass(1s, {ann, bob}), list(AnswerPingRequest{bob, 12, false}));
  scene.core.on_ping_request(bob, {13, {ann, 8}}, scene.now);
  EXPECT_EQ(scene.take(), list(AnswerPingRequest{bob, 13, false}))
      << "of that boot nothing is known";
}

}  // namespace
}  // namespace noex
