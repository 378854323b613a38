// A supervised pool of workers over the nodes of a cluster, with back-pressure: a dispatcher takes
// jobs as long as its queue has room, and gives each to an idle worker of any node. A job whose
// worker fails, is lost or does not answer goes to another one: it is done at least once. On each
// node a supervisor starts a worker that has failed again, under the name that it had.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "noex/runtime/message/call.h"
#include "noex/runtime/node/node.h"
#include "noex/runtime/node/supervisor.h"
#include "tests/examples/start_under_name.h"

namespace examples {

struct Work {
  static constexpr auto wire_name = "pool:work";
  using reply = noex::Done;
  std::uint64_t job = 0;
};
struct Submit {  // answered with overloaded if the queue is full
  static constexpr auto wire_name = "pool:submit";
  using reply = noex::Done;
  std::uint64_t job = 0;
};
struct Missing {  // which of these are not done
  static constexpr auto wire_name = "pool:missing";
  using reply = std::vector<std::uint64_t>;
  std::vector<std::uint64_t> jobs;
};

class Worker final : public noex::Process {
 public:
  using messages = std::tuple<Work>;
  using Process::Process;

  noex::task<noex::Result<noex::Done>> on(const Work&) {
    co_await node().sleep(std::chrono::milliseconds(50));
    if (random().chance(20'000)) throw std::runtime_error("a job was too much");
    co_return noex::Done{};
  }
};

class Dispatcher final : public noex::Process {
 public:
  using messages = std::tuple<Submit, Missing>;
  using arguments = std::tuple<std::vector<std::string>, bool>;
  static constexpr std::size_t queue_max = 20;

  // workers: the names of all. drops: the bug, by which a lost worker's job is forgotten.
  Dispatcher(noex::Context& context, std::vector<std::string> workers, bool drops)
      : Process(context), jobs_(std::make_shared<Jobs>()) {
    jobs_->drops = drops;
    for (std::string& name : workers) {
      (void)node().run(feed(node(), jobs_, std::move(name)));
    }
  }
  ~Dispatcher() override { jobs_->over = true; }

  noex::Result<noex::Done> on(const Submit& submit) {
    if (jobs_->waiting.size() >= queue_max) return noex::fail(noex::ErrorCode::overloaded);
    jobs_->waiting.push_back(submit.job);
    return noex::Done{};
  }
  noex::Result<std::vector<std::uint64_t>> on(const Missing& asked) {
    std::vector<std::uint64_t> missing;
    for (const std::uint64_t job : asked.jobs) {
      if (!jobs_->done.contains(job)) missing.push_back(job);
    }
    return missing;
  }

 private:
  // Shared with the feeders, which may outlive this process by a turn.
  struct Jobs {
    std::deque<std::uint64_t> waiting;
    std::set<std::uint64_t> done;
    bool drops = false;
    bool over = false;
  };

  // One for each worker: gives it one job after the other.
  static noex::task<void> feed(noex::Node& node, std::shared_ptr<Jobs> jobs, std::string worker) {
    while (!jobs->over) {
      const std::optional<noex::Ref> ref = node.registry().lookup(worker);
      if (!ref || jobs->waiting.empty()) {
        co_await node.sleep(std::chrono::milliseconds(20));
        continue;
      }
      const std::uint64_t job = jobs->waiting.front();
      jobs->waiting.pop_front();
      const auto result = co_await ref->call_within<Work>(std::chrono::milliseconds(500), job);
      if (result) {
        jobs->done.insert(job);
        continue;
      }
      if (!jobs->drops) jobs->waiting.push_front(job);
      co_await node.sleep(std::chrono::milliseconds(20));  // it may be refused at once
    }
  }

  std::shared_ptr<Jobs> jobs_;
};

// Keeps the worker and the dispatcher of its node running, under their names.
class PoolSupervisor final : public noex::Supervisor {
 public:
  using arguments = std::tuple<std::vector<std::string>, bool>;
  PoolSupervisor(noex::Context& context, std::vector<std::string> workers, bool drops)
      : Supervisor(context, spec(context.node().id().name(), std::move(workers), drops)) {}

 private:
  static noex::SupervisorSpec spec(const std::string& node, std::vector<std::string> workers,
                                   bool drops) {
    const auto named = [&node](const char* what) {
      return noex::ChildOptions().global(fmt::format("{}:{}", what, node));
    };
    return noex::SupervisorSpec(noex::Strategy::one_for_one)
        .intensity(100, std::chrono::seconds(1))
        .child<Worker>("worker", named("worker"))
        .child<Dispatcher>("dispatcher", named("dispatcher"), std::move(workers), drops);
  }
};

// Everything that a node of the cluster runs.
inline noex::task<void> run_pool_node(noex::Node& node, std::vector<noex::NodeId> cluster,
                                      bool drops) {
  std::vector<std::string> workers;
  for (const noex::NodeId& id : cluster) workers.push_back(fmt::format("worker:{}", id.name()));
  const std::string name = fmt::format("pool:{}", node.id().name());
  return start_under_name<PoolSupervisor>(node, name, workers, drops);
}

}  // namespace examples
