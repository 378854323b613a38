#include "noex/runtime/message/message.h"

#include <memory>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

namespace noex {
namespace {

struct Post {
  static constexpr auto wire_name = "test:post";
  std::string user, text;
};
struct Renamed {
  static constexpr auto wire_name = "test:post";
  std::string author, words;
};
struct Other {
  static constexpr auto wire_name = "test:post";
  std::string user;
  std::uint32_t number = 0;
};
struct Call {
  static constexpr auto wire_name = "test:post";
  using reply = Done;
  std::string user, text;
};
struct Grew {
  static constexpr auto wire_name = "test:post";
  static constexpr std::size_t wire_fields = 2;
  std::string user, text;
  std::uint32_t number = 5;
};

static_assert(CastMessage<Post> && !CallMessage<Post>);
static_assert(CallMessage<Call> && !CastMessage<Call>);
static_assert(!Message<std::string> && !Message<Done>);
static_assert(Grown<Grew> && !Grown<Post>);

// A value on its way out is somebody's, who keeps it so long.
static_assert(std::is_constructible_v<OutgoingCopy<Post>, const Post&>);
static_assert(!std::is_constructible_v<OutgoingCopy<Post>, Post>);
static_assert(!std::is_constructible_v<OutgoingCopy<Post>, const Post>);
static_assert(!std::is_constructible_v<OutgoingValue<Post>, Post>);

TEST(Messages, AreKnownByTheirNameAndTheirShape) {
  EXPECT_EQ(type_id<Post>(), type_id<Renamed>());
  EXPECT_EQ(type_id<Post>(), type_id<Grew>());
  EXPECT_NE(type_id<Post>(), type_id<Other>());
  EXPECT_NE(type_id<Post>(), type_id<Call>());
}

template <class From, class To>
Body read_as(const From& sent, To& received, std::string_view behind = {}) {
  Bytes bytes;
  Writer writer(bytes);
  encode_body(writer, sent);
  bytes += behind;
  Decoder decoder(bytes);
  return decode_body(decoder, received);
}

TEST(Messages, OfEveryAgeAreWhole) {
  Grew now;
  EXPECT_EQ(read_as(Post{"ann", "hi"}, now), Body::whole);
  EXPECT_EQ(now.text, "hi");
  EXPECT_EQ(now.number, 5U) << "its default";
  EXPECT_EQ(read_as(Grew{"ann", "hi", 7}, now), Body::whole);
  EXPECT_EQ(now.number, 7U);
  Post before;
  EXPECT_EQ(read_as(Grew{"ann", "ho", 7}, before), Body::whole);
  EXPECT_EQ(before.text, "ho");
  EXPECT_EQ(read_as(Post{"ann", "hi"}, before, "junk"), Body::malformed);
}

TEST(Messages, AreMovedOrCopiedIntoABox) {
  Post post{"ann", "a text that is too long for a string to hold it within itself"};
  const Post same = post;
  const auto copy = OutgoingCopy<Post>(post).box();
  EXPECT_EQ(static_cast<Box<Post>&>(*copy).value.text, same.text);
  EXPECT_EQ(post.text, same.text);
  const auto moved = OutgoingValue<Post>(post).box();
  EXPECT_EQ(static_cast<Box<Post>&>(*moved).value.text, same.text);
  EXPECT_TRUE(post.text.empty());
}

}  // namespace
}  // namespace noex
