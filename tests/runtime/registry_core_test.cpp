#include "noex/runtime/registry/registry_core.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/registry_ports_fake.h"

namespace noex::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// --- Bad bytes: refused, and nothing changes ---

class RegistryMalformed : public testing::Test {
 protected:
  void SetUp() override { registry_->on_link_up(peer_, LinkSerial(1)); }
  ~RegistryMalformed() override { registry_->check_invariants(); }

  bool receive(const RegistryMessage& message) {
    return receive_bytes(encode_registry_message(message, Stamp{50, 0, peer_.id}));
  }
  NamesSnapshot snapshot(Boot boot, std::uint64_t sequence) {
    return NamesSnapshot{{peer_.id, boot}, sequence, false, {}, {}};
  }
  bool receive_bytes(ByteView bytes) {
    const bool ok = registry_->on_message(LinkSerial(1), bytes, Instant(1s));
    for (const auto& action : registry_->take_actions()) {
      known_ += std::holds_alternative<RegistryKnown>(action) ? 1 : 0;
    }
    return ok;
  }

  Incarnation self_ = node(0);
  Incarnation peer_ = node(1);
  HybridClock clock_{self_.id};
  std::unique_ptr<Registry> registry_ = Registry::create(self_, Options{}, clock_);
  int known_ = 0;
};

TEST_F(RegistryMalformed, TheSnapshotComesFirst) {
  EXPECT_FALSE(receive(ClaimGrant{1}));
  EXPECT_FALSE(receive(snapshot(2, 0)));
  EXPECT_EQ(clock_.last().wall, 0);
  EXPECT_TRUE(receive(snapshot(1, 0)));
  EXPECT_EQ(known_, 1);
  EXPECT_EQ(clock_.last().wall, 50);
  EXPECT_TRUE(receive(ClaimGrant{1}));
  EXPECT_EQ(known_, 1);
}

TEST_F(RegistryMalformed, WhatCanNeverBeTheNextStepIsRefused) {
  ASSERT_TRUE(receive(snapshot(1, 4)));
  const std::map<std::string, WireEntry> put{{"x", WireEntry{{1, 0}, 1}}};
  const auto version = registry_->version();
  const auto delta = [&](Incarnation owner, std::uint64_t sequence) {
    return NamesDelta{std::move(owner), sequence, false, put, {}, {}, {}};
  };
  EXPECT_FALSE(receive(delta(self_, 5))) << "our names are ours to say";
  EXPECT_FALSE(receive(delta(node(1, 2), 5))) << "it speaks for itself in one boot only";
  EXPECT_FALSE(receive(NamesSnapshot{self_, 0, false, {}, {}}));
  EXPECT_FALSE(receive(NamesDelta{peer_, 5, false, {}, {"x"}, {}, {}}));
  EXPECT_EQ(registry_->version(), version);
  EXPECT_TRUE(receive(delta(peer_, 4))) << "known already";
  EXPECT_EQ(registry_->version(), version);
  EXPECT_EQ(registry_->pulls(), 0U);
  EXPECT_TRUE(receive(delta(peer_, 6))) << "a gap";
  EXPECT_EQ(registry_->pulls(), 1U);
  EXPECT_TRUE(receive(snapshot(1, 6)));
  EXPECT_EQ(registry_->pulls(), 0U);
  EXPECT_TRUE(receive(delta(peer_, 7)));
}

TEST_F(RegistryMalformed, ARepeatedAskIsRefused) {
  ASSERT_TRUE(receive(snapshot(1, 0)));
  EXPECT_TRUE(receive(NameClaim{1, "x", WireEntry{{1, 0}, 1}}));
  EXPECT_FALSE(receive(NameClaim{1, "y", WireEntry{{1, 0}, 1}}));
  EXPECT_EQ(registry_->promises(), 1U);
}

TEST_F(RegistryMalformed, GarbageAndStrangersAreRefused) {
  EXPECT_FALSE(receive_bytes(""));
  EXPECT_FALSE(receive_bytes("garbage"));
  const Bytes bytes = encode_registry_message(snapshot(1, 0), Stamp{});
  EXPECT_FALSE(registry_->on_message(LinkSerial(2), bytes, Instant(1s))) << "no such link";
}

TEST_F(RegistryMalformed, WhatALostLinkHadToSendIsNotKeptForTheNext) {
  ASSERT_TRUE(receive(snapshot(1, 0)));
  ASSERT_TRUE(receive(NameClaim{1, "x", WireEntry{{1, 0}, 1}}));
  registry_->on_link_down(LinkSerial(1));
  registry_->on_link_up(peer_, LinkSerial(2));
  EXPECT_THAT(registry_->take_actions(), IsEmpty());
}

