// The Tally again, as a spec of the test kit: what the kit costs is seen beside the same nodes, the
// same workload and the same checks without it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "noex/testkit/spec.h"
#include "tests/tally/tally.h"

namespace noex::tally {

struct TallySpec final : testkit::Spec {
  using SimNode = testkit::SimNode;
  using Verdict = testkit::Verdict;

  std::vector<testkit::Property> properties() const override {
    return {counted_once, nothing_lost, tried_again};
  }
  void program(SimNode& at) override { (void)at.node().run(begin(at)); }
  void restarted(SimNode& at) override { program(at); }
  std::string draw(Random& random) override {
    return fmt::format("add node{}", 1 + random.below(5));
  }

  task<void> operate(SimNode& at, std::string line) override {
    const std::string name = counter_of(line);
    const std::optional<Ref> counter = at.node().registry().lookup(name);
    if (!counter) {
      at.show(fmt::format("{}: not found", name));
      co_return;
    }
    const std::uint64_t operation = ++operations_;
    for (int attempt = 0; attempt < attempts; ++attempt) {
      Account& account = accounts_[*counter];
      account.asked.insert(operation);
      again_ = again_ || attempt > 0;
      const std::size_t before = account.acknowledged.size();
      const Result<std::uint64_t> total = co_await counter->call_within<Add>(patience, operation);
      if (total) {
        account.acknowledged.insert(operation);
        answers_.push_back({&account, before, *total});
        at.show(fmt::format("{}: {}", name, *total));
        co_return;
      }
    }
    at.show(fmt::format("{}: no answer", name));
  }

  void always(SimNode&, Verdict& verdict) override {
    for (const Answer& answer : answers_) {
      verdict.expect("T1", answer.total <= answer.account->asked.size(),
                     "a counter has counted {} for {} operations", answer.total,
                     answer.account->asked.size());
      verdict.expect("T2", answer.total >= answer.before,
                     "a counter has counted {}, and had acknowledged {}", answer.total,
                     answer.before);
    }
    answers_.clear();
    if (std::exchange(again_, false)) verdict.reached("T3");
  }

  std::string name() const override { return "tally"; }
  std::vector<testkit::MessageWords> messages() const override {
    return {testkit::message_words<Add>()};
  }

 private:
  struct Answer {
    const Account* account = nullptr;
    std::size_t before = 0;  // how many it had acknowledged when it was asked
    std::uint64_t total = 0;
  };

  static task<void> begin(SimNode& at) {
    const auto options = SpawnOptions().global(counter_name(at.node().id().name()));
    const Result<Ref> counter = co_await at.node().spawn<Counter>(at.node().id(), options, false);
    if (counter) at.name_process(*counter, "counter");
  }

  std::uint64_t operations_ = 0;
  std::map<Ref, Account> accounts_;
  std::vector<Answer> answers_;  // since the last check
  bool again_ = false;
};

}  // namespace noex::tally
