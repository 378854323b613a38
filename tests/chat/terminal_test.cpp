// The parts of the terminal that need none; the rest is in tests/e2e.

#include "chat/terminal.h"

#include <gtest/gtest.h>

#include "chat/piped_input.h"

namespace noex::chat {
namespace {

TEST(WholeKeys, KeepsBackTheBeginningOfAKey) {
  EXPECT_EQ(whole_keys("abc"), 3u);
  EXPECT_EQ(whole_keys("a\x1b"), 1u);
  EXPECT_EQ(whole_keys("a\x1b["), 1u);
  EXPECT_EQ(whole_keys("a\x1b[1;5"), 1u);
  EXPECT_EQ(whole_keys("a\x1b[1;5D"), 7u);
  EXPECT_EQ(whole_keys("\x1bOA"), 3u);
  EXPECT_EQ(whole_keys("\x1b"
                       "b"),
            2u);
  EXPECT_EQ(whole_keys("a\xc3"), 1u);
  EXPECT_EQ(whole_keys("a\xc3\xa9"), 3u);
  EXPECT_EQ(whole_keys("\xff\xff"), 2u);
}

TEST(Coloured, TellsApartWhoCameAndWhatWasSaid) {
  EXPECT_EQ(coloured("Node joined: a@127.0.0.1:1"), "\x1b[33mNode joined: a@127.0.0.1:1\x1b[0m");
  EXPECT_EQ(coloured("[10:30:15] [r] * Bob joined"), "\x1b[2m[10:30:15] [r] * Bob joined\x1b[0m");
  EXPECT_EQ(coloured("[10:30:15] [r] Bob: a [list] * item"),
            "[10:30:15] [r] \x1b[31mBob\x1b[0m: a [list] * item");
  EXPECT_EQ(coloured("[10:30:15] [r] Bob: Node left: x"),
            "[10:30:15] [r] \x1b[31mBob\x1b[0m: Node left: x");
  for (const char* line : {"Left room \"r\".", ""}) EXPECT_EQ(coloured(line), line);
}

TEST(PipedInput, CutsLinesFromAnyChunking) {
  PipedInput input;
  input.on_bytes("/name A");
  EXPECT_EQ(input.next(), std::nullopt);
  input.on_bytes("lice\n\nhello\nlast");
  EXPECT_EQ(input.next(), "/name Alice");
  EXPECT_EQ(input.next(), "");
  EXPECT_EQ(input.next(), "hello");
  EXPECT_EQ(input.next(), std::nullopt);
  EXPECT_FALSE(input.finished());
  input.on_end();
  EXPECT_EQ(input.next(), "last");
  EXPECT_TRUE(input.finished());
}

TEST(PipedInput, BoundsLinesAndTheirNumber) {
  PipedInput input;
  for (int i = 0; i < 100; ++i) input.on_bytes(std::string(10'000, 'x'));
  input.on_bytes("\n");
  EXPECT_EQ(input.next()->size(), 64u * 1024);
  EXPECT_TRUE(input.wants_bytes());
  input.on_bytes(std::string(1000, '\n'));
  EXPECT_FALSE(input.wants_bytes());
  EXPECT_TRUE(input.next());
  EXPECT_TRUE(input.wants_bytes());
}

}  // namespace
}  // namespace noex::chat
