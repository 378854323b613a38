// What must hold of the pool of workers, for the test kit.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "noex/testkit/spec.h"
#include "tests/examples/pool/pool.h"

namespace examples {

template <bool drops>
class PoolSpec : public noex::testkit::Spec {
 public:
  using SimNode = noex::testkit::SimNode;
  using Verdict = noex::testkit::Verdict;

  std::vector<noex::testkit::Property> properties() const override {
    return {{"POOL1", "a job that a dispatcher has taken is done, if the dispatcher lives"},
            {"POOL2", "a full queue refuses jobs", 2, true},
            {"POOL3", "a worker that has failed is started again", 2, true}};
  }

  void program(SimNode& at) override {
    (void)at.node().run(run_pool_node(at.node(), at.cluster(), drops));
  }

  // Now and then more than a queue holds.
  std::string draw(noex::Random& random) override {
    const std::uint64_t jobs = random.chance(50'000) ? 30 : 1 + random.below(3);
    return fmt::format("submit {} to node{}", jobs, 1 + random.below(3));
  }

  noex::task<void> operate(SimNode& at, std::string operation) override {
    const std::string where = operation.substr(operation.rfind(' ') + 1);
    const auto dispatcher = at.node().registry().lookup(fmt::format("dispatcher:{}", where));
    if (!dispatcher) co_return;
    const int jobs = std::stoi(operation.substr(7));
    for (int i = 0; i < jobs; ++i) {
      const std::uint64_t job = ++jobs_;
      const auto taken = co_await dispatcher->template call<Submit>(job);
      if (taken) taken_[*dispatcher].insert(job);
      if (!taken && taken.error().code == noex::ErrorCode::overloaded) ++refused_;
    }
    at.show(fmt::format("{} jobs for {}", jobs, where));
  }

  noex::task<void> at_end(SimNode& any, Verdict& verdict) override {
    for (const auto& [dispatcher, taken] : taken_) {
      std::vector<std::uint64_t> jobs(taken.begin(), taken.end());
      const auto missing =
          co_await any.reference(dispatcher).template call<Missing>(std::move(jobs));
      if (!missing) continue;  // it has ended, and with it what it knew
      verdict.expect("POOL1", missing->empty(), "{} has lost {} of the {} jobs that it took",
                     dispatcher.text(), missing->size(), taken.size());
    }
    co_await look_for_restarts(any, verdict);
    any.show("all jobs were asked for");
  }
  void finish(Verdict& verdict) override {
    if (refused_ > 0) verdict.reached("POOL2");
  }

  std::string name() const override { return "pool"; }
  std::vector<noex::testkit::MessageWords> messages() const override {
    return {noex::testkit::message_words<Work>(), noex::testkit::message_words<Submit>(),
            noex::testkit::message_words<Missing>()};
  }

 private:
  noex::task<void> look_for_restarts(SimNode& any, Verdict& verdict) {
    for (const auto& [name, supervisor] : any.node().registry().names("pool:")) {
      const auto children = co_await supervisor.template call<noex::Children>();
      if (!children) continue;
      for (const noex::ChildInfo& child : *children) {
        if (child.name == "worker" && child.restarts > 0) verdict.reached("POOL3");
      }
    }
  }

  std::uint64_t jobs_ = 0;
  std::uint64_t refused_ = 0;
  std::map<noex::Ref, std::set<std::uint64_t>> taken_;
};

}  // namespace examples
