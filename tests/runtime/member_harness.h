// Nodes with processes that join groups, send to them, and watch names.
#pragma once

#include <string>
#include <vector>

#include "tests/runtime/node_harness.h"

namespace noex::tests {

struct SpreadIn {
  static constexpr auto wire_name = "test:spread_in";
  std::string group;
  std::string text;
};
struct WatchName {
  static constexpr auto wire_name = "test:watch_name";
  std::string name;
  bool on = true;
};

// Sends to groups, and writes down who holds the names that it watches.
class Member : public Process {
 public:
  using messages = std::tuple<SpreadIn, WatchName, Note, Seen, Slow, Stop>;
  using Process::Process;

  void on(const SpreadIn& spread) {
    for (const Ref& refused : multicast_group<Note>(spread.group, spread.text)) {
      seen_.push_back("refused by " + refused.node().name());
    }
  }
  void on(const WatchName& watch) {
    if (watch.on) {
      if (!monitor_name(watch.name)) seen_.push_back("refused");
    } else {
      demonitor_name(watch.name);
    }
  }
  void on(const Note& note) { seen_.push_back(note.text); }
  Result<std::vector<std::string>> on(const Seen&) { return seen_; }
  task<Result<std::string>> on(const Slow& slow) {
    const Duration pause = slow.pause;
    co_await node().sleep(pause);
    co_return "";
  }
  void on(const Stop& stop) { exit(ExitReason::error(stop.why)); }
  void on(const NameUp& up) { seen_.push_back(up.name + " up " + up.process.text()); }
  void on(const NameDown& down) { seen_.push_back(down.name + " down " + down.process.text()); }

 private:
  std::vector<std::string> seen_;
};

class MemberTest : public NodeTest {
 protected:
  Ref member(std::uint32_t index) {
    Ref made;
    in_turn(index, [&] { made = node(index).spawn_local<Member>().value(); });
    return made;
  }
  Result<void> join(std::uint32_t index, const Ref& process, const std::string& group = "g") {
    Result<void> joined;
    in_turn(index, [&] { joined = node(index).groups().join(group, process); });
    run_for(100ms);
    return joined;
  }
  template <CastMessage M, class... Args>
  void tell(std::uint32_t index, const Ref& to, Args... args) {
    in_turn(index, [&] { EXPECT_TRUE(through(index, to).template cast<M>(args...)); });
    run_for(100ms);
  }
  std::vector<std::string> seen(std::uint32_t index, const Ref& ref) {
    return call<Seen>(index, ref).value();
  }
  Result<void> register_name(std::uint32_t index, const std::string& name, const Ref& process) {
    Result<void> result;
    EXPECT_TRUE(await(index, [&]() -> task<void> {
      result = co_await node(index).registry().register_name(name, process);
    }));
    run_for(100ms);
    return result;
  }
};

}  // namespace noex::tests
