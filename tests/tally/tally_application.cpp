#include "tests/tally/tally_application.h"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "tests/tally/tally.h"

namespace noex::tally {
namespace {

using namespace sim;

class TallyRun final : public ApplicationRun {
 public:
  TallyRun(const Truth& truth, Tally& tally, bool bug) : truth_(truth), tally_(tally), bug_(bug) {}
  std::unique_ptr<Program> make_program(ProgramHost& host) override;

  std::uint64_t next_operation() { return ++operations_; }
  // How many that counter has acknowledged so far.
  std::size_t on_asked(const Ref& counter, std::uint64_t operation, bool again) {
    Account& account = accounts_[counter];
    account.asked.insert(operation);
    if (again) tally_.reached(tried_again);
    return account.acknowledged.size();
  }
  // before: how many it had acknowledged when it was asked.
  void on_answered(const Ref& counter, std::uint64_t operation, std::size_t before,
                   std::uint64_t total) {
    Account& account = accounts_[counter];
    account.acknowledged.insert(operation);
    tally_.expect(counted_once, truth_.now(), total <= account.asked.size(), [&] {
      return fmt::format("{} has counted {} for {} operations", counter.text(), total,
                         account.asked.size());
    });
    tally_.expect(nothing_lost, truth_.now(), total >= before, [&] {
      return fmt::format("{} has counted {}, and had acknowledged {}", counter.text(), total,
                         before);
    });
  }
  bool bug() const { return bug_; }

 private:
  const Truth& truth_;
  Tally& tally_;
  const bool bug_;
  std::uint64_t operations_ = 0;
  std::map<Ref, Account> accounts_;
};

class TallyProgram final : public Program {
 public:
  TallyProgram(ProgramHost& host, TallyRun& run) : host_(host), run_(run) {
    host.node().behaviors().add<Counter>("tally:counter");
    host.node().on_restarted([this] { start(); });
  }

  void start() override { (void)host_.node().run(begin()); }
  void operate(std::uint32_t user, const std::string& line) override {
    (void)host_.node().run(add(user, line));
  }

 private:
  task<void> begin() {
    const auto options = SpawnOptions().global(counter_name(host_.node().id().name()));
    const Result<Ref> counter =
        co_await host_.node().spawn<Counter>(host_.node().id(), options, run_.bug());
    if (counter) host_.name_process(*counter, "counter");
  }

  // "add node2": tried three times, as long as the same counter may still answer.
  task<void> add(std::uint32_t user, std::string line) {
    const std::string name = counter_of(line);
    const std::optional<Ref> counter = host_.node().registry().lookup(name);
    if (!counter) {
      host_.show(user, fmt::format("{}: not found", name));
      co_return;
    }
    const std::uint64_t operation = run_.next_operation();
    for (int attempt = 0; attempt < attempts; ++attempt) {
      const std::size_t before = run_.on_asked(*counter, operation, attempt > 0);
      const Result<std::uint64_t> total = co_await counter->call_within<Add>(patience, operation);
      if (total) {
        run_.on_answered(*counter, operation, before, *total);
        host_.show(user, fmt::format("{}: {}", name, *total));
        co_return;
      }
    }
    host_.show(user, fmt::format("{}: no answer", name));
  }

  ProgramHost& host_;
  TallyRun& run_;
};

std::unique_ptr<Program> TallyRun::make_program(ProgramHost& host) {
  return std::make_unique<TallyProgram>(host, *this);
}

class TallyApplication final : public Application {
 public:
  explicit TallyApplication(bool bug) : bug_(bug) {}

  std::string_view name() const override { return "tally"; }
  std::vector<Property> properties() const override {
    return {counted_once, nothing_lost, tried_again};
  }
  void add_workload(Scenario& scenario, const std::vector<Life>& lives,
                    const Random& random) const override {
    Random draws = random.split("adds");
    for (const Life& life : lives) {
      for (Instant at = life.from; at < std::min(life.to, scenario.quiet_from);
           at += Duration{draws.between(50'000'000, 900'000'000)}) {
        Step step;
        step.at = at;
        step.kind = StepKind::command;
        step.node = life.node;
        step.user = static_cast<std::uint32_t>(draws.below(users_per_node));
        step.text = fmt::format("add {}",
                                node_name(static_cast<std::uint32_t>(draws.below(scenario.nodes))));
        scenario.steps.push_back(std::move(step));
      }
    }
  }
  std::unique_ptr<ApplicationRun> begin(const Scenario&, const Truth& truth,
                                        sim::Tally& tally) const override {
    return std::make_unique<TallyRun>(truth, tally, bug_);
  }
  std::vector<MessageWords> messages() const override { return {message_words<Add>()}; }

 private:
  const bool bug_;
};

}  // namespace

const sim::Application& tally_application() {
  static const TallyApplication application(false);
  return application;
}
const sim::Application& tally_with_bug() {
  static const TallyApplication application(true);
  return application;
}

}  // namespace noex::tally
