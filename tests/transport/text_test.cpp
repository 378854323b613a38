#include "noex/transport/base/text.h"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "noex/transport/base/log.h"

namespace noex {
namespace {

rc::Gen<std::string> bytes() {
  return rc::gen::container<std::string>(rc::gen::arbitrary<char>());
}

TEST(VisibleText, DrivesNoTerminalAndForgesNoLine) {
  EXPECT_EQ(visible("a\x1b[2Jb\nc\rd\x7f"), "a^[[2Jb c d^?");
  EXPECT_EQ(visible("\u202eevil\u202c \u0085\u2028x"), "evil   x");
  EXPECT_EQ(visible("\xff\xc3"), "\ufffd\ufffd");
  EXPECT_EQ(visible("\u009b2J"), "2J") << "a C1 control is one, too";
}

TEST(VisibleText, IsCutBetweenCharacters) {
  EXPECT_EQ(visible("0123456789", 10), "0123456789");
  EXPECT_EQ(visible("0123456789a", 10), "0123456...");
  EXPECT_EQ(visible("äöüßäöüß", 10), "äöü...");
  EXPECT_EQ(visible(std::string(100, '\x1b'), 10), "^[^[^[^...");
  EXPECT_EQ(shortened("0123456789a", 10), "0123456...");
  EXPECT_EQ(shortened("ab", 10), "ab");
}

TEST(VisibleText, SaysThatMoreFollowsAlsoWhereNothingWasShown) {
  std::string hidden;
  for (int i = 0; i < 100; ++i) hidden += "\u202e";
  EXPECT_EQ(visible(hidden + "end", 10), "...");
}

RC_GTEST_PROP(VisibleText, IsBoundedCleanAndIdempotent, ()) {
  const std::string text = *bytes();
  const auto most = *rc::gen::inRange<std::size_t>(3, 40);
  const std::string shown = visible(text, most);
  RC_ASSERT(shown.size() <= most);
  RC_ASSERT(is_utf8(shown));
  RC_ASSERT(visible(shown, most) == shown);
  for (std::string_view rest = shown; !rest.empty();) {
    const char32_t c = *take_character(rest);
    RC_ASSERT(!is_control(c) && !is_bidi_format(c));
  }
  if (visible(text).size() <= most && text.size() <= 2 * most) RC_ASSERT(shown == visible(text));
}

class OneLine final : public Log {
 public:
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view text) override { line = text; }
  std::string line;
};

TEST(LogText, WhateverIsToldOfOthersIsVisibleAndBounded) {
  OneLine log;
  log.warning("process {} ended: {}", 7, "x\n2026-01-01 error forged \x1b[2J");
  EXPECT_EQ(log.line, "process 7 ended: x 2026-01-01 error forged ^[[2J");
  log.info("{}", std::string(16 << 20, 'x'));
  EXPECT_EQ(log.line.size(), log_line_bytes_max);
  EXPECT_TRUE(log.line.ends_with("x..."));
}

}  // namespace
}  // namespace noex
