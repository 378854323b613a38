// What a linked peer may say, and what it must not cost: each case that a trial or the batch found.
#include <memory>
#include <set>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "noex/runtime/names/names.h"
#include "noex/runtime/process/mailbox.h"
#include "tests/hostile/peer/play.h"

namespace noex::hostile {
namespace {

using ::testing::IsEmpty;

class LinkedPeer : public ::testing::Test {
 protected:
  LinkedPeer() { EXPECT_TRUE(scene_.peer().linked()) << scene_.peer().refusal; }

  HostilePeer& peer() { return scene_.peer(); }
  Node& victim() { return scene_.victim(); }
  template <class Fields>
  void say(MessageKind kind, const Fields& fields, ByteView body = {}) {
    scene_.in_turn(2, [&] { peer().say(kind, fields, body); });
    scene_.run(50ms);
  }
  void reads(bool reading) {
    scene_.in_turn(2, [&] { peer().set_reading(reading); });
  }
  // The peer reads nothing, and so much waits for it that what is asked of it waits for room.
  void clog() {
    reads(false);
    for (int i = 0; i < 40 && victim().audit().waiting == 0; ++i) {
      scene_.act(7);
      scene_.act(7);
      scene_.act(1);
    }
    ASSERT_GT(victim().audit().waiting, 0U);
  }
  // Spawns a process at the victim, as number `spawn`, and confirms it.
  ProcessId spawn(std::uint64_t spawn) {
    say(MessageKind::spawn, wire::Spawn{spawn, "citizen", {}, 5s}, encoded(std::string("x")));
    say(MessageKind::spawn_confirm, wire::SpawnConfirm{spawn});
    return peer().spawn_replies.empty() ? 0 : peer().spawn_replies.back().process;
  }
  bool is_linked() { return peer().linked(); }

