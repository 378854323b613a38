// Whole nodes, and a linked peer that says of another what that one denies: its names, its boots.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/node_harness.h"
#include "tests/runtime/raw_peer.h"

namespace noex::tests {
namespace {

using testing::SizeIs;

constexpr std::uint64_t sequence_max = std::numeric_limits<std::uint64_t>::max();

// node1 and node2 are linked, node2 has the name "thing". A third peer is linked to node1.
class Hearsay : public NodeTest {
 protected:
  void SetUp() override {
    start_all(2);
    fabric_.add_machine();
    const Ref made = probe(1);
    ASSERT_TRUE(await(1, [&]() -> task<void> {
      const Result<void> done = co_await node(1).registry().register_name("thing", made);
      EXPECT_TRUE(done);
    }));
    liar_ = std::make_unique<RawPeer>(fabric_.machine(2), id(2), Boot{7});
    liar_->beats = true;
    liar_->dial(id(0));
    run_for(100ms);
    liar_->say_registry(NamesSnapshot{{liar_->self, liar_->boot}, 0, false, {}, {}});
    run_for(500ms);
    ASSERT_TRUE(liar_->ready);
    ASSERT_TRUE(sees());
    sequence_ = liar_sees();
  }
  Incarnation owner() { return node(1).incarnation(); }
  bool sees() { return node(0).registry().lookup("thing").has_value(); }
  // The sequence of node2's set, as node1 tells it.
  std::uint64_t liar_sees() {
    liar_->say_registry(NamesPull{{owner()}});
    run_for(100ms);
    const auto snapshots = liar_->heard<NamesSnapshot>();
    return snapshots.empty() ? 0 : snapshots.back().sequence;
  }
  // All that can be said of the set of node2, as of that version.
  void lie(Boot boot, std::uint64_t sequence) {
    const Incarnation said{owner().id, boot};
    liar_->say_registry(NamesVector{false, {{said, sequence}}});
    liar_->say_registry(NamesSnapshot{said, sequence, false, {}, {}});
    liar_->say_registry(NamesDelta{said, sequence, false, {}, {"thing"}, {}, {}});
    run_for(100ms);
    liar_->say_registry(
        NamesSnapshot{said, sequence, false, {{"other", WireEntry{{1, 0}, 9}}}, {}});
    run_for(100ms);
  }

  std::unique_ptr<RawPeer> liar_;
  std::uint64_t sequence_ = 0;
};

TEST_F(Hearsay, ChangesNothingOfALinkedOwnersNames) {
  const Boot boot = owner().boot;
  for (const Boot said : {boot, boot + 1, boot_max - 1}) {
    for (const std::uint64_t sequence :
         {sequence_, sequence_ + 1, sequence_ + 1000, sequence_max - 1, sequence_max}) {
      lie(said, sequence);
      EXPECT_TRUE(sees()) << said << " " << sequence;
      EXPECT_FALSE(node(0).registry().lookup("other")) << said << " " << sequence;
      EXPECT_FALSE(liar_->closed) << said << " " << sequence;
    }
  }
  EXPECT_EQ(liar_sees(), sequence_);
  run_for(10s);
  EXPECT_TRUE(sees());
  EXPECT_EQ(owner().boot, boot);
}

// What was said while its owner had no link is put right by its own first words.
TEST_F(Hearsay, IsPutRightByTheOwnersOwnWord) {
  const Boot boot = owner().boot;
  for (const Boot said : {boot, boot + 1, boot_max - 1}) {
    for (const std::uint64_t sequence : {sequence_ + 1, sequence_ + 1000, sequence_max}) {
      fabric_.cut_both(0, 1);
      run_for(4s);
      lie(said, sequence);
      fabric_.heal_both(0, 1);
      run_for(12s);
      ASSERT_EQ(owner().boot, boot);
      EXPECT_TRUE(sees()) << said << " " << sequence;
      EXPECT_FALSE(node(0).registry().lookup("other")) << said << " " << sequence;
      EXPECT_FALSE(liar_->closed);
      // And what it changes next is known as before.
      const Ref made = probe(1);
      const std::string name = fmt::format("thing {} {}", said, sequence);
      Result<void> done = fail(ErrorCode::system);
      ASSERT_TRUE(await(1, [&]() -> task<void> {
        done = co_await node(1).registry().register_name(name, made);
      }));
      EXPECT_TRUE(done);
      EXPECT_TRUE(node(0).registry().lookup(name)) << name;
    }
  }
}

// --- Cost ---

TEST_F(Hearsay, SameSetIsNotSentAgainAtOnce) {
  liar_->forget();
  for (int i = 0; i < 1000; ++i) liar_->say_registry(NamesPull{{node(0).incarnation()}});
  run_for(1s);
  EXPECT_THAT(liar_->heard<NamesSnapshot>(), SizeIs(1));
  run_for(node(0).options().suspicion_after);
  liar_->say_registry(NamesPull{{node(0).incarnation()}});
  run_for(100ms);
  EXPECT_THAT(liar_->heard<NamesSnapshot>(), SizeIs(2));
}

TEST_F(Hearsay, FullVectorsAreAnsweredSoOftenAndNoMore) {
  liar_->forget();
  for (int i = 0; i < 1000; ++i) {
    liar_->say_registry(NamesVector{true, {{{liar_->self, liar_->boot}, 0}}});
  }
  run_for(100ms);
  EXPECT_THAT(liar_->heard<NamesVector>(), SizeIs(testing::Le(1U)));
}

// --- Boots ---

// Each time with another boot that can be true: it starts again a few times, then ever more rarely.
TEST_F(Hearsay, RestartsInPlaceComeAtABoundedRate) {
  int restarts = 0;
  in_turn(0, [&] { node(0).on_restarted([&restarts] { ++restarts; }); });
  liar_->hang_up();
  for (int i = 0; i < 600; ++i) {
    Hello hello;
    hello.known = node(0).boot() + 1'000'000;
    liar_->dial(id(0), hello, true);
    run_for(100ms);
  }
  EXPECT_GE(restarts, 3);
  EXPECT_LE(restarts, 3 + 6);  // 1 + 2 + 4 + 8 + 16 + 32 seconds
}

// --- Clocks that are very wrong ---

TEST_F(NodeTest, NodeStartsWhateverItsClockSays) {
  fabric_.add_machine();
  for (const Duration wrong :
       {-Duration(24h * 365 * 100), -Duration(sim::wall_start.time_since_epoch()),
        Duration(24h * 365 * 235)}) {
    fabric_.machine(0).jump_wall(wrong);
    Node& made = start(0);
    run_for(100ms);
    EXPECT_GT(made.boot(), 0U);
    EXPECT_LT(made.boot(), boot_max - 1'000'000'000);
    const Ref process = probe(0);
    Result<void> done = fail(ErrorCode::system);
    ASSERT_TRUE(await(0, [&]() -> task<void> {
      done = co_await node(0).registry().register_name("name", process);
    }));
    EXPECT_TRUE(done);
    crash(0);
    fabric_.machine(0).jump_wall(-wrong);
  }
}

}  // namespace
}  // namespace noex::tests
