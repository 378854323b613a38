#include "noex/runtime/registry/registry_wire.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/runtime/registry_ports_fake.h"

namespace noex::test {
namespace {

const Stamp sent{123, 4, node(0).id};

bool is_decoded(const RegistryMessage& message) {
  return decode_registry_message(encode_registry_message(message, sent)).has_value();
}

std::string gen_name() {
  const auto gen = rc::gen::resize(20, rc::gen::nonEmpty(rc::gen::arbitrary<std::string>()));
  return *gen;
}

WireEntry gen_entry() {
  const auto wall = *rc::gen::inRange<std::int64_t>(0, stamp_wall_max);
  const auto counter = *rc::gen::arbitrary<std::uint32_t>();
  return WireEntry{{wall, counter}, *rc::gen::positive<std::uint64_t>()};
}

std::vector<GroupMember> gen_members() {
  std::set<GroupMember> members;
  for (int i = *rc::gen::inRange(0, 5); i > 0; --i) {
    const std::string group = gen_name();
    members.insert(GroupMember{group, *rc::gen::positive<std::uint64_t>()});
  }
  return {members.begin(), members.end()};
}

RegistryMessage gen_message() {
  const auto number = *rc::gen::positive<std::uint64_t>();
  const Incarnation owner = node(2, number);
  const bool flag = *rc::gen::arbitrary<bool>();
  switch (*rc::gen::inRange(0, 13)) {
    case 0: {
      NamesSnapshot snapshot{owner, number, flag, {}, gen_members()};
      for (int i = *rc::gen::inRange(0, 5); i > 0; --i) snapshot.names[gen_name()] = gen_entry();
      return snapshot;
    }
    case 1: {
      NamesDelta delta{owner, number, flag, {}, {"removed"}, gen_members(), {}};
      if (flag) std::swap(delta.joined, delta.left);
      for (int i = *rc::gen::inRange(0, 5); i > 0; --i) delta.put[gen_name()] = gen_entry();
      return delta;
    }
    case 2: {
      NameClaim claim{number, gen_name(), gen_entry()};
      return claim;
    }
    case 3:
      return ClaimGrant{number};
    case 4: {
      ClaimRefuse refuse{number, {}};
      if (*rc::gen::arbitrary<bool>()) refuse.holder = WireHolder{node(3).id, 7, gen_entry()};
      return refuse;
    }
    case 5:
      return ClaimAbort{number};
    case 6:
      return NamesVector{flag, {{node(1), number}, {owner, 0}}};
    case 7:
      return NamesPull{{node(1), owner}};
    case 8:
      return NameFind{number, gen_name()};
    case 9: {
      NameFound found{number, {}};
      if (flag) found.holder = WireHolder{node(3).id, 7, gen_entry()};
      return found;
    }
    case 10:
      return ClaimHeld{number};
    case 11:
      return ClaimWanted{number};
    default:
      return NamesApplied{number};
  }
}

RC_GTEST_PROP(RegistryWire, EveryMessageComesBackAsItWas, ()) {
  const RegistryMessage message = gen_message();
  const auto received = decode_registry_message(encode_registry_message(message, sent));
  RC_ASSERT(received.has_value());
  RC_ASSERT(received->message == message);
  RC_ASSERT(received->sent == (StampTime{sent.wall, sent.counter}));
}

RC_GTEST_PROP(RegistryWire, NoPrefixAndNoExtensionIsAMessage, ()) {
  const Bytes bytes = encode_registry_message(gen_message(), sent);
  const auto size = *rc::gen::inRange<std::size_t>(0, bytes.size());
  RC_ASSERT(!decode_registry_message(ByteView(bytes).substr(0, size)).has_value());
  RC_ASSERT(!decode_registry_message(bytes + '\0').has_value());
}

RC_GTEST_PROP(RegistryWire, AnyBytesThatDecodeAreTheOnlyEncoding, (Bytes bytes)) {
  if (!bytes.empty()) bytes[0] = static_cast<char>(1 + *rc::gen::inRange(0, 13));
  const auto received = decode_registry_message(bytes);
  if (!received) return;
  const Stamp time{received->sent.wall, received->sent.counter, sent.node};
  RC_ASSERT(encode_registry_message(received->message, time) == bytes);
}

TEST(RegistryWire, KindsKeepTheirBytes) {
  EXPECT_EQ(encode_registry_message(NamesSnapshot{}, sent)[0], 1);
  EXPECT_EQ(encode_registry_message(NamesDelta{}, sent)[0], 2);
  EXPECT_EQ(encode_registry_message(NameClaim{}, sent)[0], 3);
  EXPECT_EQ(encode_registry_message(ClaimGrant{}, sent)[0], 4);
  EXPECT_EQ(encode_registry_message(ClaimRefuse{}, sent)[0], 5);
  EXPECT_EQ(encode_registry_message(ClaimAbort{}, sent)[0], 6);
  EXPECT_EQ(encode_registry_message(NamesApplied{}, sent)[0], 7);
  EXPECT_EQ(encode_registry_message(NamesVector{}, sent)[0], 8);
  EXPECT_EQ(encode_registry_message(NamesPull{}, sent)[0], 9);
  EXPECT_EQ(encode_registry_message(NameFind{}, sent)[0], 10);
  EXPECT_EQ(encode_registry_message(NameFound{}, sent)[0], 11);
  EXPECT_EQ(encode_registry_message(ClaimHeld{}, sent)[0], 12);
  EXPECT_EQ(encode_registry_message(ClaimWanted{}, sent)[0], 13);
  EXPECT_FALSE(decode_registry_message(Bytes("\0\1\1\1", 4)).has_value());
  EXPECT_FALSE(decode_registry_message(Bytes("\x7f\1\1\1", 4)).has_value());
}

TEST(RegistryWire, NamesHaveOneTo255Bytes) {
  const WireEntry entry{{1, 1}, 1};
  EXPECT_TRUE(is_decoded(NameClaim{1, std::string(255, 'x'), entry}));
  EXPECT_FALSE(is_decoded(NameClaim{1, std::string(256, 'x'), entry}));
  EXPECT_FALSE(is_decoded(NameClaim{1, "", entry}));
  EXPECT_FALSE(is_decoded(NamesSnapshot{node(1), 1, false, {{"", entry}}, {}}));
  EXPECT_FALSE(is_decoded(NamesDelta{node(1), 1, false, {}, {""}, {}, {}}));
}

TEST(RegistryWire, DeltaSaysSomethingOnceAndInOrder) {
  const WireEntry entry{{1, 1}, 1};
  EXPECT_FALSE(is_decoded(NamesDelta{node(1), 1, false, {}, {}, {}, {}}));
  EXPECT_TRUE(is_decoded(NamesDelta{node(1), 1, false, {{"a", entry}}, {"b", "c"}, {}, {}}));
  EXPECT_FALSE(is_decoded(NamesDelta{node(1), 1, false, {{"a", entry}}, {"a"}, {}, {}}));
  EXPECT_FALSE(is_decoded(NamesDelta{node(1), 1, false, {}, {"c", "b"}, {}, {}}));
  EXPECT_FALSE(is_decoded(NamesDelta{node(1), 1, false, {}, {"b", "b"}, {}, {}}));
}

TEST(RegistryWire, VersionsAndOwnersAscendAndHaveBoots) {
  EXPECT_TRUE(is_decoded(NamesVector{false, {{node(1), 1}, {node(2), 1}}}));
  EXPECT_FALSE(is_decoded(NamesVector{false, {{node(2), 1}, {node(1), 1}}}));
  EXPECT_FALSE(is_decoded(NamesVector{false, {{node(1), 1}, {node(1, 2), 1}}}));
  EXPECT_FALSE(is_decoded(NamesVector{false, {{node(1, 0), 1}}}));
  EXPECT_FALSE(is_decoded(NamesVector{true, {}}));
  EXPECT_TRUE(is_decoded(NamesPull{{node(1), node(2)}}));
  EXPECT_FALSE(is_decoded(NamesPull{{node(1), node(1)}}));
  EXPECT_FALSE(is_decoded(NamesPull{}));
}

TEST(RegistryWire, SequenceZeroIsAnEmptySet) {
  EXPECT_TRUE(is_decoded(NamesSnapshot{node(1), 0, false, {}, {}}));
  EXPECT_FALSE(is_decoded(NamesSnapshot{node(1), 0, false, {}, {{"g", 1}}}));
  EXPECT_FALSE(is_decoded(NamesDelta{node(1), 0, false, {}, {"x"}, {}, {}}));
}

TEST(RegistryWire, MembersAscendAndNobodyJoinsAndLeavesAtOnce) {
  const GroupMember one{"g", 1};
  const GroupMember two{"g", 2};
  EXPECT_TRUE(is_decoded(NamesSnapshot{node(1), 1, false, {}, {one, two}}));
  EXPECT_FALSE(is_decoded(NamesSnapshot{node(1), 1, false, {}, {two, one}}));
  EXPECT_FALSE(is_decoded(NamesSnapshot{node(1), 1, false, {}, {one, one}}));
  EXPECT_FALSE(is_decoded(NamesSnapshot{node(1), 1, false, {}, {{"g", 0}}}));
  EXPECT_TRUE(is_decoded(NamesDelta{node(1), 1, false, {}, {}, {one}, {two}}));
  EXPECT_FALSE(is_decoded(NamesDelta{node(1), 1, false, {}, {}, {one}, {one}}));
}

TEST(RegistryWire, ProcessAndTimeAreChecked) {
  EXPECT_FALSE(is_decoded(NameClaim{1, "x", WireEntry{{1, 1}, 0}}));
  EXPECT_TRUE(is_decoded(NameClaim{1, "x", WireEntry{{stamp_wall_max, 1}, 1}}));
  EXPECT_FALSE(is_decoded(NameClaim{1, "x", WireEntry{{stamp_wall_max + 1, 1}, 1}}));
  EXPECT_FALSE(is_decoded(NameClaim{1, "x", WireEntry{{-1, 1}, 1}}));
  const Stamp absurd{stamp_wall_max + 1, 0, node(0).id};
  EXPECT_FALSE(decode_registry_message(encode_registry_message(ClaimGrant{1}, absurd)).has_value());
}

TEST(RegistryWire, CostIsAnUpperBoundOfANamesBytes) {
  const WireEntry largest{{stamp_wall_max, 0xffffffff}, ~0ULL};
  const auto size_of = [](const NamesSnapshot& snapshot) {
    return encode_registry_message(snapshot, sent).size();
  };
  const std::string name(255, 'x');
  const std::size_t bytes =
      size_of({node(1), 1, false, {{name, largest}}, {}}) - size_of({node(1), 1, false, {}, {}});
  EXPECT_LE(bytes, snapshot_cost(name));
}

// A change of the format leaves the seeds behind, and the fuzzer then starts from nothing.
TEST(RegistryWire, FuzzerStartsFromEveryKind) {
  std::set<std::size_t> kinds;
  for (const auto& seed :
       std::filesystem::directory_iterator(NOEX_SOURCE_DIR "/fuzz/corpus/registry")) {
    std::ifstream file(seed.path(), std::ios::binary);
    const Bytes bytes(std::istreambuf_iterator<char>(file), {});
    const auto message = decode_registry_message(bytes);
    const bool is_bad = seed.path().filename().string().starts_with("malformed");
    EXPECT_EQ(message.has_value(), !is_bad) << seed.path();
    if (message) kinds.insert(message->message.index());
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<RegistryMessage>);
}

}  // namespace
}  // namespace noex::test
