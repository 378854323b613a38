#include "noex/runtime/names/kept_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "noex/runtime/core/stamp.h"
#include "tests/runtime/registry_ports_fake.h"

namespace noex::test {
namespace {

constexpr ProcessId keeper = 1;
constexpr ProcessId holder = 2;
constexpr ProcessId heir = 3;

// A node alone, which decides alone: process `holder` holds "x", and "y".
class KeptNamesTest : public testing::Test {
 protected:
  void SetUp() override {
    registry_->set_settled(true);
    for (const char* name : {"x", "y"}) {
      registry_->register_name(name, holder, Instant(1s), WallTime(1ns), Instant(9s));
    }
    ASSERT_EQ(held_by("x"), holder);
    kept_.keep("x", holder, keeper);
  }
  ~KeptNamesTest() override { kept_.check_invariants(); }

  ProcessId held_by(std::string_view name) const {
    const auto found = registry_->lookup(name);
    return found ? found->entry.process : 0;
  }

  HybridClock clock_{node(0).id};
  std::unique_ptr<Registry> registry_ = Registry::create(node(0), Options{}, clock_);
  KeptNames kept_{*registry_};
};

TEST_F(KeptNamesTest, OutliveTheirHolderUntilTheyAreHandedOn) {
  EXPECT_FALSE(kept_.hand_on("x", keeper, heir)) << "its holder lives";
  kept_.on_process_ended(holder);
  EXPECT_EQ(held_by("x"), holder);
  EXPECT_EQ(held_by("y"), 0U) << "nobody keeps it";
  EXPECT_FALSE(kept_.hand_on("x", heir, heir)) << "another keeps it";
  EXPECT_TRUE(kept_.hand_on("x", keeper, heir));
  EXPECT_EQ(held_by("x"), heir);
  EXPECT_FALSE(kept_.hand_on("x", keeper, heir));
  kept_.on_process_ended(heir);
  EXPECT_EQ(held_by("x"), heir) << "it is kept as before";
}

TEST_F(KeptNamesTest, EndWhenTheyAreDropped) {
  kept_.on_process_ended(holder);
  kept_.drop("x", keeper);
  EXPECT_EQ(held_by("x"), 0U);
  EXPECT_EQ(kept_.size(), 0U);
}

TEST_F(KeptNamesTest, StayWithALivingHolderThatIsNotKeptAnyMore) {
  kept_.drop("x", keeper);
  EXPECT_EQ(held_by("x"), holder);
  kept_.on_process_ended(holder);
  EXPECT_EQ(held_by("x"), 0U);
}

TEST_F(KeptNamesTest, EndWithTheirKeeper) {
  kept_.on_process_ended(holder);
  kept_.on_process_ended(heir);
  EXPECT_EQ(held_by("x"), holder) << "it keeps nothing";
  kept_.on_process_ended(keeper);
  EXPECT_EQ(held_by("x"), 0U);
  EXPECT_EQ(kept_.size(), 0U);
}

TEST_F(KeptNamesTest, AreLostIfTheirHolderLosesThem) {
  kept_.on_conflict_lost("y", holder);
  EXPECT_FALSE(kept_.is_lost("x", keeper)) << "another name";
  kept_.on_conflict_lost("x", holder);
  EXPECT_TRUE(kept_.is_lost("x", keeper));
  EXPECT_FALSE(kept_.is_lost("x", heir));
}

}  // namespace
}  // namespace noex::test