  Scene scene_{7};
};

TEST_F(LinkedPeer, AnswersToASpawnThatWaitsForRoomAreLate) {
  clog();
  const std::size_t waiting = victim().audit().waiting;
  scene_.act(2);
  ASSERT_EQ(victim().audit().waiting, waiting + 1);
  for (std::uint64_t number = 0; number < 20; ++number) {
    say(MessageKind::spawn_reply, wire::SpawnReply{number, ErrorCode::ok, {}, 5});
    say(MessageKind::spawn_reply, wire::SpawnReply{number, ErrorCode::init_failed, "no", 0});
  }
  EXPECT_EQ(victim().audit().spawns, 1U) << "nobody has answered it";
  EXPECT_EQ(victim().audit().waiting, waiting + 1);
  reads(true);
  scene_.run(2s);
  EXPECT_THAT(peer().spawns.all(), ::testing::SizeIs(1)) << "and then it was sent";
  EXPECT_TRUE(is_linked());
  EXPECT_THAT(scene_.aftermath(), IsEmpty());
}

TEST_F(LinkedPeer, AnswersToACallThatWaitsForRoomAreLate) {
  clog();
  const std::size_t calls = victim().audit().calls;
  scene_.act(0);
  ASSERT_EQ(victim().audit().calls, calls + 1);
  for (std::uint64_t slot = 0; slot < 8; ++slot) {
    const std::uint64_t id = (std::uint64_t{1} << 32) | slot;
    say(MessageKind::reply, wire::Reply{id}, encoded(std::string("forged")));
    say(MessageKind::reply_error, wire::ReplyError{id, ErrorCode::rejected, "forged"});
  }
  EXPECT_EQ(victim().audit().calls, calls + 1);
  EXPECT_TRUE(is_linked());
}

TEST_F(LinkedPeer, AnErrorWithoutAnErrorIsMalformed) {
  say(MessageKind::reply_error, wire::ReplyError{1, ErrorCode::ok, {}});
  EXPECT_FALSE(is_linked());
}

TEST_F(LinkedPeer, OfACastThatWasNeverSentNothingIsTold) {
  const wire::CastRefused refused{7, 0x12345678, {"x/{}"}};
  say(MessageKind::reply_error,
      wire::ReplyError{0, ErrorCode::incompatible_type, encoded(refused)});
  EXPECT_TRUE(is_linked());
  say(MessageKind::reply_error, wire::ReplyError{0, ErrorCode::incompatible_type, "junk"});
  EXPECT_FALSE(is_linked());
}

TEST_F(LinkedPeer, ASpawnThatNamesNoProcessIsMalformed) {
  say(MessageKind::spawn_reply, wire::SpawnReply{1, ErrorCode::ok, {}, 0});
  EXPECT_FALSE(is_linked());
}

TEST_F(LinkedPeer, ConfirmsOnlyWhatWasAnswered) {
  const std::size_t before = victim().process_count();
  say(MessageKind::spawn, wire::Spawn{1, "citizen", {}, 3s}, encoded(std::string("slow")));
  ASSERT_EQ(victim().process_count(), before + 1);
  say(MessageKind::spawn_confirm, wire::SpawnConfirm{1});
  scene_.run(10s);
  EXPECT_EQ(victim().process_count(), before) << "nobody has confirmed what was answered";
  EXPECT_TRUE(is_linked());
}

TEST_F(LinkedPeer, ANumberOfASpawnThatIsInUseIsMalformed) {
  say(MessageKind::spawn, wire::Spawn{5, "citizen", {}, 5s}, encoded(std::string("x")));
  say(MessageKind::spawn, wire::Spawn{5, "citizen", {}, 5s}, encoded(std::string("x")));
  EXPECT_FALSE(is_linked());
}

TEST_F(LinkedPeer, HasABoundedNumberOfProcessesThatItDoesNotConfirm) {
  const std::size_t before = victim().process_count();
  for (std::uint64_t i = 0; i < 500; ++i) {
    scene_.in_turn(2, [&] {
      peer().say(MessageKind::spawn, wire::Spawn{i, "citizen", {}, 1h}, encoded(std::string("x")));
    });
  }
  scene_.run(1s);
  EXPECT_EQ(victim().process_count(), before + victim().options().spawns_per_link_max);
  EXPECT_THAT(scene_.aftermath(), IsEmpty());
  EXPECT_LE(victim().process_count(), before + 1) << "they went with the link";
}

TEST_F(LinkedPeer, LeavesRoomForTheVictimsOwnProcesses) {
  for (std::uint64_t i = 0; i < 4'000; ++i) {
    scene_.in_turn(2, [&] {
      peer().say(MessageKind::spawn, wire::Spawn{i, "citizen", {}, 1h}, encoded(std::string("x")));
      peer().say(MessageKind::spawn_confirm, wire::SpawnConfirm{i < 100 ? i : i - 100});
    });
  }
  scene_.run(1s);
  EXPECT_LE(victim().process_count(), victim().options().processes_max * 3 / 4);
}

TEST_F(LinkedPeer, AMulticastIsNoCopyingMachine) {
  const ProcessId process = spawn(1);
  ASSERT_NE(process, 0U);
  wire::Multicast fields{{}, scene_.subjects().types[2]};
  fields.to.assign(1000, process);
  say(MessageKind::multicast, fields, encoded(std::string(100'000, 'x')));
  EXPECT_FALSE(is_linked()) << "100 MB out of 105 KB";
}

TEST_F(LinkedPeer, AHugeReasonIsMalformed) {
  Bytes message(1, static_cast<char>(MessageKind::exit));
  Writer writer(message);
  writer.varint(1);
  writer.varint(static_cast<std::uint64_t>(ExitKind::error));
  writer.string(std::string(16'000'000, '\n'));
  writer.u8(0);
  scene_.in_turn(2, [&] { peer().data(message); });
  scene_.run(5s);
  EXPECT_FALSE(is_linked());
}

TEST_F(LinkedPeer, ExitsFillNoLog) {
  const ExitReason reason = ExitReason::error(std::string(1000, '\x1b'));
  std::set<ProcessId> ended;
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    spawn(i);
    ASSERT_FALSE(peer().processes.all().empty());
    const ProcessId newest = peer().processes.all().back();
    ended.insert(newest);
    scene_.in_turn(2, [&] { peer().say(MessageKind::exit, wire::Exit{newest, reason}); });
  }
  scene_.run(20s);
  EXPECT_GT(ended.size(), 900U);
  EXPECT_GT(scene_.lines(), 10U);
  EXPECT_LT(scene_.lines(), 200U);
  EXPECT_LT(scene_.log_bytes(), 100'000U);
}

TEST(MailboxOfAVictim, SaysWhetherAnOverflowWaits) {
  const Ref watched(NodeId("node1", "10.0.0.1", 1), 1, 7, nullptr);
  const Ref other(NodeId("node1", "10.0.0.1", 1), 1, 8, nullptr);
  Mailbox mailbox;
  for (int i = 0; i < 100; ++i) {
    Envelope envelope;
    envelope.what = Envelope::What::overflow;
    envelope.payload = std::make_unique<Box<Overflow>>(Overflow{i == 0 ? watched : other});
    mailbox.push(std::move(envelope));
  }
  EXPECT_TRUE(mailbox.holds_overflow(watched));
  EXPECT_TRUE(mailbox.holds_overflow(other));
  (void)mailbox.pop();
  EXPECT_FALSE(mailbox.holds_overflow(watched));
  EXPECT_TRUE(mailbox.holds_overflow(other));
}

TEST_F(LinkedPeer, OverflowsWithoutEndDoNoHarm) {
  scene_.act(3);  // a citizen monitors one of the peer's processes
  scene_.run(100ms);
  ASSERT_THAT(peer().monitors.all(), ::testing::SizeIs(1));
  const wire::MonitorOverflow told{peer().monitors.all().front()};
  scene_.in_turn(2, [&] {
    for (int i = 0; i < 50'000; ++i) peer().say(MessageKind::overflow, told);
  });
  scene_.run(10s);
  EXPECT_TRUE(is_linked());
  EXPECT_THAT(scene_.aftermath(), IsEmpty());
}

TEST_F(LinkedPeer, ABurstDelaysNobodyElse) {
  scene_.in_turn(2, [&] {
    for (int i = 0; i < 200'000; ++i) peer().control(Ping{1});
  });
  scene_.run(10s);
  EXPECT_TRUE(scene_.victim().is_up(scene_.honest().incarnation()));
  EXPECT_THAT(scene_.aftermath(), IsEmpty());
}

TEST_F(LinkedPeer, ASetOfMoreNamesThanAnybodyMayHaveIsMalformed) {
  NamesSnapshot snapshot{peer().self(), 1, true, {}, {}};
  for (int i = 0; i <= 4'000; ++i) snapshot.names[fmt::format("{}", i)] = WireEntry{{1, 1}, 1};
  scene_.in_turn(2, [&] { peer().registry(snapshot); });
  scene_.run(1s);
  EXPECT_FALSE(is_linked());
}

TEST_F(LinkedPeer, ManyClaimsOfOneNameEndAtOnce) {
  scene_.in_turn(2, [&] {
    for (std::uint64_t i = 0; i < 3'900; ++i) {
      const StampTime time{static_cast<std::int64_t>(1'000'000 - i), 0};
      peer().registry(NameClaim{i, "wanted", WireEntry{time, 1}});
    }
  });
  scene_.run(2s);
  EXPECT_TRUE(is_linked());
  EXPECT_THAT(scene_.aftermath(), IsEmpty());
  EXPECT_EQ(victim().audit().promises, 0U);
}

TEST(HostileBatch, SeedsHold) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    EXPECT_THAT(play_seed(seed, 200), IsEmpty()) << "hostile --seed " << seed << " --steps 200";
  }
}

// The victim started again in place while a link had ended in the same turn: it sent over what was
// freed.
TEST(HostileBatch, Seed59Holds) {
  EXPECT_THAT(play_seed(59, 400), IsEmpty());
}

}  // namespace
}  // namespace noex::hostile
