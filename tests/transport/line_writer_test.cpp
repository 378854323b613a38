#include "noex/transport/base/line_writer.h"

#include <gtest/gtest.h>

namespace noex {
namespace {

// Takes bytes, and is ready again when the test says so.
class SlowOutlet final : public Outlet {
 public:
  bool ready() const override { return ready_; }
  void write(std::string bytes) override {
    EXPECT_TRUE(ready_);
    ready_ = false;
    written += bytes;
  }
  void settle() override {}

  std::string written;
  bool ready_ = true;
};

TEST(LineWriter, KeepsLinesWhileTheOutletIsBusy) {
  SlowOutlet outlet;
  LineWriter writer(outlet, 1000);
  writer.line("one");
  writer.line("two");
  writer.line("three");
  EXPECT_EQ(outlet.written, "one\n");
  EXPECT_FALSE(writer.idle());
  outlet.ready_ = true;
  writer.on_ready();
  EXPECT_EQ(outlet.written, "one\ntwo\nthree\n");
  outlet.ready_ = true;
  EXPECT_TRUE(writer.idle());
}

TEST(LineWriter, DropsTheOldestAndSaysHowMany) {
  SlowOutlet outlet;
  LineWriter writer(outlet, 30);
  writer.line("first");
  for (int i = 0; i < 10; ++i) writer.line("number " + std::to_string(i));
  EXPECT_LE(writer.waiting_bytes(), 30u);
  outlet.ready_ = true;
  writer.on_ready();
  EXPECT_EQ(outlet.written, "first\n... 7 lines dropped\nnumber 7\nnumber 8\nnumber 9\n");
}

TEST(LineWriter, CountsWhatTheOutletCouldNotWrite) {
  SlowOutlet outlet;
  LineWriter writer(outlet, 1000);
  writer.line("one");
  outlet.written = "on";  // the disk was full then
  writer.on_lost("e\n", true);
  outlet.ready_ = true;
  writer.on_ready();
  writer.line("two");
  EXPECT_EQ(outlet.written, "on\n... 1 line dropped\ntwo\n");
}

TEST(LineQueue, KeepsNoLineThatIsLongerThanAllOfIt) {
  LineQueue queue(10);
  queue.push(std::string(100, 'x'));
  EXPECT_TRUE(queue.empty());
  queue.push("y");
  EXPECT_EQ(queue.take(), "... 1 line dropped\ny\n");
}

}  // namespace
}  // namespace noex
