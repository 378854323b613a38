// Typing without a terminal: keys, pastes, the bound, the history, completion.

#include "chat/typing.h"

#include <clocale>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chat/line.h"

namespace noex::chat {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

bool quits(std::string_view line) {
  const auto command = parse_line(line);
  return command && command->row == find_command("/quit");
}

class TypingTest : public ::testing::Test {
 protected:
  TypingTest() {
    std::setlocale(LC_CTYPE, "C.UTF-8");
    auto editor = LineEditor::open(-1);
    TypingEvents events;
    events.on_line = [this](std::string line) { lines_.push_back(std::move(line)); };
    events.on_end = [this] { ended_ = true; };
    events.on_echo = [this](std::string line) { echoes_.push_back(std::move(line)); };
    events.on_hint = [this](std::string line) { hints_.push_back(std::move(line)); };
    events.on_clear_screen = [] {};
    events.names = [] {
      return KnownNames{{"general", "gnu", "日本", "日向"}, {"node1"}, {"Bob"}};
    };
    typing_ = std::make_unique<Typing>(std::move(*editor), std::move(events));
  }
  void type(std::string_view bytes) {
    keys_.add(bytes);
    while (const auto event = keys_.next()) typing_->on_event(*event);
  }
  void paste(std::string_view text) {
    type("\x1b[200~");
    type(text);
    type("\x1b[201~");
  }
  std::string line() const { return encoded(typing_->text()); }

