// Terminal on a pseudo-terminal whose other end is an emulator: what a person sees.

#include "chat/terminal.h"

#include <clocale>
#include <csignal>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "tests/screen/emulator.h"

namespace noex::chat {
namespace {

using tests::Emulator;

constexpr int rows = 12;
constexpr int columns = 40;

// Leads to the emulator, if it is not held up.
class EmulatedOutlet final : public Outlet {
 public:
  explicit EmulatedOutlet(Emulator& screen) : screen_(screen) {}
  bool ready() const override { return !held; }
  void write(std::string bytes) override {
    EXPECT_FALSE(held);
    ++writes;
    screen_.feed(bytes);
  }
  void settle() override {}

  bool held = false;
  int writes = 0;

 private:
  Emulator& screen_;
};

class TerminalTest : public ::testing::Test {
 protected:
  TerminalTest() : screen_(rows, columns), outlet_(screen_) {
    std::setlocale(LC_CTYPE, "C.UTF-8");
    winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    EXPECT_EQ(::openpty(&user_, &tty_, nullptr, nullptr, &size), 0);
    ::fcntl(tty_, F_SETFL, O_NONBLOCK);  // a read that has nothing to read fails the test at once
    ::tcgetattr(tty_, &former_);
    TerminalOptions options;
    options.fd = tty_;
    options.waiting_bytes_max = 300;
    TerminalEvents events;
    events.on_line = [this](std::string line) { lines_.push_back(std::move(line)); };
    events.on_end = [this] { ended_ = true; };
    auto opened = Terminal::open(std::move(options), std::move(events), outlet_);
    EXPECT_TRUE(opened);
    terminal_ = std::move(*opened);
  }
  ~TerminalTest() override {
    terminal_.reset();
    ::close(user_);
    ::close(tty_);
  }
  void type(std::string_view bytes) {
    ASSERT_EQ(::write(user_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    terminal_->on_input();
  }
  void resize(int to) {
    winsize size{
        .ws_row = rows, .ws_col = static_cast<unsigned short>(to), .ws_xpixel = 0, .ws_ypixel = 0};
    screen_.resize(rows, to);
    ASSERT_EQ(::ioctl(user_, TIOCSWINSZ, &size), 0);
    ::raise(SIGWINCH);
    terminal_->on_signal();
    const std::string answer = screen_.answers();
    if (!answer.empty()) type(answer);
  }

  Emulator screen_;
  EmulatedOutlet outlet_;
  int user_ = -1;
  int tty_ = -1;
  termios former_{};
  std::unique_ptr<Terminal> terminal_;
  std::vector<std::string> lines_;
  bool ended_ = false;
};

TEST_F(TerminalTest, ShowsLinesAboveWhatIsHalfTyped) {
  type("half");
  terminal_->show("a line");
  terminal_->show(std::string(columns, 'x'));
  type(" typed\r");
  EXPECT_EQ(screen_.row(0), "a line");
  EXPECT_EQ(screen_.row(1), std::string(columns, 'x'));
  EXPECT_EQ(screen_.row(2), "> half typed");
  EXPECT_EQ(screen_.row(3), ">");
  EXPECT_EQ(screen_.cursor_column(), 2);
  EXPECT_THAT(lines_, ::testing::ElementsAre("half typed"));
}

TEST_F(TerminalTest, AsksOnALineOfItsOwn) {
  type("half\x1b[200~1\n2\n3\n4\n5\n6\x1b[201~ye");
  EXPECT_EQ(screen_.row(2), "(y/n) ye") << "below the question, which takes two rows";
  EXPECT_EQ(screen_.cursor_column(), 8);
  type("s\r");
  EXPECT_EQ(screen_.row(2), "(y/n) yes");
  EXPECT_EQ(screen_.row(3), "> 1");
  EXPECT_EQ(screen_.row(9), "> half");
  EXPECT_EQ(lines_.size(), 6U);
}

TEST_F(TerminalTest, DrawsOnceForAllThatWasRead) {
  const int before = outlet_.writes;
  type(std::string(1000, 'x') + "\x01wide 한글 \x1b[C\x1b[C\x7f");
  EXPECT_EQ(outlet_.writes, before + 1);
}

TEST_F(TerminalTest, WaitsForNobodyAndCatchesUp) {
  outlet_.held = true;
  type("typed meanwhile");
  for (int i = 0; i < 100; ++i) terminal_->show("line " + std::to_string(i));
  EXPECT_FALSE(terminal_->idle());
  outlet_.held = false;
  terminal_->on_ready();
  EXPECT_TRUE(terminal_->idle());
  EXPECT_EQ(screen_.row(rows - 1), "> typed meanwhile");
  EXPECT_EQ(screen_.row(rows - 2), "line 99");
  type("\x0c");
  EXPECT_EQ(screen_.row(0), "> typed meanwhile");
  EXPECT_EQ(screen_.row(1), "");
}

TEST_F(TerminalTest, KeepsALineInSightWhenTheWindowChanges) {
  terminal_->show("above");
  type("0123456789abcdefghij한글中文日本語ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  for (const int to : {21, 33, 13, 38, 25, 40}) resize(to);
  EXPECT_EQ(screen_.row(0), "above");
  EXPECT_EQ(screen_.row(1), "> 0123456789abcdefghij한글中文日本語ABCD");
  EXPECT_EQ(screen_.row(2), "EFGHIJKLMNOPQRSTUVWXYZ");
  EXPECT_EQ(screen_.row(3), "");
  EXPECT_EQ(screen_.cursor_row(), 2);
  EXPECT_EQ(screen_.cursor_column(), 22);
}

TEST_F(TerminalTest, PutsTheModeBack) {
  termios now{};
  ::tcgetattr(tty_, &now);
  EXPECT_EQ(now.c_lflag & (ICANON | ECHO), 0U);
  EXPECT_EQ(now.c_cc[VINTR], _POSIX_VDISABLE);
  type("half");
  terminal_->close();
  ::tcgetattr(tty_, &now);
  EXPECT_EQ(now.c_lflag, former_.c_lflag);
  EXPECT_EQ(now.c_iflag, former_.c_iflag);
  EXPECT_EQ(now.c_cc[VINTR], former_.c_cc[VINTR]);
  EXPECT_EQ(screen_.row(0), "");
  terminal_->show("plain");
  EXPECT_EQ(screen_.row(0), "plain");
}

TEST_F(TerminalTest, EndsAtCtrlD) {
  type("x\x04\x7f\x04");
  EXPECT_TRUE(ended_);
}

TEST_F(TerminalTest, ShowsALineOfMoreRowsThanTheScreenAroundTheCursor) {
  type(std::string(2000, 'x') + "END");
  EXPECT_EQ(screen_.row(rows - 1).find("END") != std::string::npos ||
                screen_.row(rows - 2).find("END") != std::string::npos,
            true);
  type("\x01");
  EXPECT_EQ(screen_.row(screen_.cursor_row()).substr(0, 3), "> x");
  type("\x0b");
  EXPECT_EQ(screen_.seen(), U">");
}

}  // namespace
}  // namespace noex::chat
