// Workers: forked processes that share the seeds of a batch, and hand in their results by pipes.
//
// Processes and not threads: a run that aborts takes one worker with it, whose share goes on in a
// new one, and a run never meets another one's memory. Ctrl-C ends them all, with what they are at.
// Where the system has no room for all of them, those that are there do the work.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "noex/sim/program/interrupts.h"
#include "noex/sim/program/options.h"
#include "noex/sim/program/runner.h"

namespace noex::sim {

class WorkerEvents {
 public:
  virtual ~WorkerEvents() = default;
  // In no order of seeds.
  virtual void on_result(RunSummary summary) = 0;
  // The worker's process ended while it ran that seed.
  virtual void on_died(std::uint64_t seed, std::string how) = 0;
  // No more than `running` can run at a time. Once, if at all.
  virtual void on_fewer(std::uint32_t /*running*/, std::string /*why*/) {}
};

class Workers {
 public:
  Workers(const SimOptions& options, const Stopwatch& stopwatch, std::uint32_t jobs,
          WorkerEvents& events);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // Until every seed was reported, or options.search_time is over; false: ended by a signal before.
  // Gives up (console.h) if the system has no room for a single one.
  bool run();

 private:
  // Runs seeds at number, number + jobs, ...
  struct Worker {
    std::uint32_t number = 0;
    std::uint64_t done = 0;  // of its share
    pid_t process = -1;
    int pipe = -1;
    std::string bytes;  // read and not yet decoded
  };

  std::uint64_t share(std::uint32_t number) const;
  std::uint64_t next_seed(const Worker& worker) const {
    return options_.seeds->at(worker.number + worker.done * jobs_);
  }
  // Starts those who have something to do, as far as there is room.
  void start_all();
  // False: there is no room, errno says why.
  bool start(Worker& worker);
  std::uint32_t running() const;
  [[noreturn]] void work(const Worker& worker, int pipe) const;
  void read(Worker& worker);
  void take_results(Worker& worker);
  void end(Worker& worker);
  bool is_over() const { return deadline_ && stopwatch_() >= *deadline_; }
  bool wait(std::vector<Worker*>& readable);

  const SimOptions& options_;
  const PropertyTable table_;
  const Stopwatch& stopwatch_;
  const std::uint32_t jobs_;
  const std::optional<Duration> deadline_;  // on the stopwatch
  WorkerEvents& events_;
  const Interrupts interrupts_;
  std::vector<Worker> workers_;
  bool told_fewer_ = false;
};

}  // namespace noex::sim
