// Determinism: a run with every kind of fault is a function of its seed alone, on every compiler
// and at every optimisation.
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "noex/sim/world/fabric.h"

namespace noex::sim {
namespace {

class Talker;

// One end: echoes half of what it hears, and dies with its connection.
struct Line final : ConnectionHandler {
  Line(World& world, std::unique_ptr<Connection> given)
      : world(world), connection(std::move(given)) {
    connection->set_handler(this);
  }
  void on_bytes(ByteView bytes) override { connection->write(bytes.substr(bytes.size() / 2)); }
  void on_drained() override { world.mix("drained", ""); }
  void on_closed(CloseReason reason) override {
    world.mix(static_cast<std::uint64_t>(reason));
    over = true;
  }

  World& world;
  std::unique_ptr<Connection> connection;
  bool over = false;
};

// A process that listens, dials somebody now and then, and talks on all its lines.
class Talker {
 public:
  Talker(Fabric& fabric, Host& host)
      : fabric_(fabric), host_(host), random_(host.random("talker")), timer_(host.loop()) {
    listener_ = host.network()
                    .listen({"0.0.0.0", 4369}, [this](auto given) { add(std::move(given)); })
                    .value();
    tick();
  }

 private:
  void add(std::unique_ptr<Connection> given) {
    lines_.push_back(std::make_unique<Line>(fabric_.world(), std::move(given)));
  }
  void tick() {
    std::erase_if(lines_, [](const auto& line) { return line->over; });
    if (lines_.size() < 4) dial();
    for (const auto& line : lines_) {
      const auto size = 1 + random_.below(random_.chance(10'000) ? 400'000 : 200);
      line->connection->write(std::string(size, static_cast<char>('a' + random_.below(26))));
    }
    if (lines_.size() > 2 && random_.chance(100'000)) lines_.pop_back();
    timer_.start(host_.loop().now() + Duration{random_.between(1'000'000, 200'000'000)},
                 [this] { tick(); });
  }
  void dial() {
    const auto to = static_cast<std::uint32_t>(random_.below(fabric_.size()));
    dial_ = host_.network().connect({fabric_.machine(to).name(), 4369}, 3s, [this](auto result) {
      if (result) add(std::move(*result));
    });
  }

  Fabric& fabric_;
  Host& host_;
  Random random_;
  Timer timer_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Dial> dial_;
  std::vector<std::unique_ptr<Line>> lines_;
};

// Five machines under a fault every 50 ms or so.
class Storm {
 public:
  explicit Storm(std::uint64_t seed)
      : world_(seed), fabric_(world_), random_(world_.random("storm")) {
    LinkProfile profile;
    profile.tail_chance = 20'000;
    profile.tail = 300ms;
    profile.chunk_chance = 50'000;
    fabric_.set_profile(profile);
    for (std::uint32_t i = 0; i < 5; ++i) {
      fabric_.add_machine();
      if (i == 3) fabric_.machine(i).clock().set_skew(world_.now(), 300);
      talkers_.push_back(nullptr);
      start(i);
    }
  }

  void run(Duration time) {
    const Instant end = world_.now() + time;
    while (world_.now() < end) {
      world_.run_until(world_.now() + Duration{random_.between(1'000'000, 100'000'000)});
      fault();
    }
  }
  World& world() { return world_; }

 private:
  void start(std::uint32_t index) {
    talkers_[index] = std::make_unique<Talker>(fabric_, fabric_.machine(index).start());
  }
  void end(std::uint32_t index, bool power) {
    Machine& machine = fabric_.machine(index);
    if (machine.host() == nullptr) return start(index);
    power ? machine.power_off() : machine.crash();
    talkers_[index].reset();
  }
  void fault() {
    const auto a = static_cast<std::uint32_t>(random_.below(fabric_.size()));
    const auto b = static_cast<std::uint32_t>(random_.below(fabric_.size()));
    Machine& machine = fabric_.machine(a);
    LinkProfile slow;
    slow.bytes_per_second = 1'000'000;
    switch (random_.below(16)) {
      case 0:
        return fabric_.cut(a, b);
      case 1:
        fabric_.cut(a, b, a < b);
        return fabric_.cut(b, a, a < b);
      case 2:
        return end(a, false);
      case 3:
        return end(a, true);
      case 4:
        return machine.pause();
      case 5:
        return machine.jump_wall(Duration{random_.between(-1'000'000'000, 1'000'000'000)});
      case 6:
        return machine.set_slowness(Duration{random_.between(0, 1'000'000)});
      case 7:
        return machine.set_backlog_full(!machine.backlog_full());
      case 8:
        return fabric_.set_profile(a, b, slow);
      case 9:
        return static_cast<void>(fabric_.sever_connection(a, b));
      case 10:
      case 11:
        return static_cast<void>(fabric_.reset_connection(a, b));
      case 12:
        return fabric_.heal_all();
      default:
        return machine.resume();
    }
  }

  World world_;
  Fabric fabric_;
  Random random_;
  std::vector<std::unique_ptr<Talker>> talkers_;
};

TEST(Fingerprint, IsAFunctionOfTheSeed) {
  std::vector<std::uint64_t> seen;
  for (const std::uint64_t seed : {1, 2, 1}) {
    Storm storm(seed);
    storm.run(20s);
    seen.push_back(storm.world().fingerprint());
  }
  EXPECT_EQ(seen[0], seen[2]);
  EXPECT_NE(seen[0], seen[1]);
}

TEST(Fingerprint, ATraceChangesNothing) {
  Storm plain(7);
  plain.run(20s);
  Storm traced(7);
  std::uint64_t lines = 0;
  traced.world().set_trace([&](const TraceEvent&) { ++lines; });
  traced.run(20s);
  EXPECT_GT(lines, 100U);
  EXPECT_EQ(plain.world().fingerprint(), traced.world().fingerprint());
}

TEST(Fingerprint, EveryFaultHits) {
  Storm storm(3);
  storm.run(300s);
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    const auto kind = static_cast<FaultKind>(i);
    // Those are a scenario's: the world knows neither what belongs together nor what is written.
    if (kind == FaultKind::outage || kind == FaultKind::crash_point) continue;
    EXPECT_GT(storm.world().hits(kind), 0U) << describe(kind);
  }
}

// Changes with the simulator's rules; must never differ between compilers.
TEST(Fingerprint, IsTheSameOnEveryCompiler) {
  Storm storm(42);
  storm.run(120s);
  EXPECT_EQ(fmt::format("{} {:016x}", storm.world().events(), storm.world().fingerprint()),
            "1023271 ec71ddf9ab2af496");
}

}  // namespace
}  // namespace noex::sim
