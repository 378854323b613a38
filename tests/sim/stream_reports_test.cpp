#include "noex/sim/world/stream_reports.h"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/sim/stream_parts.h"

namespace noex::sim {
namespace {

class StreamReportsTest : public StreamPartsTest, public StreamTap {
 protected:
  void note(std::string_view what, const TapEnd& end, std::uint64_t bytes = 0) {
    tell(fmt::format("{} {}.{} {}>{} {}", what, end.connection, end.side, end.machine, end.peer,
                     bytes));
  }
  void on_written(const TapEnd& from, ByteView bytes) override {
    note("written", from, bytes.size());
  }
  void on_sent(const TapEnd& from, std::uint64_t bytes) override { note("sent", from, bytes); }
  void on_held(const TapEnd& from) override { note("held", from); }
  void on_arrived(const TapEnd& from, std::uint64_t bytes) override {
    note("arrived", from, bytes);
  }
  void on_read(const TapEnd& from, std::uint64_t bytes) override { note("read", from, bytes); }
  void on_gone(const TapEnd& end) override { note("gone", end); }
};

TEST_F(StreamReportsTest, ATapHearsEverythingOfBothEnds) {
  reports.set_tap(this);
  reports.written(near, "abc");
  reports.sent(near, 3);
  reports.held(near);
  reports.arrived(near, 3);
  reports.read(near, 3);
  reports.gone(near.other());
  EXPECT_EQ(told(), (Words{"written 1.0 0>1 3", "sent 1.0 0>1 3", "held 1.0 0>1 0",
                           "arrived 1.0 0>1 3", "read 1.0 0>1 3", "gone 1.1 1>0 0"}));
  reports.set_tap(nullptr);
  reports.gone(near);
  EXPECT_EQ(told(), Words{});
}

TEST_F(StreamReportsTest, TheTraceNamesBothEnds) {
  near.end().port = 49152;
  near.other().end().port = 7;
  reports.trace(near, EventKind::bytes, "nobody listens");
  world.set_trace(
      [this](const TraceEvent& event) { tell(fmt::format("{} {}", event.host, event.text)); });
  reports.arrived(near, 3);
  EXPECT_EQ(told(), Words{"1 node1:49152 -> node2:7 3 bytes"});
}

}  // namespace
}  // namespace noex::sim
