#include "chat/line.h"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "chat/text.h"

namespace noex::chat {
namespace {

Command command(std::string_view word, std::string argument = {}, std::string node = {}) {
  const CommandRow* row = find_command(word);
  EXPECT_NE(row, nullptr) << word;
  return Command{.row = row, .argument = std::move(argument), .node = std::move(node)};
}

TEST(ParseLine, KnowsEveryCommand) {
  EXPECT_EQ(parse_line("/help"), command("/help"));
  EXPECT_EQ(parse_line("/name Alice"), command("/name", "Alice"));
  EXPECT_EQ(parse_line("/create general"), command("/create", "general"));
  EXPECT_EQ(parse_line("/create general on node2"), command("/create", "general", "node2"));
  EXPECT_EQ(parse_line("/join general"), command("/join", "general"));
  EXPECT_EQ(parse_line("/leave"), command("/leave"));
  EXPECT_EQ(parse_line("/msg hello there"), command("/msg", "hello there"));
  EXPECT_EQ(parse_line("/me waves twice"), command("/me", "waves twice"));
  EXPECT_EQ(parse_line("/users"), command("/users"));
  EXPECT_EQ(parse_line("/rooms"), command("/rooms"));
  EXPECT_EQ(parse_line("/nodes"), command("/nodes"));
  EXPECT_EQ(parse_line("/quit"), command("/quit"));
}

TEST(ParseLine, TakesPlainTextAsAMessage) {
  EXPECT_EQ(parse_line("  hello  there \r\n"), command("/msg", "hello  there"));
  EXPECT_EQ(parse_line("  "), Command{});
}

TEST(ParseLine, SaysHowACommandIsUsed) {
  EXPECT_EQ(parse_line("/name").error(), "Usage: /name <username>");
  EXPECT_EQ(parse_line("/name two words").error(), "Usage: /name <username>");
  EXPECT_EQ(parse_line("/create").error(), "Usage: /create <room> [on <node>]");
  EXPECT_EQ(parse_line("/create r at node2").error(), "Usage: /create <room> [on <node>]");
  EXPECT_EQ(parse_line("/join").error(), "Usage: /join <room>");
  EXPECT_EQ(parse_line("/msg").error(), "Usage: /msg <text>");
  EXPECT_EQ(parse_line("/foo bar").error(),
            "Unknown command: /foo. Type /help for available commands.");
}

TEST(ParseLine, SaysWhichNamesAreAllowed) {
  EXPECT_EQ(parse_line("/name a:b").error(),
            "A username has 1 to 64 characters: no white space, no control or direction "
            "characters, none that cannot be seen, no \":\", no \"/\" or \"*\" at the beginning.");
  EXPECT_EQ(parse_line("/create *").error(),
            "A room name has 1 to 64 characters: no white space, no control or direction "
            "characters, none that cannot be seen, no \":\", no \"/\" or \"*\" at the beginning.");
}

TEST(ParseLine, BoundsAMessage) {
  EXPECT_TRUE(parse_line(std::string(4096, 'x')));
  EXPECT_EQ(parse_line(std::string(4097, 'x')).error(),
            "A message has at most 4096 bytes; this one has 4097.");
  EXPECT_FALSE(parse_line("\xe2\x80\xae"));
  EXPECT_FALSE(parse_line("caf\xe9"));
}

TEST(ParseLine, ShortensWhatItQuotes) {
  EXPECT_LT(parse_line("/" + std::string(100'000, 'x')).error().size(), 200u);
}

TEST(IsName, CountsCharactersNotBytes) {
  std::string name;
  for (int i = 0; i < 64; ++i) name += "\xf0\x9f\xa6\x80";
  EXPECT_TRUE(is_name(name));
  EXPECT_FALSE(is_name(name + "x"));
  EXPECT_TRUE(is_name("J\xc3\xbcrgen"));
}

TEST(IsName, RefusesWhatCouldDisguise) {
  for (const char* name : {"", "a b", "a\tb",
                           "a\xc2\xa0"
                           "b",
                           "a:b", "/a", "*a",
                           "\xe2\x80\xae"
                           "abc",
                           "a\x1b[2J",
                           "a\xc2\x9b"
                           "b",
                           "\xff", "a\xe2\x80\x8b"}) {
    EXPECT_FALSE(is_name(name)) << visible(name);
  }
}

TEST(TakeCharacter, RefusesWhatIsNoUtf8) {
  for (const char* text : {"\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                           "\xf8\x88\x80\x80\x80", "\xe2\x82"}) {
    std::string_view view = text;
    EXPECT_EQ(take_character(view), std::nullopt);
    EXPECT_EQ(view, text);
  }
}

// Bytes of which many are special to a terminal or to UTF-8.
rc::Gen<std::string> bytes() {
  const auto special = rc::gen::element<char>('\x1b', '\n', '\xe2', '\x80', '\xae', '\xc2', '\x9b',
                                              '/', ' ', '\x7f', '\0');
  return rc::gen::container<std::string>(
      rc::gen::oneOf(rc::gen::arbitrary<char>(), special, rc::gen::inRange<char>('a', 'z')));
}

RC_GTEST_PROP(Visible, IsHarmlessUtf8WhateverComesIn, ()) {
  const std::string shown = visible(*bytes());
  RC_ASSERT(is_utf8(shown));
  RC_ASSERT(visible(shown) == shown);
  for (std::string_view rest = shown; !rest.empty();) {
    const char32_t c = *take_character(rest);
    RC_ASSERT(c >= 0x20 && (c < 0x7f || c >= 0xa0));
    RC_ASSERT(!(c >= 0x202a && c <= 0x202e) && !(c >= 0x2066 && c <= 0x2069));
  }
}

RC_GTEST_PROP(ParseLine, IsTotalAndGivesOnlyWhatRoomsAllow, ()) {
  const std::string line = *bytes();
  const auto parsed = parse_line(line);
  if (!parsed) {
    RC_ASSERT(!parsed.error().empty());
    RC_ASSERT(visible(parsed.error()) == parsed.error());
    return;
  }
  if (parsed->row != nullptr && parsed->row->takes == Takes::text) {
    RC_ASSERT(!parsed->argument.empty());
    RC_ASSERT(visible(parsed->argument) == parsed->argument);
    RC_ASSERT(parsed->argument.size() <= message_text_bytes_max);
  }
}

RC_GTEST_PROP(ParseLine, GivesBackAMessageThatIsHarmless, ()) {
  const std::string text(trimmed(visible(*bytes())));
  RC_PRE(!text.empty() && text.front() != '/');
  RC_ASSERT((parse_line(text) == command("/msg", text)));
  RC_ASSERT((parse_line("/msg " + text) == command("/msg", text)));
}

RC_GTEST_PROP(ParseLine, TakesEveryNameThatIsOne, ()) {
  const std::string name = *bytes();
  const auto parsed = parse_line("/join x" + name);
  const bool plain = is_name("x" + name);
  if (plain) RC_ASSERT((parsed == command("/join", "x" + name)));
}

}  // namespace
}  // namespace noex::chat
