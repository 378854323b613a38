#include "noex/runtime/registry/replicator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/registry_ports_fake.h"

namespace noex::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

// Linked to b and c; d is somewhere behind them.
class ReplicatorTest : public testing::Test {
 protected:
  ReplicatorTest() {
    for (const Incarnation& peer : {b_, c_}) {
      peers_.link_up(peer, ++links_);
      peers_.link(peer)->has_snapshot = true;
    }
  }
  ~ReplicatorTest() override { replicator_.check_invariants(); }

  using Sent = RegistryMessage;
  // What has been sent since the last call, and to whom.
  std::vector<std::pair<Incarnation, RegistryMessage>> flushed() {
    replicator_.flush();
    return ports_.take();
  }
  // When what was gathered is due.
  std::vector<std::pair<Incarnation, RegistryMessage>> flushed_later() {
    now_ += options_.gossip_delay;
    replicator_.on_time(now_);
    return flushed();
  }
  void offer(const Incarnation& from, const Incarnation& owner, std::uint64_t sequence) {
    replicator_.on_vector(from, NamesVector{false, {{owner, sequence}}}, now_);
  }
  void give(const Incarnation& from, const Incarnation& owner, std::uint64_t sequence) {
    replicator_.on_snapshot(from, NamesSnapshot{owner, sequence, false, {}, {}}, now_);
  }
  std::uint64_t held() const { return table_.copy(d_.id)->sequence; }

  Incarnation self_ = node(0);
  Incarnation b_ = node(1);
  Incarnation c_ = node(2);
  Incarnation d_ = node(3, 5);
  Instant now_{1s};
  Options options_;
  RegistryPeers peers_{self_};
  LinkSerial links_;
  NameTable table_{self_};
  FakePorts ports_{table_};
  Replicator replicator_{options_, peers_, table_, ports_};
};

TEST_F(ReplicatorTest, AsksOneAtATimeAndTheNextWhenALinkGoes) {
  offer(b_, d_, 4);
  offer(c_, d_, 6);
  EXPECT_THAT(flushed(), ElementsAre(Pair(b_, Sent(NamesPull{{d_}}))));
  EXPECT_TRUE(replicator_.uses_link(b_.id));
  EXPECT_FALSE(replicator_.uses_link(c_.id));
  peers_.link_down(b_.id);
  replicator_.on_link_down(b_.id);
  EXPECT_THAT(flushed(), ElementsAre(Pair(c_, Sent(NamesPull{{d_}}))));
  give(c_, d_, 6);
  EXPECT_EQ(held(), 6U);
  EXPECT_EQ(replicator_.pulls(), 0U);
}

// What others had of the owner overtook its first word, and was true. The owner's next changes
// count before its answer has come: whoever hears over that link that a process has ended must not
// see its name.
TEST_F(ReplicatorTest, OwnersChangesCountWhileItIsAskedAnew) {
  const WireEntry entry{{1, 0}, 7};
  replicator_.on_snapshot(c_, NamesSnapshot{d_, 2, false, {{"x", entry}}, {}}, now_);
  peers_.link_up(d_, ++links_);
  peers_.link(d_)->has_snapshot = true;
  give(d_, d_, 1);
  EXPECT_THAT(flushed(), testing::Contains(Pair(d_, Sent(NamesPull{{d_}}))));
  replicator_.on_delta(d_, NamesDelta{d_, 2, false, {{"x", entry}}, {}, {}, {}}, now_);
  replicator_.on_delta(d_, NamesDelta{d_, 4, false, {}, {"y"}, {}, {}}, now_);
  EXPECT_EQ(held(), 2U) << "not the next: the answer will tell";
  replicator_.on_delta(d_, NamesDelta{d_, 3, false, {}, {"x"}, {}, {}}, now_);
  EXPECT_EQ(held(), 3U);
  EXPECT_EQ(table_.copy(d_.id)->find("x"), nullptr);
  EXPECT_EQ(replicator_.pulls(), 0U);
}

TEST_F(ReplicatorTest, AsksTheNextWhenNothingComesOrTooLittle) {
  offer(b_, d_, 4);
  offer(c_, d_, 6);
  (void)flushed();
  EXPECT_EQ(replicator_.next_deadline(), now_ + options_.suspicion_after);
  replicator_.on_time(now_ + options_.suspicion_after);
  EXPECT_THAT(flushed(), ElementsAre(Pair(c_, Sent(NamesPull{{d_}}))));
  offer(b_, d_, 7);
  give(c_, d_, 6);
  EXPECT_THAT(flushed(), testing::Contains(Pair(b_, Sent(NamesPull{{d_}}))));
  replicator_.on_time(now_ + 1h);
  EXPECT_EQ(replicator_.pulls(), 0U) << "nobody is left to ask";
}

TEST_F(ReplicatorTest, TellsNewsToAllButTheSource) {
  give(b_, d_, 4);
  EXPECT_THAT(flushed_later(), ElementsAre(Pair(c_, Sent(NamesVector{false, {{d_, 4}}}))));
  give(c_, d_, 4);
  EXPECT_THAT(flushed(), IsEmpty()) << "known already";
}

