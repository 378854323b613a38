// The line as a terminal shows it, at every width: nothing hidden, nothing left over, the cursor
// where the next character goes.

#include "chat/line_view.h"

#include <algorithm>
#include <clocale>

#include <gtest/gtest.h>

#include "chat/line_editor.h"
#include "noex/transport/base/random.h"
#include "tests/screen/emulator.h"

namespace noex::chat {
namespace {

using tests::Emulator;

constexpr int rows = 24;
const std::u32string prompt = U"> ";

class LineViewTest : public ::testing::TestWithParam<int> {
 protected:
  LineViewTest() { std::setlocale(LC_CTYPE, "C.UTF-8"); }

  // What is shown is the line, or as much of it as the screen has room for, and nothing else.
  static void expect_line(const Emulator& screen, int columns, const std::u32string& text,
                          std::size_t cursor) {
    std::u32string expected = U">";
    for (const char32_t c : text) expected += width_of(c) > columns ? U'?' : c;
    const std::u32string seen = screen.seen();
    EXPECT_NE(expected.find(seen), std::u32string::npos)
        << columns << " columns: " << encoded(seen) << " of " << encoded(expected);
    if ((2 * text.size() + 2) / static_cast<std::size_t>(columns) + 2 < rows / 2) {
      EXPECT_EQ(encoded(seen), encoded(expected)) << columns << " columns";
    }
    const bool at_end = cursor == text.size();
    const char32_t next = at_end ? 0 : expected[cursor + 1];
    EXPECT_TRUE(screen.under_cursor() == next || (at_end && screen.under_cursor() == U' '))
        << columns << " columns, cursor " << cursor << " of " << encoded(text) << ": "
        << encoded(seen);
  }
};

INSTANTIATE_TEST_SUITE_P(AtWidth, LineViewTest, ::testing::Range(1, 201));

TEST_P(LineViewTest, InsertsWideCharactersInTheMiddle) {
  const int columns = GetParam();
  Emulator screen(rows, columns);
  LineView view;
  screen.feed(view.resize({rows, columns}));
  std::u32string text;
  screen.feed(view.draw(prompt, text, 0));
  for (const char32_t c : std::u32string(U"한글中文日本語ABC")) {
    text.push_back(c);
    screen.feed(view.draw(prompt, text, text.size()));
    expect_line(screen, columns, text, text.size());
  }
  for (std::size_t cursor = text.size(); cursor-- > 0;) {
    screen.feed(view.draw(prompt, text, cursor));
    expect_line(screen, columns, text, cursor);
  }
  for (const char32_t c : std::u32string(U"x語y")) {
    text.insert(text.begin() + 4, c);
    screen.feed(view.draw(prompt, text, 5));
    expect_line(screen, columns, text, 5);
  }
}

TEST_P(LineViewTest, FollowsAnyEditing) {
  const int columns = GetParam();
  Random random(static_cast<std::uint64_t>(columns));
  Emulator screen(rows, columns);
  LineView view;
  screen.feed(view.resize({rows, columns}));
  constexpr std::u32string_view characters = U"abcdefgh한글中文日本語🙂";
  std::u32string text;
  for (int step = 0; step < 120; ++step) {
    const std::size_t at = random.below(text.size() + 1);
    if (random.below(3) > 0) {
      for (std::uint64_t n = random.below(12); n > 0; --n) {
        text.insert(text.begin() + static_cast<std::ptrdiff_t>(at),
                    characters[random.below(characters.size())]);
      }
    } else {
      text.erase(at, random.below(8));
    }
    const std::size_t cursor = random.below(text.size() + 1);
    screen.feed(view.draw(prompt, text, cursor));
    expect_line(screen, columns, text, cursor);
    if (HasFailure()) return;
  }
}

TEST_P(LineViewTest, SurvivesAWindowThatChanges) {
  const int columns = GetParam();
  const std::u32string text = U"0123456789한글中文日本語ABCdefghijklmnopqrstuvwxyz";
  for (const int other : {1, 2, 3, 7, 10, 19, 20, 33, 60, 61, 80, 200}) {
    for (const std::size_t cursor : {std::size_t{0}, std::size_t{12}, text.size()}) {
      Emulator screen(rows, columns);
      LineView view;
      screen.feed(view.resize({rows, columns}));
      screen.feed(view.draw(prompt, text, cursor));
      screen.resize(rows, other);
      screen.feed(view.resize({rows, other}));
      screen.feed(view.draw(prompt, text, cursor));
      const std::string answer = screen.answers();
      if (!answer.empty()) {
        const int column = std::stoi(answer.substr(answer.find(';') + 1)) - 1;
        if (view.on_column(column)) screen.feed(view.erase());
        screen.feed(view.draw(prompt, text, cursor));
      }
      std::u32string expected = U">";
      for (const char32_t c : text) expected += width_of(c) > other ? U'?' : c;
      const std::u32string seen = screen.seen();
      const char32_t next = cursor == text.size() ? 0 : expected[cursor + 1];
      const char32_t under = screen.under_cursor();
      EXPECT_TRUE(under == next || (next == 0 && under == U' '))
          << columns << " to " << other << " columns, cursor " << cursor << ": " << encoded(seen);
      if (other >= 10) {
        EXPECT_NE(seen.find(expected), std::u32string::npos)
            << columns << " to " << other << " columns: " << encoded(seen);
      }
    }
  }
}

}  // namespace
}  // namespace noex::chat
