// Partner: a process that links itself to others, and tells what it saw if it traps exits.
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "tests/runtime/node_harness.h"

namespace noex::tests {

struct Tie {
  static constexpr auto wire_name = "test:tie";
  Ref to;
};
struct Untie {
  static constexpr auto wire_name = "test:untie";
  Ref from;
};
struct Trap {
  static constexpr auto wire_name = "test:trap";
  bool on = true;
};
struct End {
  static constexpr auto wire_name = "test:end";
  ExitReason reason;
};
struct EndOther {
  static constexpr auto wire_name = "test:end_other";
  Ref process;
  ExitReason reason;
};
struct SpawnTied {
  static constexpr auto wire_name = "test:spawn_tied";
  using reply = Ref;
  NodeId where;
  std::string how;
};

// `how`: "trap" to trap exits from the start, "refuse" to fail in init.
class Partner : public Process {
 public:
  using messages = std::tuple<Tie, Untie, Trap, End, EndOther, SpawnTied, Seen, Slow>;
  using arguments = std::tuple<std::string>;

  Partner(Context& context, std::string how) : Process(context), how_(std::move(how)) {
    set_trap_exit(how_ == "trap");
  }

  task<Result<void>> init() override {
    if (how_ == "refuse") co_return fail(ErrorCode::rejected);
    co_return Result<void>();
  }

  void on(const Tie& tie) { link(tie.to); }
  void on(const Untie& untie) { unlink(untie.from); }
  void on(const Trap& trap) { set_trap_exit(trap.on); }
  void on(const End& end) { exit(end.reason); }
  void on(const EndOther& end) { exit(end.process, end.reason); }
  task<Result<Ref>> on(const SpawnTied& spawn) {
    const NodeId where = spawn.where;
    const std::string how = spawn.how;
    const SpawnOptions options = SpawnOptions().link();
    co_return co_await node().spawn<Partner>(where, options, how);
  }
  Result<std::vector<std::string>> on(const Seen&) { return seen_; }
  task<Result<std::string>> on(const Slow& slow) {
    const Duration pause = slow.pause;
    co_await node().sleep(pause);
    co_return "at last";
  }
  void on(const Exit& ended) {
    seen_.push_back(fmt::format("{} {}", ended.process.text(), ended.reason.describe()));
  }

 private:
  std::string how_;
  std::vector<std::string> seen_;
};

class PartnersTest : public NodeTest {
 protected:
  void start_partners(std::uint32_t count) {
    start_all(count);
    for (std::uint32_t i = 0; i < count; ++i) node(i).behaviors().add<Partner>("partner");
  }
  Ref partner(std::uint32_t index, std::string how = {}) {
    Ref made;
    in_turn(index, [&] { made = node(index).spawn_local<Partner>(std::move(how)).value(); });
    return made;
  }
  std::uint32_t index_of(const Ref& ref) {
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
      if (id(i) == ref.node()) return i;
    }
    return 0;
  }
  template <CastMessage M, class... Args>
  void tell(const Ref& to, Args... args) {
    const std::uint32_t index = index_of(to);
    in_turn(index, [&] { (void)through(index, to).template cast<M>(args...); });
    run_for(100ms);
  }
  void tie(const Ref& a, const Ref& b) { tell<Tie>(a, b); }
  bool lives(const Ref& ref) { return node(index_of(ref)).is_alive(ref.process()); }
  std::vector<std::string> seen(const Ref& ref) { return call<Seen>(index_of(ref), ref).value(); }
  std::string saw(const Ref& from, const std::string& reason) {
    return fmt::format("{} {}", from.text(), reason);
  }
  std::size_t links() {
    std::size_t count = 0;
    for (const auto& each : nodes_) {
      if (each) count += each->audit().process_links;
    }
    return count;
  }
};

}  // namespace noex::tests
