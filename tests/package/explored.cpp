// A test of one's own process: an echo is asked on a simulated cluster, under faults.
#include <cstdio>

#include "noex/runtime.h"
#include "noex/testkit.h"

namespace {

using noex::testkit::SimNode;
using noex::testkit::Verdict;

struct Echo {
  static constexpr auto wire_name = "outside:echo";
  using reply = std::uint64_t;
  std::uint64_t number = 0;
};

class Mirror final : public noex::Process {
 public:
  using messages = std::tuple<Echo>;
  using Process::Process;
  noex::Result<std::uint64_t> on(const Echo& echo) { return echo.number; }
};

struct EchoSpec : noex::testkit::Spec {
  std::vector<noex::testkit::Property> properties() const override {
    return {{"E1", "an echo is what was said"}};
  }
  void program(SimNode& at) override { mirrors.push_back(*at.node().spawn_local<Mirror>()); }
  std::string draw(noex::Random& random) override { return std::to_string(random.below(1000)); }
  noex::task<void> operate(SimNode& at, std::string operation) override {
    const std::uint64_t said = std::stoull(operation);
    const noex::Ref mirror = at.reference(mirrors[said % mirrors.size()]);
    const noex::Result<std::uint64_t> heard = co_await mirror.call<Echo>(said);
    if (heard) echoes.emplace_back(said, *heard);
  }
  void finish(Verdict& verdict) override {
    for (const auto& [said, heard] : echoes) {
      verdict.expect("E1", said == heard, "said {}, heard {}", said, heard);
    }
  }

  std::vector<noex::Ref> mirrors;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> echoes;
};

}  // namespace

int main() {
  const noex::testkit::Explored explored =
      noex::testkit::explore<EchoSpec>({.seeds = {1, 10}, .nodes = {3, 3}});
  std::printf("%llu runs\n%s", static_cast<unsigned long long>(explored.runs),
              explored.report.c_str());
  return explored.held ? 0 : 1;
}