TEST_F(RegistryMalformed, TheEndOfAnOlderLinkTakesNothingFromTheNewerOne) {
  ASSERT_TRUE(receive(snapshot(1, 0)));
  registry_->on_link_up(peer_, LinkSerial(2));
  EXPECT_FALSE(receive(ClaimGrant{1})) << "over the older one";
  const Bytes bytes = encode_registry_message(snapshot(1, 0), Stamp{});
  EXPECT_TRUE(registry_->on_message(LinkSerial(2), bytes, Instant(1s)));
  registry_->on_link_down(LinkSerial(1));
  const Bytes claim = encode_registry_message(NameClaim{1, "x", WireEntry{{1, 0}, 1}}, Stamp{});
  EXPECT_TRUE(registry_->on_message(LinkSerial(2), claim, Instant(1s))) << "it has begun";
  ASSERT_TRUE(registry_->uses_link(LinkSerial(2)));
  bool answered = false;
  for (const auto& action : registry_->take_actions()) {
    const auto* sent = std::get_if<RegistrySend>(&action);
    answered |= sent != nullptr && sent->link == LinkSerial(2);
  }
  EXPECT_TRUE(answered);
}

// A change was written down already, for a question about versions, when the next came: in one
// turn.
TEST_F(RegistryMalformed, ChangesOfOneTurnAreToldInTheirOrder) {
  ASSERT_TRUE(receive(snapshot(1, 0)));
  ASSERT_TRUE(registry_->join_group("g", 7));
  registry_->on_differs(LinkSerial(1), Instant(1s));
  ASSERT_TRUE(registry_->leave_group("g", 7));
  std::vector<std::uint64_t> told;
  for (const auto& action : registry_->take_actions()) {
    const auto* sent = std::get_if<RegistrySend>(&action);
    if (sent == nullptr) continue;
    const auto received = decode_registry_message(sent->message);
    const auto* delta = std::get_if<NamesDelta>(&received->message);
    if (delta != nullptr) told.push_back(delta->sequence);
  }
  EXPECT_THAT(told, ElementsAre(1, 2));
}

// Its node is told up when its names are known: those of that boot, and as they are now.
TEST_F(RegistryMalformed, NamesThatALaterBootReplacesAreNotKnown) {
  ASSERT_TRUE(receive(snapshot(1, 0)));
  const Incarnation owner = node(2, 5);
  const Incarnation later = node(2, 6);
  const NamesSnapshot names{owner, 1, false, {{"x", WireEntry{{1, 0}, 1}}}, {}};
  for (const RegistryMessage& message :
       {RegistryMessage(names), RegistryMessage(NamesVector{false, {{later, 0}}})}) {
    const Bytes bytes = encode_registry_message(message, Stamp{50, 0, peer_.id});
    ASSERT_TRUE(registry_->on_message(LinkSerial(1), bytes, Instant(1s)));
  }
  std::vector<Incarnation> known;
  for (const auto& action : registry_->take_actions()) {
    if (const auto* one = std::get_if<RegistryKnown>(&action)) known.push_back(one->owner);
  }
  EXPECT_THAT(known, ElementsAre(later));
}

// --- One turn ---

// What succeeds in a turn is told at its end: of several names that are lost before that, each is
// refused for itself, and one that was told before is a conflict.
TEST_F(RegistryMalformed, EachNameThatIsLostInTheTurnOfItsSuccessIsRefused) {
  registry_->set_settled(true);
  const auto claim = [&](const std::string& name) {
    return registry_->register_name(name, 7, Instant(1s), WallTime(100ns), Instant(9s));
  };
  claim("told");
  (void)registry_->take_actions();
  claim("a");
  const std::uint64_t kept = claim("kept");
  claim("b");
  registry_->on_node_up(peer_);
  NamesSnapshot earlier = snapshot(1, 3);
  for (const char* name : {"a", "b", "told"}) earlier.names.emplace(name, WireEntry{{1, 0}, 1});
  ASSERT_TRUE(registry_->on_message(
      LinkSerial(1), encode_registry_message(earlier, Stamp{50, 0, peer_.id}), Instant(1s)));
  std::vector<std::string> refused;
  std::vector<std::string> lost;
  for (const auto& action : registry_->take_actions()) {
    if (const auto* finished = std::get_if<RegistryFinished>(&action)) {
      EXPECT_EQ(finished->result.has_value(), finished->request == kept) << finished->name;
      if (!finished->result) refused.push_back(finished->name);
    } else if (const auto* conflict = std::get_if<RegistryConflictLost>(&action)) {
      lost.push_back(conflict->name);
    }
  }
  EXPECT_THAT(refused, ElementsAre("a", "b"));
  EXPECT_THAT(lost, ElementsAre("told"));
}

TEST_F(RegistryMalformed, CountsWhatIsItsOwn) {
  registry_->set_settled(true);
  registry_->register_name("x", 7, Instant(1s), WallTime(100ns), Instant(9s));
  ASSERT_TRUE(registry_->join_group("g", 7));
  registry_->on_node_up(peer_);
  NamesSnapshot others = snapshot(1, 2);
  others.names.emplace("y", WireEntry{{1, 0}, 1});
  others.members.push_back({"g", 1});
  ASSERT_TRUE(receive(others));
  EXPECT_EQ(registry_->names().size(), 2U);
  EXPECT_EQ(registry_->own_names(), 1U);
  EXPECT_EQ(registry_->own_memberships(), 1U);
}

}  // namespace
}  // namespace noex::test
