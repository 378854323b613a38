#include "noex/runtime/membership/link_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/membership_parts.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LinkWatchTest : public testing::Test, protected MembershipParts {
 protected:
  Instant start_ = now;
};

TEST_F(LinkWatchTest, OthersAreAskedAfterAWhileAndLaterItIsClosed) {
  MemberRecord& record = link(alive(ann, 7));
  EXPECT_EQ(links.next_deadline(), start_ + options.probe_after);
  EXPECT_THAT(links.silent(start_ + options.probe_after - 1ns), IsEmpty());
  EXPECT_THAT(links.silent(start_ + options.probe_after), ElementsAre(ann));
  record.probed = true;
  EXPECT_THAT(links.silent(start_ + options.probe_after), IsEmpty());
  EXPECT_EQ(links.silence_end(record), start_ + options.suspicion_after);
  EXPECT_EQ(links.next_deadline(), links.silence_end(record));
  EXPECT_THAT(links.silent(links.silence_end(record)), ElementsAre(ann));
}

TEST_F(LinkWatchTest, OthersAreAskedBeforeTheVerdictWhateverTheOptionsSay) {
  options.probe_after = 2 * options.suspicion_after;
  link(alive(ann, 7));
  EXPECT_EQ(links.next_deadline(), start_ + options.suspicion_after * 2 / 3);
}

TEST_F(LinkWatchTest, EachByteBeginsTheTimeAnew) {
  MemberRecord& record = link(alive(ann, 7));
  EXPECT_FALSE(links.heard(ann, start_ + 1s));
  EXPECT_FALSE(links.heard(ann, start_ + 500ms)) << "an older one does not";
  EXPECT_EQ(links.next_deadline(), start_ + 1s + options.probe_after);
  record.probed = true;
  EXPECT_TRUE(links.heard(ann, start_ + 2s)) << "the question is answered";
  EXPECT_EQ(links.next_deadline(), start_ + 2s + options.probe_after);
  EXPECT_FALSE(links.heard(bob, start_ + 2s));
}

TEST_F(LinkWatchTest, SilenceOfOurOwnSaysNothing) {
  link(alive(ann, 7)).probed = true;
  link(alive(bob, 5));
  links.forgive(start_ + 60s);
  EXPECT_THAT(links.silent(start_ + 60s + options.probe_after - 1ns), IsEmpty());
  EXPECT_THAT(links.silent(start_ + 60s + options.probe_after), ElementsAre(ann, bob));
}

TEST_F(LinkWatchTest, ClosingIsAnActionAndAnEndIsNot) {
  MemberRecord& record = link(alive(ann, 7));
  take();
  links.end(record);
  EXPECT_THAT(take(), IsEmpty());
  EXPECT_THAT(links.standing(), IsEmpty());
  EXPECT_EQ(links.next_deadline(), Instant::max());
  links.begin(record, now);
  links.close(record, true);
  EXPECT_EQ(take(), list(CloseLink{Incarnation{ann, 7}, true}));
  links.check_invariants();
}

TEST_F(LinkWatchTest, WhatWasHeldAgainstItIsForgottenWithALink) {
  MemberRecord& record = add(alive(ann, 7));
  record.missed = record.refused = true;
  record.said_left = MemberRecord::SaidLeft{bob, 1, now};
  record.differs = 2;
  links.begin(record, now);
  EXPECT_FALSE(record.missed || record.refused || record.said_left || record.differs > 0);
  EXPECT_TRUE(record.was_linked);
}

// Who was not up when it was linked has to say whom it knows; also over a second link.
TEST_F(LinkWatchTest, WhoWasNotUpIsANewcomer) {
  MemberRecord& record = link(alive(ann, 7));
  EXPECT_TRUE(record.newcomer && record.untold);
  record.up = true;
  links.begin(record, now);
  EXPECT_FALSE(record.newcomer);
  EXPECT_TRUE(record.untold);
  links.end(record);
  EXPECT_FALSE(record.untold) << "what it has not told is not waited for any more";
}

TEST_F(LinkWatchTest, WhatWasAskedOverALinkEndsWithIt) {
  MemberRecord& record = link(alive(ann, 7));
  link(alive(bob, 5));
  relays.on_ping_request(ann, {11, {bob, 5}}, now);
  EXPECT_NE(relays.next_deadline(), Instant::max());
  links.end(record);
  EXPECT_EQ(relays.next_deadline(), Instant::max());
}

}  // namespace
}  // namespace noex
