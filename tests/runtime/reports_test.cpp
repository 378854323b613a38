#include "noex/runtime/membership/reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/membership_parts.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ReportsTest : public testing::Test, protected MembershipParts {
 protected:
  // What a change to that entry is told as, by that node.
  std::optional<VerdictKind> kind(MemberRecord& record, const TableEntry& entry,
                                  const NodeId& source) {
    reports.change(record, entry, source, std::nullopt, now);
    const auto actions = take();
    EXPECT_EQ(actions.back(), MembershipAction(TellChange{entry, source}));
    if (actions.size() == 1) return std::nullopt;
    return std::get<TellVerdict>(actions.front()).verdict.kind;
  }
};

TEST_F(ReportsTest, EachChangeHasItsKind) {
  MemberRecord& record = add(alive(ann, 7));
  take();
  EXPECT_EQ(kind(record, alive(ann, 8), bob), VerdictKind::joined);
  EXPECT_EQ(kind(record, alive(ann, 7, 2), bob), VerdictKind::refuted);
  EXPECT_EQ(kind(record, suspect(ann, 7), bob), VerdictKind::accused);
  EXPECT_EQ(kind(record, dead(ann, 7), bob), VerdictKind::dead);
  EXPECT_EQ(kind(record, left(ann, 7), bob), VerdictKind::left);
  EXPECT_EQ(kind(record, suspect(ann, 7), NodeId()), std::nullopt) << "who suspects tells more";
}

TEST_F(ReportsTest, VerdictHoldsTheEvidenceOfThisMoment) {
  MemberRecord& record = link(suspect(ann, 7));
  suspicions.accuse(record.index, bob);
  record.linked_at = record.heard_at = now - 2500ms;
  const Verdict verdict = reports.verdict(VerdictKind::heard, record, now);
  EXPECT_EQ(verdict.who, (Incarnation{ann, 7}));
  EXPECT_EQ(verdict.reason, DownReason::heartbeat_timeout);
  EXPECT_EQ(verdict.silence, 2500ms);
  EXPECT_EQ(verdict.missed, 2);
  EXPECT_THAT(verdict.accusers, ElementsAre(bob));
}

TEST_F(ReportsTest, EvidenceOfAnEarlierBootIsNone) {
  MemberRecord& record = link(suspect(ann, 7));
  suspicions.accuse(record.index, bob);
  take();
  reports.change(record, alive(ann, 8), bob, std::nullopt, now);
  const Verdict verdict = take<TellVerdict>().front().verdict;
  EXPECT_EQ(verdict.who, (Incarnation{ann, 8}));
  EXPECT_EQ(verdict.silence, std::nullopt);
  EXPECT_THAT(verdict.accusers, IsEmpty());
  EXPECT_EQ(verdict.reason, std::nullopt);
}

TEST_F(ReportsTest, WordOfItsOwnIsNobodysElse) {
  MemberRecord& record = add(suspect(ann, 7));
  take();
  reports.change(record, alive(ann, 7, 2), ann, std::nullopt, now);
  EXPECT_TRUE(take<TellVerdict>().front().verdict.by.empty());
  reports.change(record, suspect(ann, 7, 3), bob, numbered(1), now);
  const Verdict told = take<TellVerdict>().front().verdict;
  EXPECT_EQ(told.by, bob);
  EXPECT_EQ(told.accuser, numbered(1));
}

TEST_F(ReportsTest, FullTableIsToldOnce) {
  reports.table_full(ann);
  reports.table_full(bob);
  EXPECT_EQ(take(), list(TableFull{ann}));
}

}  // namespace
}  // namespace noex
