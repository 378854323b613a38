#include "noex/transport/frame.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace noex {
namespace {

struct Owned {
  Lane lane = Lane::data;
  bool more = false;
  Bytes payload;

  bool operator==(const Owned&) const = default;
};

// All frames of `stream`, pushed in chunks of these sizes (the last one repeats).
std::vector<Owned> decode(FrameDecoder& decoder, ByteView stream, std::vector<std::size_t> chunks) {
  std::vector<Owned> frames;
  std::size_t which = 0;
  while (!stream.empty()) {
    const std::size_t size = std::min(stream.size(), chunks[std::min(which++, chunks.size() - 1)]);
    const Bytes chunk(stream.substr(0, size));  // its own memory, so that ASan sees stale views
    stream.remove_prefix(size);
    decoder.push(chunk);
    while (const auto frame = decoder.next()) {
      frames.push_back(Owned{frame->lane, frame->more, Bytes(frame->payload)});
    }
  }
  return frames;
}

Bytes header(std::uint32_t word) {
  Bytes out;
  Writer(out).u32(word);
  return out;
}

FrameDecoder established() {
  FrameDecoder decoder;
  decoder.set_established();
  return decoder;
}

void expect_malformed(FrameDecoder decoder, const Bytes& bytes) {
  EXPECT_TRUE(decode(decoder, bytes, {1}).empty());
  EXPECT_TRUE(decoder.malformed());
  EXPECT_FALSE(decoder.error().empty());
  decoder.push("\x01");
  EXPECT_FALSE(decoder.next().has_value()) << "dead for good";
}

TEST(FrameEncoder, WritesTheDocumentedBytes) {
  Bytes out;
  append_control_frame(out, "ab");
  append_data_frames(out, "c");
  EXPECT_EQ(out, std::string("\x02\x00\x00\x01"
                             "ab\x01\x00\x00\x00"
                             "c",
                             11));
}

TEST(FrameEncoder, CutsOnlyWhatIsTooLarge) {
  for (const std::size_t size : {std::size_t{1}, frame_payload_max - 1, frame_payload_max,
                                 frame_payload_max + 1, 3 * frame_payload_max}) {
    Bytes out;
    append_data_frames(out, Bytes(size, 'x'));
    EXPECT_EQ(out.size(), framed_bytes(size));
    auto decoder = established();
    const auto frames = decode(decoder, out, {out.size()});
    ASSERT_EQ(frames.size(), (size + frame_payload_max - 1) / frame_payload_max);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      EXPECT_EQ(frames[i].more, i + 1 < frames.size());
    }
  }
}

TEST(FrameEncoder, WholeFramesEndBetweenTwo) {
  Bytes out;
  append_data_frames(out, "one");
  append_data_frames(out, "three");
  EXPECT_EQ(whole_frames(out, 6), 0U);
  EXPECT_EQ(whole_frames(out, 7), 7U);
  EXPECT_EQ(whole_frames(out, 15), 7U);
  EXPECT_EQ(whole_frames(out, 16), 16U);
  EXPECT_EQ(whole_frames(out, 1000), 16U);
}

TEST(FrameDecoder, GivesViewsIntoTheChunk) {
  Bytes stream;
  append_data_frames(stream, "hello");
  append_data_frames(stream, "world");
  FrameDecoder decoder;
  decoder.push(stream);
  const auto first = decoder.next();
  const auto second = decoder.next();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->payload.data(), stream.data() + frame_header_bytes);
  EXPECT_EQ(second->payload, "world");
  EXPECT_EQ(second->payload.data(), stream.data() + 9 + frame_header_bytes);
}

TEST(FrameDecoder, RejectsLengthOverLimit) {
  expect_malformed(established(), header(frame_payload_max + 1));
  expect_malformed(established(), header(0x00ffffff));
  expect_malformed(FrameDecoder(), header(handshake_payload_max + 1));
}

TEST(FrameDecoder, RejectsEmptyFramesAndUnknownFlags) {
  expect_malformed(established(), header(0));
  for (int bit = 2; bit < 8; ++bit) expect_malformed(established(), header(1 | 1U << (24 + bit)));
  expect_malformed(established(), header(1 | 3U << 24));
}

TEST(FrameDecoder, KnowsTheFirstBytesOfWhoEncrypts) {
  for (const ByteView bytes :
       {ByteView("\x16\x03\x01\x00\xf4", 5), ByteView("\x15\x03\x03\x00", 4)}) {
    FrameDecoder decoder;
    decoder.push(bytes);
    EXPECT_FALSE(decoder.next());
    EXPECT_TRUE(decoder.malformed());
    EXPECT_TRUE(decoder.speaks_tls());
  }
  FrameDecoder other;
  other.push(ByteView("\x16\x04\x01\x00", 4));
  EXPECT_FALSE(other.next());
  EXPECT_TRUE(other.malformed());
  EXPECT_FALSE(other.speaks_tls());
}

