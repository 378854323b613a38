#include "noex/runtime/membership/member_record.h"

#include <functional>

#include <gtest/gtest.h>

#include "tests/runtime/membership_scene.h"

namespace noex {
namespace {

MemberRecord record_of(const TableEntry& entry) {
  MemberRecord record;
  record.entry = entry;
  return record;
}

TEST(MemberRecord, ASeedOfWhichNothingIsKnownIsInNoState) {
  MemberRecord seed = record_of({ann, 0, 1, MemberStatus::alive, {}});
  EXPECT_FALSE(seed.known() || seed.lives() || seed.is(MemberStatus::alive));
  EXPECT_FALSE(seed.is_untried());
  seed.seed = true;
  EXPECT_TRUE(seed.is_untried());
  seed.tried = true;
  EXPECT_FALSE(seed.is_untried());
}

TEST(MemberRecord, EvidenceIsThatOfTheEntryBeforeItsOwn) {
  MemberRecord missed = record_of(alive(ann, 7));
  EXPECT_FALSE(missed.has_evidence());
  missed.missed = true;
  missed.evidence = DownReason::connection_closed;
  EXPECT_TRUE(missed.has_evidence());
  EXPECT_EQ(missed.first_evidence(), DownReason::connection_closed);
  missed.entry = suspect(ann, 7);
  EXPECT_EQ(missed.first_evidence(), DownReason::heartbeat_timeout);
}

TEST(MemberRecord, InvariantsCanBeBroken) {
  const auto broken = [](const TableEntry& entry, const std::function<void(MemberRecord&)>& how) {
    MemberRecord record = record_of(entry);
    record.check_invariants();
    how(record);
    EXPECT_DEATH(record.check_invariants(), "ann");
  };
  broken(alive(ann, 7), [](MemberRecord& one) { one.up = one.tried = true; });
  broken(alive(ann, 7), [](MemberRecord& one) { one.up = one.registry_known = true; });
  broken(alive(ann, 7), [](MemberRecord& one) { one.missed = one.linked = true; });
  broken(alive(ann, 7), [](MemberRecord& one) { one.dialing = one.linked = true; });
  broken(alive(ann, 0), [](MemberRecord& one) { one.linked = true; });
  broken(left(ann, 7), [](MemberRecord& one) { one.said_leave = one.linked = true; });
}

TEST(MemberRecord, DigestTellsWhatDecidesFromWhatDoesNot) {
  const auto digest = [](const MemberRecord& record, Instant now) {
    Bytes bytes;
    Writer writer(bytes);
    record.digest(writer, now);
    return bytes;
  };
  const MemberRecord record = record_of(alive(ann, 7));
  MemberRecord other = record;
  other.changed_at = Instant{5s};
  EXPECT_EQ(digest(record, Instant{9s}), digest(other, Instant{9s}));
  other.refused = true;
  EXPECT_NE(digest(record, Instant{9s}), digest(other, Instant{9s}));
  other = record;
  other.said_left = MemberRecord::SaidLeft{bob, 1, Instant{5s}};
  EXPECT_NE(digest(record, Instant{9s}), digest(other, Instant{9s}));
  EXPECT_NE(digest(other, Instant{8s}), digest(other, Instant{9s})) << "time passes";
}

}  // namespace
}  // namespace noex
