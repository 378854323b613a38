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
            {"POOL2", "a full queue refuses jobs", 2, true}};
  }

  void program(SimNode& at) override {
    at.node().behaviors().template add<Worker>("pool:worker");
    at.node().behaviors().template add<Dispatcher>("pool:dispatcher");
    (void)at.node().run(begin(at));
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
  // A name may be claimed in vain while the network is bad: until it is held, once more.
  static noex::task<void> begin(SimNode& at) {
    noex::Node& node = at.node();
    std::vector<std::string> workers;
    for (const noex::NodeId& id : at.cluster()) {
      workers.push_back(fmt::format("worker:{}", id.name()));
    }
    const std::string own_worker = fmt::format("worker:{}", node.id().name());
    const std::string own_dispatcher = fmt::format("dispatcher:{}", node.id().name());
    while (!node.registry().lookup(own_worker)) {
      const auto options = noex::SpawnOptions().global(own_worker);
      const auto started = co_await node.spawn<Worker>(node.id(), options);
      if (!started) co_await node.sleep(std::chrono::milliseconds(50));
    }
    while (!node.registry().lookup(own_dispatcher)) {
      const auto options = noex::SpawnOptions().global(own_dispatcher);
      const auto started = co_await node.spawn<Dispatcher>(node.id(), options, workers, drops);
      if (!started) co_await node.sleep(std::chrono::milliseconds(50));
    }
  }

  std::uint64_t jobs_ = 0;
  std::uint64_t refused_ = 0;
  std::map<noex::Ref, std::set<std::uint64_t>> taken_;
};

}  // namespace examples