TEST(FrameDecoder, RejectsHttp) {
  expect_malformed(FrameDecoder(), "GET / HTTP/1.1\r\n\r\n");
}

TEST(FrameDecoder, LimitGrowsBetweenTwoFramesOfAChunk) {
  Bytes stream;
  append_control_frame(stream, "ready");
  append_data_frames(stream, Bytes(60'000, 'x'));
  FrameDecoder decoder;
  decoder.push(stream);
  ASSERT_TRUE(decoder.next().has_value());
  decoder.set_established();
  const auto large = decoder.next();
  ASSERT_TRUE(large.has_value());
  EXPECT_EQ(large->payload.size(), 60'000U);
}

RC_GTEST_PROP(FrameDecoder, GivesBackWhatWasEncodedInAnyChunking, ()) {
  const auto sizes = *rc::gen::container<std::vector<std::size_t>>(
      rc::gen::oneOf(rc::gen::inRange<std::size_t>(1, 40),
                     rc::gen::inRange<std::size_t>(1, frame_payload_max + 1)));
  Bytes stream;
  std::vector<Owned> expected;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const Bytes payload(sizes[i], static_cast<char>('a' + i % 26));
    const bool control = i % 3 == 0;
    if (control) append_control_frame(stream, payload);
    if (!control) append_data_frames(stream, payload);
    expected.push_back(Owned{control ? Lane::control : Lane::data, false, payload});
  }
  auto chunks = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::size_t>>(rc::gen::oneOf(
      rc::gen::inRange<std::size_t>(1, 8), rc::gen::inRange<std::size_t>(1, 100'000))));
  if (stream.size() > 10'000) chunks.push_back(5'000);  // not a million pushes of a byte
  auto decoder = established();
  RC_ASSERT(decode(decoder, stream, chunks) == expected);
  RC_ASSERT(!decoder.malformed());
}

RC_GTEST_PROP(FrameDecoder, SurvivesGarbage, ()) {
  const auto garbage = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  const auto size = *rc::gen::inRange<std::size_t>(1, 9);
  FrameDecoder decoder;
  for (const auto& frame : decode(decoder, garbage, {size})) {
    RC_ASSERT(!frame.payload.empty() && frame.payload.size() <= handshake_payload_max);
  }
}

// What the decoder makes of a stream does not depend on how it is cut.
RC_GTEST_PROP(FrameDecoder, ChunkingChangesNothing, ()) {
  const auto bytes =
      *rc::gen::container<std::string>(rc::gen::element('\0', '\1', '\2', '\3', 'x'));
  const auto size = *rc::gen::inRange<std::size_t>(1, 9);
  FrameDecoder whole;
  FrameDecoder cut;
  const auto expected = decode(whole, bytes, {bytes.size() + 1});
  RC_ASSERT(decode(cut, bytes, {size}) == expected);
  RC_ASSERT(cut.malformed() == whole.malformed());
}

TEST(MessageAssembler, JoinsFragmentsAndPassesWholeOnesThrough) {
  MessageAssembler assembler(100);
  EXPECT_EQ(assembler.add(Frame{Lane::data, true, "ab"}), std::nullopt);
  EXPECT_EQ(assembler.add(Frame{Lane::data, true, "cd"}), std::nullopt);
  EXPECT_EQ(assembler.add(Frame{Lane::data, false, "e"}), "abcde");
  const Bytes whole = "whole";
  const auto passed = assembler.add(Frame{Lane::data, false, whole});
  ASSERT_TRUE(passed.has_value());
  EXPECT_EQ(passed->data(), whole.data());
  EXPECT_EQ(assembler.add(Frame{Lane::data, true, "x"}), std::nullopt);
  EXPECT_EQ(assembler.add(Frame{Lane::data, false, "y"}), "xy");
}

TEST(MessageAssembler, RejectsWhatIsOverTheLimit) {
  MessageAssembler exact(4);
  EXPECT_EQ(exact.add(Frame{Lane::data, true, "ab"}), std::nullopt);
  EXPECT_EQ(exact.add(Frame{Lane::data, false, "cd"}), "abcd");
  MessageAssembler over(4);
  EXPECT_EQ(over.add(Frame{Lane::data, true, "abc"}), std::nullopt);
  EXPECT_EQ(over.add(Frame{Lane::data, false, "de"}), std::nullopt);
  EXPECT_TRUE(over.malformed());
  EXPECT_EQ(over.add(Frame{Lane::data, false, "x"}), std::nullopt) << "dead for good";
}

}  // namespace
}  // namespace noex
