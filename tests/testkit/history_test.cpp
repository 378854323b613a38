#include "noex/testkit/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "noex/testkit/models.h"

namespace noex::testkit {
namespace {

using ::testing::HasSubstr;
using Registers = History<RegisterModel>;

Instant at(std::int64_t milliseconds) {
  return Instant{std::chrono::milliseconds(milliseconds)};
}

void write(Registers& history, std::int64_t from, std::int64_t to, std::string value,
           std::string key = "k") {
  const auto id = history.begin(at(from), {std::move(key), std::move(value)});
  if (to > 0) history.end(id, at(to), {});
}
void read(Registers& history, std::int64_t from, std::int64_t to, std::optional<std::string> value,
          std::string key = "k") {
  const auto id = history.begin(at(from), {std::move(key), {}});
  if (to > 0) history.end(id, at(to), std::move(value));
}

TEST(History, ReadsSeeWhatWasWrittenBefore) {
  Registers history;
  read(history, 0, 1, std::nullopt);
  write(history, 2, 3, "a");
  read(history, 4, 5, "a");
  EXPECT_EQ(history.find_contradiction(), std::nullopt);
  read(history, 6, 7, std::nullopt);
  EXPECT_TRUE(history.find_contradiction());
}

TEST(History, WhatOverlapsMayComeInAnyOrder) {
  Registers history;
  write(history, 0, 10, "a");
  write(history, 0, 10, "b");
  read(history, 1, 2, "b");
  read(history, 3, 4, "a");
  EXPECT_EQ(history.find_contradiction(), std::nullopt);
  read(history, 5, 6, "b");
  EXPECT_TRUE(history.find_contradiction()) << "b was written once";
}

TEST(History, ANewValueIsNotFollowedByTheOldOne) {
  Registers history;
  write(history, 0, 1, "old");
  write(history, 2, 0, "new");
  read(history, 3, 4, "new");
  EXPECT_EQ(history.find_contradiction(), std::nullopt) << "it may have been done";
  read(history, 5, 6, "old");
  EXPECT_TRUE(history.find_contradiction());
}

TEST(History, WhatNobodyKnowsMayHappenLateOrNever) {
  Registers history;
  write(history, 0, 0, "late");
  read(history, 1, 2, std::nullopt);
  read(history, 3, 4, "late");
  read(history, 5, 6, "late");
  EXPECT_EQ(history.find_contradiction(), std::nullopt);
}

TEST(History, WhatWasRefusedWasNotDone) {
  Registers history;
  const auto id = history.begin(at(0), {"k", "no"});
  history.forget(id);
  read(history, 1, 2, "no");
  EXPECT_TRUE(history.find_contradiction());
  EXPECT_EQ(history.size(), 1U);
}

TEST(History, NamesTheBeginningThatContradictsAndNoOtherKey) {
  Registers history;
  write(history, 0, 1, "a");
  write(history, 0, 1, "z", "other");
  read(history, 2, 3, "a");
  read(history, 4, 5, std::nullopt);
  write(history, 6, 7, "c");
  const auto wrong = history.find_contradiction();
  ASSERT_TRUE(wrong);
  ASSERT_EQ(wrong->size(), 2U) << Registers::text(*wrong);
  EXPECT_THAT(Registers::text(*wrong), HasSubstr("write k = a: done"));
  EXPECT_THAT(Registers::text(*wrong), HasSubstr("read k: nothing"));
}

TEST(Models, AQueueGivesWhatCameFirst) {
  History<QueueModel> history;
  const auto push = [&](std::int64_t from, std::int64_t to, std::string text) {
    history.end(history.begin(at(from), {std::move(text)}), at(to), {});
  };
  const auto pop = [&](std::int64_t from, std::int64_t to, std::optional<std::string> text) {
    history.end(history.begin(at(from), {}), at(to), std::move(text));
  };
  push(0, 1, "a");
  push(2, 3, "b");
  pop(4, 5, "a");
  EXPECT_EQ(history.find_contradiction(), std::nullopt);
  pop(6, 7, "a");
  EXPECT_TRUE(history.find_contradiction());
}

TEST(Models, ALockIsHeldByOne) {
  History<LockModel> history;
  const auto ask = [&](std::int64_t from, std::int64_t to, std::string owner, bool acquire,
                       bool done) {
    history.end(history.begin(at(from), {std::move(owner), acquire}), at(to), done);
  };
  ask(0, 1, "ann", true, true);
  ask(2, 3, "bob", true, false);
  ask(4, 5, "ann", false, true);
  ask(6, 7, "bob", true, true);
  EXPECT_EQ(history.find_contradiction(), std::nullopt);
  ask(8, 9, "ann", true, true);
  EXPECT_TRUE(history.find_contradiction());
}

TEST(Models, ASetAnswersWhetherItHasChanged) {
  History<SetModel> history;
  const auto ask = [&](std::int64_t from, std::int64_t to, SetModel::Kind kind, bool answer) {
    history.end(history.begin(at(from), {kind, "x"}), at(to), answer);
  };
  ask(0, 1, SetModel::Kind::add, true);
  ask(2, 3, SetModel::Kind::add, false);
  ask(4, 5, SetModel::Kind::contains, true);
  ask(6, 7, SetModel::Kind::remove, true);
  EXPECT_EQ(history.find_contradiction(), std::nullopt);
  ask(8, 9, SetModel::Kind::contains, true);
  EXPECT_TRUE(history.find_contradiction());
}

}  // namespace
}  // namespace noex::testkit
