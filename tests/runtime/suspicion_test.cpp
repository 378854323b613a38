#include "noex/runtime/membership/suspicion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/membership_scene.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SuspicionTest : public testing::Test {
 protected:
  // How long a suspicion of member 1 lasts that begins now.
  Duration lasts() {
    suspicions_.drop(1);
    suspicions_.start(1, now_);
    for (int i = 0; i < accusers_; ++i) suspicions_.accuse(1, numbered(i));
    return suspicions_.next_deadline() - now_;
  }

  Options options_;
  Duration min_ = options_.suspicion_timeout;
  Duration max_ = options_.suspicion_timeout * options_.suspicion_spread;
  LocalHealth health_{options_.suspicion_after};
  Suspicions suspicions_{options_};
  Instant now_{100s};
  int accusers_ = 0;
};

TEST_F(SuspicionTest, IsAsShortAsCanBeWhereNobodyElseCouldAccuse) {
  suspicions_.set_conditions(0, health_);
  accusers_ = 1;
  EXPECT_EQ(lasts(), min_);
}

TEST_F(SuspicionTest, IsTheShorterTheMoreAccuse) {
  suspicions_.set_conditions(10, health_);
  Duration before = max_;
  accusers_ = 1;
  EXPECT_EQ(lasts(), max_);
  for (accusers_ = 2; accusers_ <= 4; ++accusers_) {
    EXPECT_LT(lasts(), before);
    before = lasts();
  }
  EXPECT_EQ(before, min_);
  accusers_ = 9;
  EXPECT_EQ(lasts(), min_);
}

TEST_F(SuspicionTest, OneAccuserCountsOnce) {
  EXPECT_TRUE(suspicions_.accuse(1, ann));
  EXPECT_FALSE(suspicions_.accuse(1, ann));
  EXPECT_TRUE(suspicions_.accuse(1, bob));
  EXPECT_THAT(suspicions_.accusers(1), ElementsAre(ann, bob));
  EXPECT_THAT(suspicions_.accusers(2), IsEmpty());
  EXPECT_TRUE(suspicions_.accuse(1, numbered(1)) && suspicions_.accuse(1, numbered(2)));
  EXPECT_FALSE(suspicions_.accuse(1, numbered(3))) << "more than count are not kept";
}

TEST_F(SuspicionTest, LastsLongerWhereThisNodeDoesNotTrustItself) {
  accusers_ = 1;
  health_.worsen(now_);
  health_.worsen(now_);
  health_.worsen(now_);
  suspicions_.set_conditions(0, health_);
  EXPECT_EQ(lasts(), min_ * 6 / 4);
}

TEST_F(SuspicionTest, HealthComesBackStepByStepInQuietTime) {
  health_.worsen(now_);
  health_.worsen(now_);
  EXPECT_EQ(health_.score(), LocalHealth::worst);
  health_.on_time(now_ + options_.suspicion_after - 1ns);
  EXPECT_EQ(health_.score(), 2U);
  health_.on_time(now_ + options_.suspicion_after);
  EXPECT_EQ(health_.score(), 1U);
  health_.on_time(now_ + options_.suspicion_after);
  EXPECT_EQ(health_.score(), 1U);
  health_.on_time(now_ + 2 * options_.suspicion_after);
  EXPECT_EQ(health_.score(), 0U);
}

TEST_F(SuspicionTest, RunsFromItsStartUntilItIsPausedOrDropped) {
  suspicions_.accuse(1, ann);
  EXPECT_FALSE(suspicions_.runs(1));
  EXPECT_EQ(suspicions_.next_deadline(), Instant::max());
  suspicions_.start(1, now_);
  suspicions_.start(1, now_ + 1s);
  EXPECT_TRUE(suspicions_.runs(1));
  EXPECT_EQ(suspicions_.next_deadline(), now_ + min_) << "it runs already";
  EXPECT_THAT(suspicions_.due(now_ + min_ - 1ns), IsEmpty());
  EXPECT_THAT(suspicions_.due(now_ + min_), ElementsAre(1));
  suspicions_.pause(1);
  EXPECT_EQ(suspicions_.next_deadline(), Instant::max());
  EXPECT_THAT(suspicions_.accusers(1), ElementsAre(ann)) << "who accused it is remembered";
  suspicions_.drop(1);
  EXPECT_THAT(suspicions_.accusers(1), IsEmpty());
}

TEST_F(SuspicionTest, AllThatRunCanBeginAgain) {
  suspicions_.start(1, now_);
  suspicions_.accuse(2, ann);
  suspicions_.restart_all(now_ + 1s);
  EXPECT_EQ(suspicions_.next_deadline(), now_ + 1s + min_);
  EXPECT_FALSE(suspicions_.runs(2));
}

TEST_F(SuspicionTest, NextIsTheEarliestOfAll) {
  suspicions_.start(1, now_ + 1s);
  suspicions_.start(2, now_);
  EXPECT_EQ(suspicions_.next_deadline(), now_ + min_);
  suspicions_.drop(2);
  EXPECT_EQ(suspicions_.next_deadline(), now_ + 1s + min_);
  suspicions_.set_conditions(3, health_);
  EXPECT_EQ(suspicions_.next_deadline(), now_ + 1s + max_) << "others could join in";
  health_.worsen(now_);
  suspicions_.set_conditions(3, health_);
  EXPECT_EQ(suspicions_.next_deadline(), now_ + 1s + max_ * 5 / 4);
}

}  // namespace
}  // namespace noex
