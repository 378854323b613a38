#include "noex/runtime/observe/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace noex {
namespace {

using testing::HasSubstr;

// Every number counts, and is told under its name.
TEST(NodeAudit, WhatIsLeftIsSeenAndNamed) {
  constexpr std::size_t NodeAudit::* numbers[] = {
      &NodeAudit::processes,   &NodeAudit::timers,     &NodeAudit::tasks,
      &NodeAudit::replies,     &NodeAudit::calls,      &NodeAudit::waiting,
      &NodeAudit::spawns,      &NodeAudit::monitors,   &NodeAudit::process_links,
      &NodeAudit::names,       &NodeAudit::kept_names, &NodeAudit::name_monitors,
      &NodeAudit::memberships, &NodeAudit::claims,     &NodeAudit::finds,
      &NodeAudit::promises,    &NodeAudit::pulls};
  static_assert(sizeof(NodeAudit) == (std::size(numbers) + 1) * sizeof(std::size_t),
                "a number is missing here");
  EXPECT_TRUE(NodeAudit().empty());
  for (const auto number : numbers) {
    NodeAudit audit;
    audit.*number = 12345;
    EXPECT_FALSE(audit.empty()) << audit.text();
    EXPECT_THAT(audit.text(), HasSubstr(" 12345"));
  }
}

TEST(NodeAudit, LinksToOtherNodesMayStand) {
  NodeAudit audit;
  audit.links = 3;
  EXPECT_TRUE(audit.empty());
  EXPECT_THAT(audit.text(), HasSubstr("links 3, processes 0, "));
}

}  // namespace
}  // namespace noex
