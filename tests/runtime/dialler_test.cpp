#include "noex/runtime/cluster/dialler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/cluster_parts.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class DiallerTest : public testing::Test, protected ClusterParts, private DialOwner {
 protected:
  struct Failed {
    NodeId id;
    DialFailure failure;
    ErrorCode why;
    bool again;
    bool operator==(const Failed&) const = default;
  };

  // Dials, is connected, and has said Hello, which the other end has read.
  Session& greeting(const NodeId& id, Wire& wire) {
    dialler_.start(id);
    network.connected(wire);
    loop.end_turn();
    theirs = Handshake::acceptor();
    EXPECT_EQ(theirs.on_payload(wire.control.back()), Handshake::Event::hello);
    return *sessions.pending().back();
  }
  HelloAck yes(const Incarnation& peer) {
    HelloAck ack;
    ack.id = peer.id;
    ack.boot = peer.boot;
    return ack;
  }
  void answer(Wire& wire, const HelloAck& ack) {
    wire.say(theirs.answer(ack));
    loop.end_turn();
  }
  bool has_confirmed(Wire& wire) {
    return theirs.on_payload(wire.control.back()) == Handshake::Event::established;
  }

  void on_accepted(Session& session) override { dialler_.on_accepted(session); }
  void on_refused(Session& session) override { holder_ = dialler_.on_refused(session); }
  bool may_link(const NodeId&) const override { return wanted_; }
  void on_dial_failed(const NodeId& id, DialFailure failure, ErrorCode why, bool again) override {
    failed_.push_back(Failed{id, failure, why, again});
  }
  void arm() override { ++armed; }

  bool wanted_ = true;
  std::vector<Failed> failed_;
  std::optional<NodeId> holder_;
  Dialler dialler_{*this, loop,   network,  log,        self,    config.options,
                   rules, clocks, own_boot, complaints, sessions};
};

TEST_F(DiallerTest, HowADialFailsSaysWhetherAnybodyIsThere) {
  dialler_.start(ann.id);
  EXPECT_EQ(network.dials.back().to, ann.id.address());
  EXPECT_THAT(dialler_.dialled(), ElementsAre(ann.id));
  network.failed(ErrorCode::connection_refused);
  EXPECT_THAT(dialler_.dialled(), IsEmpty());
  dialler_.start(ann.id);
  network.failed(ErrorCode::timeout);
  EXPECT_THAT(failed_, ElementsAre(Failed{ann.id, DialFailure::refused,
                                          ErrorCode::connection_refused, false},
                                   Failed{ann.id, DialFailure::silent, ErrorCode::timeout, false}));
}

TEST_F(DiallerTest, LinkThatWasOpenedMeanwhileIsWorthAnotherDial) {
  dialler_.start(ann.id);
  dialler_.note_opened(ann.id);
  dialler_.note_opened(bob.id);
  network.failed(ErrorCode::timeout);
  dialler_.start(ann.id);
  dialler_.note_opened(ann.id);
  network.failed(ErrorCode::connection_refused);
  ASSERT_THAT(failed_, SizeIs(2));
  EXPECT_TRUE(failed_[0].again);
  EXPECT_FALSE(failed_[1].again) << "nobody is there";
}

TEST_F(DiallerTest, NothingFollowsFromADialThatIsNotWanted) {
  dialler_.start(ann.id);
  wanted_ = false;
  network.failed(ErrorCode::timeout);
  EXPECT_THAT(failed_, IsEmpty());
  dialler_.start(bob.id);
  dialler_.stop(bob.id);
  EXPECT_FALSE(network.dials.back().done) << "given up";
}

TEST_F(DiallerTest, ConfirmsWhoAccepts) {
  Wire& wire = wires.emplace_back();
  greeting(ann.id, wire);
  EXPECT_EQ(theirs.hello().from, self.id);
  EXPECT_EQ(theirs.hello().to, ann.id);
  answer(wire, yes(ann));
  EXPECT_TRUE(has_confirmed(wire));
  dialler_.finish(ann.id);
  EXPECT_THAT(dialler_.dialled(), IsEmpty());
  EXPECT_THAT(failed_, IsEmpty());
}