  std::unique_ptr<Typing> typing_;
  KeyReader keys_;
  std::vector<std::string> lines_;
  std::vector<std::string> echoes_;
  std::vector<std::string> hints_;
  bool ended_ = false;
};

TEST_F(TypingTest, GivesFinishedLines) {
  type("hello\r\rworlds\x7f\n");
  EXPECT_THAT(lines_, ElementsAre("hello", "", "world"));
  EXPECT_THAT(echoes_, ElementsAre("> hello", "> ", "> world"));
}

TEST_F(TypingTest, EditsInTheMiddle) {
  type("한글中文日本語ABC\x1b[D\x1b[D\x1b[D\x1b[DX");
  EXPECT_EQ(line(), "한글中文日本X語ABC");
  type("\x01>\x05<");
  EXPECT_EQ(line(), ">한글中文日本X語ABC<");
  type("\x1b[1~\x1b[3~\x1b[F\b\x01\x0b\x19!");
  EXPECT_EQ(line(), "한글中文日本X語ABC!");
}

TEST_F(TypingTest, NoKeyLeavesAnythingBehind) {
  for (int first = 1; first < 0x7f; ++first) {
    for (const std::string& key :
         {std::string(1, static_cast<char>(first)), std::string("\x1b") + static_cast<char>(first),
          std::string("\x1b[") + static_cast<char>(first)}) {
      type(key);
      type("\x1b[200~x\x1b[201~");  // also the way out of what may have begun
    }
  }
  type("\x1b[99~\x1b[1;5Z\x1bOz\x03");
  ended_ = false;
  type("a\x1b[5~b\r");
  EXPECT_EQ(lines_.back(), "ab") << "an unknown key is not text";
}

TEST_F(TypingTest, BoundsTheLineAndSaysSoOnce) {
  for (int i = 0; i < 3; ++i) type(std::string(3000, 'x'));
  EXPECT_EQ(line().size(), line_bytes_max);
  EXPECT_EQ(hints_.size(), 1u);
  type("\x15\x19\x19\x19");  // killed, and put back three times
  EXPECT_EQ(line().size(), line_bytes_max);
  type("\r");
  for (int i = 0; i < 1000; ++i) type("한한");
  EXPECT_EQ(line().size(), line_bytes_max / 3 * 3);
  EXPECT_EQ(hints_.size(), 2u);
}

TEST_F(TypingTest, ClearsAtCtrlCAndLeavesAtTheSecond) {
  type("text\x03");
  EXPECT_EQ(line(), "");
  EXPECT_THAT(hints_, IsEmpty());
  type("\x03");
  EXPECT_THAT(hints_, ElementsAre(HasSubstr("again")));
  type("x\x03\x03");
  EXPECT_FALSE(ended_) << "something was typed in between";
  type("\x03");
  EXPECT_TRUE(ended_);
}

TEST_F(TypingTest, RunsNothingThatWasPasted) {
  paste("/quit\n");
  EXPECT_THAT(lines_, IsEmpty());
  EXPECT_EQ(line(), "/quit");
  type("\r");
  EXPECT_THAT(lines_, ElementsAre("/msg /quit"));
  lines_.clear();
  type("\x1b[A\r");
  EXPECT_THAT(lines_, ElementsAre("/msg /quit")) << "nor by way of the history";
  lines_.clear();
  paste("  /quit");
  type("\r");
  paste("/etc/host");
  type("s is a file\r");
  paste("quit");
  type("\x01/\r");
  type("/jo\x7fo");
  paste("in x");
  type("\r");
  EXPECT_THAT(lines_, ElementsAre("/msg /quit", "/msg /etc/hosts is a file", "/quit", "/join x"))
      << "what was typed in front makes it a command";
}

TEST_F(TypingTest, RunsNothingPastedWhateverIsDoneToTheLine) {
  const std::string quit = "\x1b[200~/quit\x1b[201~";
  const std::string qui = "\x1b[200~/qui\x1b[201~";
  const std::string it = "\x1b[200~it\x1b[201~";
  const std::vector<std::string> ways = {
      " " + quit,
      "x" + quit + "\x01\x1b[3~",
      quit + "\x15\x19",
      quit + "\x12na\x07",
      quit + "\x12hello\x07",
      quit + " now",
      quit + "x\x7f",
      " " + qui + "t",
      " " + qui + "\t",
      " \x1b[200~/qu\x1b[201~" + it,
      it + "\x01\x1b[200~/qu\x1b[201~",
      " \x1b[200~/\x1b[201~\x1b[200~quit\x1b[201~",
      " \x1b[200~/QUIT\x1b[201~\x01\x1bl",
      quit + "\x15x\r\x19",       // killed, and put back in a later line
      quit + "\x01\x0b\x03\x19",  // the same
      quit + "\x1b[A\x1b[B",
      quit + "\x1b[A\x15\x1b[B",
      quit + "\x1b[A\x03\x1b[B",
      quit + "\r\x1b[A\x01\x1b[3~\x1b[3~\x1b[3~\x1b[3~\x1b[3~",  // "/msg " is taken away
      quit + "\r\x12quit\x12\x01\x1b[3~\x1b[3~\x1b[3~\x1b[3~\x1b[3~",
  };
  for (std::size_t i = 0; i < ways.size(); ++i) {
    type("hello\r");
    lines_.clear();
    hints_.clear();
    type(ways[i] + "\r");
    for (const std::string& line : lines_) EXPECT_FALSE(quits(line)) << i << line;
    if (lines_.back().contains("/quit")) {
      EXPECT_THAT(hints_, Contains(HasSubstr("was pasted"))) << i;
    }
  }
}

TEST_F(TypingTest, NoKeyBringsBackWhatWasPastedAsACommand) {
  std::vector<std::string> keys;
  for (int c = 1; c < 0x80; ++c) {
    keys.push_back(std::string(1, static_cast<char>(c)));
    keys.push_back(std::string("\x1b") + static_cast<char>(c));
    keys.push_back(std::string("\x1b[") + static_cast<char>(c));
  }
  for (const char* gone : {"", "\x15", "\x17", "\x01\x0b", "\x1b[A", "\x1b[A\x15"}) {
    for (const char* end : {"", "\x03", "x\r"}) {
      for (const std::string& key : keys) {
        if (key == "\x1b[2") continue;
        paste("/quit");
        type(gone);
        type(end);
        type(key);
        type("\x1b[200~\x1b[201~\r");
        for (const std::string& line : lines_) {
          ASSERT_FALSE(quits(line)) << ::testing::PrintToString(gone + std::string(end) + key);
        }
        lines_.clear();
      }
    }
  }
}

TEST_F(TypingTest, RunsWhatIsTypedAroundWhatIsPasted) {
  const auto paste_of = [](const std::string& text) { return "\x1b[200~" + text + "\x1b[201~"; };
  type("/join " + paste_of("general") + "\r");
  type("/msg " + paste_of("see https://x.org/quit") + "\r");
  type("/msg /msg\r");
  type("\x1b[A\r");
  type(paste_of("/quit") + "\x03/quit\r");
  type(paste_of("/leave") + "\r/leave\r");
  type("\x1b[A\r");
  EXPECT_THAT(lines_, ElementsAre("/join general", "/msg see https://x.org/quit", "/msg /msg",
                                  "/msg /msg", "/quit", "/msg /leave", "/leave", "/leave"));
}

TEST_F(TypingTest, SendsAFewPastedLinesAndAsksForMore) {
  type("half");
  paste("one\r\n/quit\r\n\r\n\x1b[2Jthree\rfour\nfive\n");
  EXPECT_THAT(lines_,
              ElementsAre("/msg one", "/msg /quit", "/msg ^[[2Jthree", "/msg four", "/msg five"));
  EXPECT_EQ(line(), "half");
  lines_.clear();
  paste("1\n2\n3\n4\n5\n6");
  EXPECT_THAT(lines_, IsEmpty());
  EXPECT_THAT(hints_.back(), HasSubstr("Send these 6 lines"));
  type("n\r");
  EXPECT_EQ(hints_.back(), "Nothing was sent.");
  paste("1\n2\n3\n4\n5\n6");
  type("\r");
  EXPECT_THAT(lines_, IsEmpty()) << "Enter is no yes";
  paste("1\n2\n3\n4\n5\n6");
  type("y\r");
  EXPECT_EQ(lines_.size(), 6u);
  EXPECT_EQ(line(), "half");
}

TEST_F(TypingTest, TakesAnAnswerWhole) {
  type("half");
  for (const char* yes : {"y\r", "yes\r", "YES\n"}) {
    lines_.clear();
    paste("1\n2\n3\n4\n5\n6");
    type(yes);
    EXPECT_EQ(lines_.size(), 6u) << yes;
    EXPECT_EQ(line(), "half") << yes;
  }
  type("\x03half");
  for (const char* no : {"n\r", "no\r", "No\r", "\r", "\x03", "ye\x7f\x7fno\r"}) {
    lines_.clear();
    paste("1\n2\n3\n4\n5\n6");
    EXPECT_EQ(encoded(typing_->prompt()), "(y/n) ");
    type(no);
    EXPECT_THAT(lines_, IsEmpty()) << no;
    EXPECT_EQ(hints_.back(), "Nothing was sent.") << no;
    EXPECT_EQ(line(), "half") << no;
  }
  paste("1\n2\n3\n4\n5\n6");
  type("yes");
  type("terday");
  EXPECT_THAT(lines_, IsEmpty());
  EXPECT_EQ(line(), "halfyesterday") << "what is no answer is text";
}

TEST_F(TypingTest, BoundsAPasteAndEndsOneThatDoesNotEnd) {
  paste(std::string(KeyReader::paste_bytes_max + 1, 'x'));
  EXPECT_EQ(line(), "");
  EXPECT_THAT(hints_, ElementsAre(HasSubstr("too much")));
  type("\x1b[200~lost");
  type("\x03/help\r");
  EXPECT_THAT(lines_, ElementsAre("/help"));
}

TEST_F(TypingTest, FindsWhatWasTyped) {
  type("/join general\r/nodes\r/join gnu\r");
  lines_.clear();
  type("half\x12join");
  EXPECT_EQ(line(), "/join gnu");
  type("\x12");
  EXPECT_EQ(line(), "/join general");
  type("\x12\x12");
  EXPECT_EQ(encoded(typing_->prompt()), "(not found \"join\") ");
  type("\x07");
  EXPECT_EQ(line(), "half");
  type("\x12nod\r");
  EXPECT_THAT(lines_, ElementsAre("/nodes"));
  EXPECT_EQ(encoded(typing_->prompt()), "> ");
}

TEST_F(TypingTest, Completes) {
  type("/jo\tge\t");
  EXPECT_EQ(line(), "/join general ");
  type("\x03/join 日\t");
  EXPECT_EQ(line(), "/join 日") << "no half of a character";
  EXPECT_EQ(hints_.back(), "日向  日本");
  type("\x03/create x o\tno\t");
  EXPECT_EQ(line(), "/create x on node1 ");
  type("\x03hello B\t!");
  EXPECT_EQ(line(), "hello Bob !");
  type("\x03\t/name B\t/nowhere\t");
  EXPECT_EQ(line(), "/name B/nowhere");
}

TEST(KeyReader, GivesTheSameInAnyChunking) {
  const std::string bytes = "a\xed\x95\x9c\x1b[A\x1b[200~p\n\x1b[201\x1b[201~b\x1b\x1b[Bc\xff\rd";
  const auto events_of = [&bytes](std::size_t chunk) {
    KeyReader reader;
    std::string all;
    for (std::size_t at = 0; at < bytes.size(); at += chunk) {
      reader.add(std::string_view(bytes).substr(at, chunk));
      while (const auto event = reader.next()) {
        if (event->kind != KeyEvent::Kind::text)
          all += event->kind == KeyEvent::Kind::key ? "K" : "P";
        all += event->bytes;
      }
    }
    return all;
  };
  const std::string whole = events_of(bytes.size());
  EXPECT_EQ(whole,
            "a\xed\x95\x9cK\x1b[AP"
            "p\n\x1b[201"
            "bK\x1bK\x1b[B"
            "c\xffK\rd");
  for (std::size_t chunk = 1; chunk < bytes.size(); ++chunk) EXPECT_EQ(events_of(chunk), whole);
}

}  // namespace
}  // namespace noex::chat
