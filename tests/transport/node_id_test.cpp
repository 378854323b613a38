#include "noex/transport/node_id.h"

#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace noex {
namespace {

TEST(NodeId, ParsesWhatPeopleType) {
  const auto plain = parse_node_id("node1@127.0.0.1:4369");
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(*plain, NodeId("node1", "127.0.0.1", 4369));
  const auto ipv6 = parse_node_id("a-b_C9@[fe80::1%eth0]:1");
  ASSERT_TRUE(ipv6.has_value());
  EXPECT_EQ(*ipv6, NodeId("a-b_C9", "fe80::1%eth0", 1));
  EXPECT_EQ(ipv6->text(), "a-b_C9@[fe80::1%eth0]:1");
  EXPECT_TRUE(parse_node_id("n@chat-1.example.org:65535").has_value());
}

TEST(NodeId, RefusesWhatIsNoId) {
  for (const std::string text : {"",
                                 "node1",
                                 "node1@host",
                                 "@host:1",
                                 "node1@:1",
                                 "node1@host:",
                                 "node1@host:0",
                                 "node1@host:65536",
                                 "node1@host:1x",
                                 "node1@host:-1",
                                 "1node@host:1",
                                 "no de@host:1",
                                 "node@ho st:1",
                                 "node@::1:4369",
                                 "node@[::1:4369",
                                 "node@[]:1",
                                 "n\xc3\xa4@host:1",
                                 "node1@host:+1",
                                 "node1@host: 1",
                                 "a@b@c:1"}) {
    const auto result = parse_node_id(text);
    ASSERT_FALSE(result.has_value()) << text;
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(result.error().detail.find("one looks like"), std::string::npos);
  }
}

TEST(NodeId, NamesAreBounded) {
  EXPECT_TRUE(is_node_name(std::string(name_chars_max, 'a')));
  EXPECT_FALSE(is_node_name(std::string(name_chars_max + 1, 'a')));
  EXPECT_FALSE(is_node_name(""));
  EXPECT_FALSE(is_node_name("_a"));
  const std::string host(host_chars_max, 'h');
  EXPECT_TRUE(parse_node_id("a@" + host + ":1").has_value());
  EXPECT_FALSE(parse_node_id("a@" + host + "h:1").has_value());
}

rc::Gen<NodeId> any_node_id() {
  const auto letters = rc::gen::element('a', 'Z', 'm');
  const auto more = rc::gen::container<std::string>(rc::gen::element('a', 'Z', '0', '_', '-'));
  const auto host = rc::gen::element<std::string>("127.0.0.1", "::1", "fe80::2%lo", "a.b-c", "H");
  return rc::gen::apply(
      [](char first, const std::string& rest, const std::string& where, std::uint16_t port) {
        return NodeId(first + rest.substr(0, name_chars_max - 1), where, port);
      },
      letters, more, host, rc::gen::inRange<std::uint16_t>(1, 65535));
}

RC_GTEST_PROP(NodeId, TextAndBytesGiveTheSameId, ()) {
  const NodeId id = *any_node_id();
  const auto parsed = parse_node_id(id.text());
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(*parsed == id);
  Bytes bytes;
  Writer writer(bytes);
  id.encode_to(writer);
  Reader reader(bytes);
  NodeId decoded;
  decoded.decode_from(reader);
  RC_ASSERT(reader.complete());
  RC_ASSERT(decoded == id);
}

// The decoder accepts exactly what the parser would.
RC_GTEST_PROP(NodeId, DecodedIdsAreValid, ()) {
  const auto bytes = *rc::gen::container<std::string>(
      rc::gen::element('\0', '\1', '\2', 'a', ':', '@', ' ', '\x7f', '\xff'));
  Reader reader(bytes);
  NodeId id;
  id.decode_from(reader);
  RC_ASSERT((reader.failed() ? id.empty() : parse_node_id(id.text()).has_value()));
}

// What a map of nodes is ordered by decides what a node does first.
RC_GTEST_PROP(NodeId, IsOrderedByNameHostAndPort, ()) {
  const auto text = [](std::size_t size_max) {
    return rc::gen::mapcat(rc::gen::inRange<std::size_t>(0, size_max), [](std::size_t size) {
      return rc::gen::container<std::string>(size, rc::gen::element('\0', 'a', 'b', '\xff'));
    });
  };
  // Names that agree for long, around the length of the head.
  const auto beginning = *rc::gen::element<std::string>("", "aaaaaaa", "aaaaaaaa", "aaaaaaaaaa");
  using Parts = std::tuple<std::string, std::string, std::uint16_t>;
  const auto draw = [&] {
    const auto name = *text(3);
    const auto host = *text(2);
    return Parts{beginning + name, host, *rc::gen::element<std::uint16_t>(1, 2)};
  };
  const Parts a = draw();
  const Parts b = draw();
  const auto id = [](const Parts& parts) { return std::make_from_tuple<NodeId>(parts); };
  RC_ASSERT((id(a) <=> id(b)) == (a <=> b));
  RC_ASSERT((id(a) == id(b)) == (a == b));
}

RC_GTEST_PROP(NodeId, ParserSurvivesGarbage, ()) {
  const auto text = *rc::gen::container<std::string>(
      rc::gen::element('a', '@', ':', '[', ']', '1', '0', '.', ' ', '\xff'));
  const auto parsed = parse_node_id(text);
  if (!parsed) return;
  const auto again = parse_node_id(parsed->text());
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == *parsed);
}

// What a temporary is asked for outlives it.
static_assert(!std::is_reference_v<decltype(NodeId().name())>);
static_assert(!std::is_reference_v<decltype(NodeId().host())>);
static_assert(std::is_reference_v<decltype(std::declval<const NodeId&>().name())>);

}  // namespace
}  // namespace noex