TEST_F(DiallerTest, StrangerAtTheAddressIsNotLinked) {
  Wire& wire = wires.emplace_back();
  greeting(ann.id, wire);
  answer(wire, yes(bob));
  EXPECT_THAT(failed_,
              ElementsAre(Failed{ann.id, DialFailure::refused, ErrorCode::not_found, false}));
  ASSERT_THAT(handler.blames, SizeIs(1));
  EXPECT_EQ(handler.blames[0].found, bob.id);
  EXPECT_TRUE(wire.aborted);
}

TEST_F(DiallerTest, WhoKnowsOfALaterBootOfOursMakesUsStartAgain) {
  Wire& wire = wires.emplace_back();
  greeting(ann.id, wire);
  HelloAck ack = yes(ann);
  ack.known = self.boot + 3;
  answer(wire, ack);
  EXPECT_THAT(failed_, SizeIs(1));
  EXPECT_TRUE(wants(BootTooLow{self.boot + 4}));
}

TEST_F(DiallerTest, SaysWhoHasItsName) {
  Wire& wire = wires.emplace_back();
  greeting(ann.id, wire);
  HelloAck ack = yes(ann);
  ack.refusal = Refusal::name_taken;
  ack.holder = zoe.id;
  answer(wire, ack);
  EXPECT_EQ(holder_, zoe.id);
  EXPECT_THAT(failed_, ElementsAre(Failed{ann.id, DialFailure::silent, ErrorCode::timeout, false}));
}

TEST_F(DiallerTest, SilenceIsThePeersIfItHadTheTimeToAnswer) {
  Session& early = greeting(ann.id, wires.emplace_back());
  dialler_.expire(early);
  dialler_.start(bob.id);
  loop.pass(config.options.dial_timeout * 3 / 4);
  network.connected(wires.emplace_back());
  dialler_.expire(*sessions.pending().back());
  Wire& slow = wires.emplace_back();
  Session& confirmed = greeting(zoe.id, slow);
  answer(slow, yes(zoe));
  dialler_.expire(confirmed);
  ASSERT_THAT(failed_, SizeIs(3));
  EXPECT_EQ(failed_[0].failure, DialFailure::silent);
  EXPECT_EQ(failed_[1].failure, DialFailure::unfinished) << "it spoke late";
  EXPECT_EQ(failed_[2].failure, DialFailure::unfinished) << "it was heard";
}

TEST_F(DiallerTest, OfTwoDialsTheSmallerIdsGoesFirstUnlessTheOtherIsConfirmed) {
  EXPECT_FALSE(dialler_.goes_before(zoe.id)) << "it is not dialled";
  dialler_.start(zoe.id);
  EXPECT_TRUE(dialler_.goes_before(zoe.id));
  Wire& wire = wires.emplace_back();
  greeting(ann.id, wire);
  EXPECT_FALSE(dialler_.goes_before(ann.id));
  answer(wire, yes(ann));
  EXPECT_TRUE(dialler_.goes_before(ann.id));
}

// "mia" has promised ann's dial, and ann has accepted hers.
class CrossedDials : public DiallerTest {
 protected:
  CrossedDials() {
    greeted(theirs_, ann);
    greeting(ann.id, own_);
    answer(own_, yes(ann));
  }

  Wire& theirs_ = wires.emplace_back();
  Wire& own_ = wires.emplace_back();
};

TEST_F(CrossedDials, OursWaitsUntilTheirsEnds) {
  EXPECT_FALSE(has_confirmed(own_));
  EXPECT_EQ(dialler_.next_deadline(), loop.now() + config.options.dial_timeout / 2);
  dialler_.end_waits();
  EXPECT_FALSE(dialler_.goes_before(ann.id)) << "not yet";
  dialler_.end_wait(ann.id);
  EXPECT_TRUE(dialler_.goes_before(ann.id));
  EXPECT_EQ(dialler_.next_deadline(), Instant::max());
}

TEST_F(CrossedDials, OursWaitsNoLongerThanItMust) {
  loop.pass(config.options.dial_timeout / 2);
  dialler_.end_waits();
  EXPECT_TRUE(theirs_.aborted);
  EXPECT_TRUE(dialler_.goes_before(ann.id));
}

}  // namespace
}  // namespace noex