TEST_F(ReplicatorTest, GathersNewsForAWhile) {
  const Incarnation e = node(4);
  give(b_, d_, 4);
  const Instant due = now_ + options_.gossip_delay;
  now_ += options_.gossip_delay / 2;
  give(b_, e, 2);
  EXPECT_THAT(flushed(), IsEmpty());
  EXPECT_EQ(replicator_.next_deadline(), due) << "the first of them waits no longer for the second";
  replicator_.on_time(due);
  EXPECT_THAT(flushed(), ElementsAre(Pair(c_, Sent(NamesVector{false, {{d_, 4}, {e, 2}}}))));
  EXPECT_EQ(replicator_.next_deadline(), std::nullopt);
}

TEST_F(ReplicatorTest, KeepsNoNewsForNobody) {
  give(b_, d_, 4);
  for (const Incarnation& peer : {b_, c_}) {
    peers_.link_down(peer.id);
    replicator_.on_link_down(peer.id);
  }
  EXPECT_EQ(replicator_.next_deadline(), std::nullopt);
}

TEST_F(ReplicatorTest, TakesAnEmptySetFromItsVersion) {
  offer(b_, d_, 0);
  EXPECT_EQ(held(), 0U);
  EXPECT_THAT(ports_.owners_known, ElementsAre(d_));
  EXPECT_THAT(flushed_later(), ElementsAre(Pair(c_, Sent(NamesVector{false, {{d_, 0}}}))));
}

TEST_F(ReplicatorTest, NeverGoesBackToAnEarlierBoot) {
  give(b_, d_, 4);
  (void)flushed_later();
  give(c_, node(3, 4), 9);
  EXPECT_EQ(table_.copy(d_.id)->boot, 5U);
  offer(c_, node(3, 4), 9);
  EXPECT_THAT(flushed(), ElementsAre(Pair(c_, Sent(NamesVector{false, {{d_, 4}}}))))
      << "it is told what is newer here";
}

TEST_F(ReplicatorTest, IsSureOnlyOfWhatSomebodySaysSinceItsOwnerWasDown) {
  give(b_, d_, 4);
  table_.set_known(d_, false);
  ports_.owners_known.clear();
  (void)flushed_later();
  offer(c_, d_, 4);
  EXPECT_THAT(ports_.owners_known, ElementsAre(d_));
  EXPECT_THAT(flushed_later(), ElementsAre(Pair(b_, Sent(NamesVector{false, {{d_, 4}}}))));
}

TEST_F(ReplicatorTest, PassesOnWhatIsNewUnlessAllAreDirect) {
  give(b_, d_, 4);
  const auto delta = [&](std::uint64_t sequence, bool direct) {
    return NamesDelta{d_, sequence, direct, {{"x", WireEntry{{1, 0}, 1}}}, {}, {}, {}};
  };
  replicator_.on_delta(b_, delta(5, true), now_);
  EXPECT_THAT(ports_.forwarded, IsEmpty());
  replicator_.on_delta(b_, delta(6, false), now_);
  replicator_.on_delta(c_, delta(6, false), now_);
  EXPECT_EQ(ports_.forwarded.size(), 1U);
  peers_.node_up(d_);
  replicator_.on_delta(b_, delta(7, true), now_);
  EXPECT_EQ(ports_.forwarded.size(), 2U) << "we are not direct ourselves";
  replicator_.on_delta(b_, delta(9, true), now_);
  EXPECT_EQ(replicator_.pulls(), 1U) << "a gap";
}

TEST_F(ReplicatorTest, SendsAllVersionsWhenHashesDifferTwiceInARow) {
  replicator_.on_differs(b_, now_);
  EXPECT_THAT(ports_.take(), IsEmpty());
  replicator_.on_differs(b_, now_ + 2 * options_.heartbeat_interval);
  EXPECT_THAT(ports_.take(), IsEmpty()) << "one between was equal";
  replicator_.on_differs(b_, now_ + 3 * options_.heartbeat_interval);
  EXPECT_THAT(ports_.take(), ElementsAre(Pair(b_, Sent(NamesVector{true, {{self_, 0}}}))));
}

TEST_F(ReplicatorTest, SendsAllVersionsOnceAnIntervalAndToANewcomerAtOnce) {
  const auto differs_twice = [this](const Incarnation& peer, Instant now) {
    replicator_.on_differs(peer, now);
    replicator_.on_differs(peer, now);
    return ports_.take().size();
  };
  EXPECT_EQ(differs_twice(b_, now_), 1U);
  EXPECT_EQ(differs_twice(c_, now_), 0U) << "another was told just now";
  EXPECT_EQ(differs_twice(c_, now_ + options_.heartbeat_interval), 1U);
  peers_.link_up(d_, ++links_);
  peers_.link(d_)->has_snapshot = true;
  peers_.node_up(node(5));  // somebody is up and not linked: not all are direct
  replicator_.on_differs(d_, now_ + options_.heartbeat_interval);
  EXPECT_EQ(ports_.take().size(), 1U) << "it was not up before its link";
}

}  // namespace
}  // namespace noex::test
