// What the tests of a connection's parts share: two machines, and one connection whose parts above
// the one that is tested are replaced by a list of what they were told.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "noex/sim/world/connection.h"
#include "noex/sim/world/fabric.h"
#include "noex/sim/world/stream_reports.h"
#include "noex/sim/world/stream_sender.h"
#include "noex/sim/world/stream_table.h"
#include "noex/sim/world/transit.h"

namespace noex::sim {

class StreamPartsTest : public testing::Test, public SenderOwner, public EndControl {
 protected:
  using Words = std::vector<std::string>;

  StreamPartsTest() {
    for (int i = 0; i < 2; ++i) fabric.add_machine().start();
    fabric.set_profile({.latency = 10ms, .jitter = 0ms});
    near = table.add(0, 1);
    for (const EndRef end : {near, near.other()}) {
      end.end().state = EndState::open;
      end.end().host = fabric.machine(end.end().machine).host();
    }
  }

  void run(Duration time) { world.run_until(world.now() + time); }
  // What was told since this was asked last.
  Words told() { return std::exchange(told_, {}); }
  void tell(std::string word) { told_.push_back(std::move(word)); }
  // What of the near end's bytes has arrived by now.
  std::string arrived() { return near.out().segments.take_arrived(world.now(), buffers).bytes; }

  void on_arrival(EndRef) override { tell("arrival"); }
  void on_flushed(EndRef) override { tell("flushed"); }
  void on_given_up(EndRef) override { tell("given up"); }

  void write(EndRef, ByteView bytes) override { tell("write " + std::string(bytes)); }
  std::uint64_t unsent(EndRef) const override { return 7; }
  void set_reading(EndRef, bool reading) override { tell(reading ? "read" : "stop reading"); }
  void close(EndRef) override { tell("close"); }
  void abort(EndRef) override { tell("abort"); }

  World world{1};
  Fabric fabric{world, {.buffer_bytes = 8, .tcp_timeout = 20s, .linger_max = 5s}};
  BufferPool buffers;
  StreamTable table{world};
  Transit transit{world, fabric};
  StreamReports reports{world, fabric};
  StreamSender sender{world, fabric.options(), transit, reports, buffers, *this};
  EndRef near;

 private:
  Words told_;
};

}  // namespace noex::sim
