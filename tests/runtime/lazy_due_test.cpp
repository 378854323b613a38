#include "noex/runtime/membership/lazy_due.h"

#include <map>

#include <gtest/gtest.h>

namespace noex {
namespace {

// Looks moments up in a map, and counts how often.
struct Moments {
  std::map<MemberIndex, Instant> due;
  int asked = 0;
  Instant next(LazyDue& lazy) {
    return lazy.next([this](MemberIndex member) {
      ++asked;
      const auto found = due.find(member);
      return found == due.end() ? Instant::max() : found->second;
    });
  }
};

TEST(LazyDue, NobodyHasAMoment) {
  LazyDue lazy;
  Moments moments;
  EXPECT_EQ(moments.next(lazy), Instant::max());
}

TEST(LazyDue, NextIsTheEarliestAsItIsNow) {
  LazyDue lazy;
  Moments moments{{{1, Instant{1s}}, {2, Instant{2s}}}};
  for (const auto& [member, at] : moments.due) lazy.add(member, at);
  EXPECT_EQ(moments.next(lazy), Instant{1s});
  moments.due[1] = Instant{5s};
  EXPECT_EQ(moments.next(lazy), Instant{2s});
  moments.due.erase(2);
  EXPECT_EQ(moments.next(lazy), Instant{5s});
}

TEST(LazyDue, NearerMomentIsToldFartherOnesNeedNotBe) {
  LazyDue lazy;
  Moments moments{{{1, Instant{9s}}}};
  lazy.add(1, Instant{9s});
  moments.due[1] = Instant{3s};
  lazy.add(1, Instant{3s});
  EXPECT_EQ(moments.next(lazy), Instant{3s});
  lazy.add(1, Instant{20s});
  EXPECT_EQ(moments.next(lazy), Instant{3s}) << "it has not moved";
}

TEST(LazyDue, WhoMovesAwayAllTheTimeIsLookedUpOnlyWhenItComesFirst) {
  LazyDue lazy;
  Moments moments;
  for (MemberIndex member = 0; member < 100; ++member) {
    moments.due[member] = Instant{Duration(1s) * (member + 1)};
    lazy.add(member, moments.due[member]);
  }
  moments.next(lazy);
  moments.asked = 0;
  for (int i = 0; i < 1000; ++i) {
    for (auto& [member, at] : moments.due) {
      if (member > 0) at += 1s;
    }
    EXPECT_EQ(moments.next(lazy), Instant{1s});
  }
  EXPECT_EQ(moments.asked, 1000) << "one each time, not all of them";
}

}  // namespace
}  // namespace noex
