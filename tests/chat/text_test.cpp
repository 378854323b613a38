// Names that look alike are one name, or none.

#include "chat/text.h"

#include <gtest/gtest.h>

#include "chat/line.h"

namespace noex::chat {
namespace {

TEST(IsName, RefusesWhatCannotBeSeen) {
  // A zero-width space, joiners, a soft hyphen, fillers, Braille's blank, variation selectors,
  // tags, the byte order mark, Mongolian separators, invisible operators, noncharacters, private
  // use.
  for (const char32_t c :
       {0x200bU, 0x200cU,  0x200dU,  0x00adU,  0x115fU,  0x1160U, 0x3164U, 0xffa0U,  0x2800U,
        0xfe0fU, 0xfe00U,  0xe0100U, 0xe0041U, 0xfeffU,  0x180eU, 0x180bU, 0x2061U,  0x2064U,
        0x2065U, 0x034fU,  0x17b4U,  0x1d159U, 0x1d173U, 0xfffcU, 0xfffeU, 0x1ffffU, 0xfdd0U,
        0xe000U, 0xf0000U, 0x2000U,  0x3000U,  0x00a0U,  0x202fU, 0x2028U, 0x0600U,  0xe0fffU}) {
    std::string inside = "Al";
    append_character(inside, c);
    std::string alone;
    append_character(alone, c);
    EXPECT_FALSE(is_name(inside)) << "Al, then U+" << std::hex << static_cast<unsigned>(c);
    EXPECT_FALSE(is_name(inside + "ice")) << std::hex << static_cast<unsigned>(c);
    EXPECT_FALSE(is_name(alone)) << std::hex << static_cast<unsigned>(c);
    EXPECT_FALSE(parse_line("/name " + inside + "ice")) << std::hex << static_cast<unsigned>(c);
  }
}

TEST(IsName, TakesWhatPeopleWriteWith) {
  for (const char* name : {"Alice", "J\u00fcrgen", "한글中文日本語", "हिन्दी", "ไทย", "עברית",
                           "O'Neil-2", "a*/b", "🙂", "x\u0323\u0304"}) {
    EXPECT_TRUE(is_name(composed(name))) << name;
  }
}

TEST(IsName, ComposesWhatLooksTheSame) {
  const std::string apart = "Rene\u0301";
  const std::string together = "Ren\u00e9";
  EXPECT_FALSE(is_name(apart)) << "a room would hold two that look the same";
  EXPECT_TRUE(is_name(together));
  const auto command = parse_line("/name " + apart);
  ASSERT_TRUE(command);
  EXPECT_EQ(command->argument, together);
  EXPECT_FALSE(is_name("\u0301e")) << "it would stand on what is in front of the name";
}

}  // namespace
}  // namespace noex::chat
