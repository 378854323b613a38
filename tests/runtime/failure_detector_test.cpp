#include "noex/runtime/membership/failure_detector.h"

#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/membership_parts.h"

namespace noex {
namespace {

using testing::Contains;
using testing::IsEmpty;

class FailureDetectorTest : public testing::Test, protected MembershipParts {
 protected:
  MemberStatus status(const NodeId& id) const { return table.find(id)->entry.status; }
  std::uint64_t asked() {
    const auto requests = take<SendPingRequest>();
    return requests.empty() ? 0 : requests.front().request.number;
  }
};

TEST_F(FailureDetectorTest, LinkThatStoodForAWhileIsRedialledAtOnce) {
  MemberRecord& record = link(alive(ann, 7));
  record.attempts = 3;
  now += options.heartbeat_interval;
  detector.on_link_closed(record, now);
  EXPECT_EQ(dials.next_deadline(), now);
  EXPECT_EQ(record.attempts, 0U);
}

TEST_F(FailureDetectorTest, LinkThatBreaksAtOnceIsRedialledAfterAPause) {
  MemberRecord& record = link(alive(ann, 7));
  record.attempts = 3;
  detector.on_link_closed(record, now);
  EXPECT_GT(dials.next_deadline(), now);
}

TEST_F(FailureDetectorTest, EndOfALinkIsASuspicionWhereNobodyCanBeAsked) {
  MemberRecord& record = link(alive(ann, 7));
  detector.on_link_closed(record, now);
  EXPECT_EQ(status(ann), MemberStatus::suspect);
  EXPECT_EQ(record.entry.reason, DownReason::connection_closed);
  EXPECT_TRUE(suspicions.runs(record.index));
}

TEST_F(FailureDetectorTest, OthersAreAskedFirst) {
  MemberRecord& record = link(alive(ann, 7));
  link(alive(bob, 5));
  detector.on_link_closed(record, now);
  const std::uint64_t number = asked();
  ASSERT_NE(number, 0U);
  EXPECT_EQ(status(ann), MemberStatus::alive);
  EXPECT_TRUE(record.missed);
  detector.on_pong(bob, number);
  EXPECT_FALSE(record.missed);
  detector.check_probes(now + options.dial_timeout);
  EXPECT_EQ(status(ann), MemberStatus::alive);
  EXPECT_EQ(health.score(), 0U);
}

TEST_F(FailureDetectorTest, WhoGetsNoAnswerAtAllTrustsItselfLess) {
  MemberRecord& record = link(alive(ann, 7));
  link(alive(bob, 5));
  detector.on_link_closed(record, now);
  detector.check_probes(now + options.dial_timeout);
  EXPECT_EQ(status(ann), MemberStatus::suspect);
  EXPECT_EQ(health.score(), 1U);
}

TEST_F(FailureDetectorTest, WhoNeedNotBeLinkedIsLeftToOthers) {
  MemberRecord& record = link(alive(ann, 7));
  table.set_wanted(record, false);
  detector.on_link_closed(record, now);
  EXPECT_EQ(status(ann), MemberStatus::alive);
}

TEST_F(FailureDetectorTest, ReleasedLinkSaysNothing) {
  MemberRecord& record = link(alive(ann, 7));
  detector.on_released(record, now);
  EXPECT_EQ(status(ann), MemberStatus::alive);
  EXPECT_FALSE(record.missed);
}

TEST_F(FailureDetectorTest, SilentLinkIsClosedAndItsNodeSuspected) {
  MemberRecord& record = link(alive(ann, 7));
  take();
  detector.check_silence(now + options.suspicion_after - 1ns);
  EXPECT_TRUE(record.probed);
  EXPECT_THAT(take(), IsEmpty());
  detector.check_silence(now + options.suspicion_after);
  EXPECT_THAT(take(), Contains(MembershipAction(CloseLink{Incarnation{ann, 7}, true})));
  EXPECT_EQ(status(ann), MemberStatus::suspect);
  EXPECT_EQ(record.entry.reason, DownReason::heartbeat_timeout);
}

TEST_F(FailureDetectorTest, SuspectIsDeadWhenItsTimeIsOver) {
  MemberRecord& record = link(alive(ann, 7));
  detector.on_link_closed(record, now);
  detector.check_suspects(now + options.suspicion_timeout - 1ns);
  EXPECT_EQ(status(ann), MemberStatus::suspect);
  detector.check_suspects(now + options.suspicion_timeout);
  EXPECT_EQ(status(ann), MemberStatus::dead);
}

TEST_F(FailureDetectorTest, WhoStoodStillForgivesTheOthers) {
  MemberRecord& suspected = link(alive(ann, 7));
  detector.on_link_closed(suspected, now);
  link(alive(bob, 5)).probed = true;
  dials.begin(suspected);
  take();
  now += 60s;
  detector.forgive(now);
  EXPECT_EQ(take(), list(StopDial{ann}, StartDial{ann}));
  EXPECT_THAT(links.silent(now), IsEmpty());
  detector.check_suspects(now);
  EXPECT_EQ(status(ann), MemberStatus::suspect) << "it has its time again";
  EXPECT_EQ(health.score(), 1U);
}

TEST_F(FailureDetectorTest, EachFailureOfADialSaysWhatItSays) {
  const auto after = [](DialFailure failure, const TableEntry& entry) {
    MembershipParts parts;
    MemberRecord& record = parts.add(entry);
    parts.detector.on_dial_failed(record, failure, parts.now);
    return parts.table.find(ann)->entry;
  };
  EXPECT_EQ(after(DialFailure::unfinished, alive(ann, 7)).status, MemberStatus::alive);
  EXPECT_EQ(after(DialFailure::silent, alive(ann, 7)).status, MemberStatus::suspect);
  EXPECT_EQ(after(DialFailure::left, alive(ann, 7)).status, MemberStatus::left);
  EXPECT_EQ(after(DialFailure::self, alive(ann, 7)).status, MemberStatus::dead);
  const TableEntry refused = after(DialFailure::refused, alive(ann, 7));
  EXPECT_EQ(refused.status, MemberStatus::dead);
  EXPECT_EQ(refused.reason, DownReason::connection_refused);
  EXPECT_EQ(after(DialFailure::refused, suspect(ann, 7)).reason, DownReason::heartbeat_timeout)
      << "the first evidence stays the reason";
}

TEST_F(FailureDetectorTest, SeedAtOurOwnAddressIsForgotten) {
  MemberRecord& seed = *table.add(ann);
  dials.add_seed(seed);
  detector.on_dial_failed(seed, DialFailure::self, now);
  EXPECT_EQ(table.find(ann), nullptr);
  EXPECT_EQ(table.untried(), 0U);
  dials.check_invariants();
}

TEST_F(FailureDetectorTest, WhoDialsASuspectInVainAccusesItToo) {
  MemberRecord& record = add(alive(ann, 7));
  merger.learn(suspect(ann, 7), bob, bob, now);
  take();
  detector.on_dial_failed(record, DialFailure::silent, now);
  EXPECT_EQ(suspicions.accusers(record.index).size(), 2U);
  detector.on_dial_failed(record, DialFailure::silent, now);
  EXPECT_EQ(take<TellVerdict>().size(), 1U) << "once";
}

// --- As the whole has it ---

TEST(FailureDetectorScene, SilentLinkIsClosedButTheNodeLivesWhileOthersReachIt) {
  MembershipScene scene({ann, bob});
  scene.up_for_long(ann, 7);
  scene.up_for_long(bob, 5);
  const auto asked = scene.pass(scene.options.probe_after - 1s, {bob});
  ASSERT_EQ(asked.size(), 1U);
  const auto& request = std::get<SendPingRequest>(asked[0]).request;
  EXPECT_EQ(request.target, (Incarnation{ann, 7}));
  scene.core.on_pong(ann, request.number);
  scene.core.on_pong(bob, request.number);
  EXPECT_EQ(scene.pass(1s, {bob}), list(CloseLink{Incarnation{ann, 7}, true}, StartDial{ann}));
  EXPECT_EQ(scene.status(ann), MemberStatus::alive);
  // Its own dial stays silent too: asked again, and again all is well.
  scene.core.on_dial_failed(ann, DialFailure::silent, scene.now);
  const auto again = scene.take();
  ASSERT_EQ(again.size(), 1U);
  scene.core.on_pong(bob, std::get<SendPingRequest>(again[0]).request.number);
  for (const auto& action : scene.pass(scene.options.dial_timeout, {bob})) {
    EXPECT_EQ(action, MembershipAction(StartDial{ann}));
  }
  EXPECT_EQ(scene.status(ann), MemberStatus::alive);
}

TEST(FailureDetectorScene, NackIsNoSignOfLife) {
  MembershipScene scene({ann, bob});
  scene.up_for_long(ann, 7);
  scene.up_for_long(bob, 5);
  const auto asked = scene.pass(scene.options.probe_after - 1s, {bob});
  scene.core.on_nack(bob, std::get<SendPingRequest>(asked[0]).request.number);
  scene.pass(1s, {bob});
  EXPECT_EQ(scene.status(ann), MemberStatus::suspect);
}

// Refused by its address and yet alive: behind a wall, for us. It is not killed again and again.
TEST(FailureDetectorScene, RefusalThatOthersRefutedIsNoDeathAnyMore) {
  MembershipScene scene({ann});
  scene.up(ann, 7);
  scene.told(ann, alive(bob, 5));
  scene.core.on_registry_known(Incarnation{bob, 5});
  scene.core.on_dial_failed(bob, DialFailure::refused, scene.now);
  EXPECT_EQ(scene.status(bob), MemberStatus::dead);
  scene.core.on_registry_known(Incarnation{bob, 5});
  scene.told(ann, alive(bob, 5, 2));
  scene.take();
  scene.core.on_dial_failed(bob, DialFailure::refused, scene.now);
  const auto actions = scene.take();
  ASSERT_EQ(actions.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<SendPingRequest>(actions[0]));
  EXPECT_EQ(scene.status(bob), MemberStatus::alive);
}

// With a third node that could confirm it, a suspicion lasts longer; less, once it has.
TEST(FailureDetectorScene, ConfirmationShortensASuspicion) {
  for (const bool confirmed : {false, true}) {
    MembershipScene scene({ann, bob});
    scene.up_for_long(ann, 7);
    scene.up_for_long(bob, 5);
    scene.pass(scene.options.suspicion_after - 1s, {bob});
    ASSERT_EQ(scene.status(ann), MemberStatus::suspect);
    const Rumour rumour{suspect(ann, 7), bob};
    if (confirmed) scene.core.on_heartbeat(bob, 0, {{rumour}}, scene.now);
    // A little longer than at best: it was not answered when it asked.
    scene.pass(scene.options.suspicion_timeout * 5 / 4, {bob});
    EXPECT_EQ(scene.status(ann), confirmed ? MemberStatus::dead : MemberStatus::suspect);
  }
}

// Its Leave is lost to a cut, and what others say of it comes while its link stands.
TEST(FailureDetectorScene, WhoLeftBehindASilentLinkIsBelievedWhenTheLinkEnds) {
  MembershipScene scene({ann, bob});
  scene.up_for_long(ann, 7);
  scene.up_for_long(bob, 5);
  scene.told(bob, left(ann, 7));
  EXPECT_THAT(scene.take(), IsEmpty()) << "its own word may be on its way";
  const auto actions = scene.pass(scene.options.suspicion_after, {bob});
  EXPECT_THAT(
      actions,
      Contains(MembershipAction(AnnounceDown{Incarnation{ann, 7}, DownReason::graceful_shutdown})));
  EXPECT_EQ(scene.status(ann), MemberStatus::left);
}

TEST(FailureDetectorScene, WhoLeftIsBelievedToHaveWhenItsLinkBreaks) {
  MembershipScene scene({ann, bob});
  scene.up_for_long(ann, 7);
  scene.up_for_long(bob, 5);
  scene.told(bob, left(ann, 7));
  scene.take();
  scene.core.on_link_closed(Incarnation{ann, 7}, scene.now);
  EXPECT_THAT(
      scene.take(),
      Contains(MembershipAction(AnnounceDown{Incarnation{ann, 7}, DownReason::graceful_shutdown})));
}

// What it had sent before comes late, by a slow link.
TEST(FailureDetectorScene, WhoLeftIsBelievedToHaveThoughItsLastBytesComeLater) {
  MembershipScene scene({ann, bob});
  scene.up_for_long(ann, 7);
  scene.up_for_long(bob, 5);
  scene.told(bob, left(ann, 7));
  scene.pass(scene.options.suspicion_after / 2, {ann, bob});
  scene.core.on_link_closed(Incarnation{ann, 7}, scene.now);
  EXPECT_THAT(
      scene.take(),
      Contains(MembershipAction(AnnounceDown{Incarnation{ann, 7}, DownReason::graceful_shutdown})));
}

// Its link brought something long after: whoever said so was wrong, and is not believed later.
TEST(FailureDetectorScene, WhoIsHeardLongAfterItWasSaidToHaveLeftHasNot) {
  MembershipScene scene({ann, bob});
  scene.up_for_long(ann, 7);
  scene.up_for_long(bob, 5);
  scene.told(bob, left(ann, 7));
  scene.pass(2 * scene.options.suspicion_after, {ann, bob});
  scene.core.on_link_closed(Incarnation{ann, 7}, scene.now);
  EXPECT_EQ(scene.status(ann), MemberStatus::alive);
}

}  // namespace
}  // namespace noex
