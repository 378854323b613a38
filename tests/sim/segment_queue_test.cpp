#include "noex/sim/world/segment_queue.h"

#include <string>

#include <gtest/gtest.h>

namespace noex::sim {
namespace {

constexpr std::uint64_t size_max = 8;

Instant at(Duration time) {
  return Instant{} + time;
}

Segment segment(const std::string& bytes, Duration sent, Duration arrival) {
  Segment made;
  made.bytes = bytes;
  made.sent = at(sent);
  made.arrival = at(arrival);
  return made;
}

Segment control(Control kind, Duration arrival) {
  Segment made = segment("", 0s, arrival);
  made.control = kind;
  return made;
}

class SegmentQueueTest : public testing::Test {
 protected:
  Arrival take(Duration now) { return queue.take_arrived(at(now), buffers); }

  SegmentQueue queue;
  BufferPool buffers;
};

TEST_F(SegmentQueueTest, WritesOfOneInstantShareASegmentUpToItsSize) {
  EXPECT_EQ(queue.append_to_last("x", at(1s), size_max), 0U) << "there is none";
  queue.push(segment("hello", 1s, 2s));
  EXPECT_EQ(queue.append_to_last("world", at(1s), size_max), 3U);
  EXPECT_EQ(queue.append_to_last("ld", at(1s), size_max), 0U) << "it is full";
  queue.push(segment("a", 1s, 2s));
  EXPECT_EQ(queue.append_to_last("b", at(1500ms), size_max), 0U) << "of another instant";
  queue.push(control(Control::end, 2s));
  EXPECT_EQ(queue.append_to_last("b", at(0s), size_max), 0U) << "nothing follows an end";
  EXPECT_EQ(take(2s).bytes, "hellowora");
}

TEST_F(SegmentQueueTest, WhatHasArrivedComesAsOneRun) {
  queue.push(segment("a", 0s, 1s));
  queue.push(segment("b", 0s, 2s));
  queue.push(segment("c", 0s, 3s));
  EXPECT_EQ(take(500ms).bytes, "");
  EXPECT_EQ(take(2s).bytes, "ab");
  EXPECT_EQ(take(3s).bytes, "c");
  EXPECT_TRUE(queue.empty());
}

TEST_F(SegmentQueueTest, NothingArrivesBeforeALostOneThatIsSentAgain) {
  Segment lost = segment("a", 0s, 1s);
  lost.lost = true;
  queue.push(lost);
  queue.push(segment("b", 0s, 1s));
  EXPECT_EQ(take(5s).bytes, "");
  queue.resend(at(6s));
  EXPECT_EQ(take(5s).bytes, "");
  EXPECT_EQ(take(6s).bytes, "ab");
}

TEST_F(SegmentQueueTest, AControlEndsWhatArrivesTogether) {
  queue.push(control(Control::established, 1s));
  queue.push(segment("a", 0s, 1s));
  queue.push(control(Control::end, 1s));
  const Arrival first = take(1s);
  EXPECT_EQ(first.control, Control::established);
  EXPECT_EQ(first.bytes, "") << "the process is told of the connection before any bytes";
  const Arrival second = take(1s);
  EXPECT_EQ(second.control, Control::end);
  EXPECT_EQ(second.bytes, "a");
}

TEST_F(SegmentQueueTest, CountsWhatWasHeldBackAndMetTheNext) {
  Segment held = segment("a", 0s, 1s);
  held.waited = true;
  queue.push(held);
  queue.push(segment("b", 0s, 1s));
  queue.push(segment("c", 0s, 1s));
  const Arrival all = take(1s);
  EXPECT_EQ(all.bytes, "abc");
  EXPECT_EQ(all.merged, 2U);
}

TEST_F(SegmentQueueTest, HastensOrDropsWhatWouldBeLate) {
  queue.push(segment("a", 0s, 1s));
  queue.push(segment("b", 0s, 5s));
  queue.push(segment("c", 0s, 9s));
  queue.drop_later_than(at(5s));
  queue.hasten(at(2s));
  EXPECT_EQ(take(1s).bytes, "a");
  EXPECT_EQ(take(2s).bytes, "b");
  EXPECT_TRUE(queue.empty());
}

TEST_F(SegmentQueueTest, AnEndAloneIsNoNews) {
  EXPECT_FALSE(queue.holds_news());
  queue.push(control(Control::end, 1s));
  EXPECT_FALSE(queue.holds_news());
  queue.push(control(Control::established, 1s));
  EXPECT_TRUE(queue.holds_news());
}

}  // namespace
}  // namespace noex::sim
