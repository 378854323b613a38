// Simulation: one run of a scenario: machines, nodes, an application on them, faults, checkers; and
// what came of it.
//
// Owns the world and everything in it. The run is a function of the scenario only: whoever watches
// it changes nothing. It stops at the first violation, or when the scenario's time is over.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "noex/sim/application/application.h"
#include "noex/sim/check/checkers.h"
#include "noex/sim/check/property.h"
#include "noex/sim/scenario/scenario.h"
#include "noex/sim/world/faults.h"
#include "noex/sim/world/stream_tap.h"

namespace noex::sim {

// What a run came to; everything but the wall time is the same in every run of the scenario.
struct RunSummary {
  std::uint64_t seed = 0;
  std::uint32_t nodes = 0;
  Duration simulated{0};
  Duration wall{0};  // set by whoever has a clock
  std::uint64_t events = 0;
  std::uint64_t commands = 0;       // operations that the application was given
  std::uint64_t commands_lost = 0;  // asked while the node was down, or the user away
  std::uint64_t lines_shown = 0;
  std::uint64_t messages_shown = 0;  // LineKind::message of them
  std::uint64_t fingerprint = 0;
  std::uint32_t faults_on = 0;  // a bit for each FaultKind
  FaultHits faults{};
  std::vector<Checked> checks;  // in the order of the table
  std::vector<Violation> violations;
  std::vector<std::uint32_t> idle_steps{};  // ids of those that were over and had changed nothing
  bool interrupted = false;                 // somebody wanted it to go on no more

  bool operator==(const RunSummary&) const = default;
};

// Sees a run as it happens.
class RunWatcher {
 public:
  virtual ~RunWatcher() = default;

  // Before anything happens. The truth may be looked at until on_over(); after the last second all
  // nodes have left.
  virtual void on_begin(const Truth&) {}
  // A line that a user sees.
  virtual void on_shown(Instant, std::uint32_t /*node*/, std::uint32_t /*user*/,
                        std::string_view /*line*/) {}
  // Nodes are machines. `node` sees `who` "up" or "down"; or it "starts", "leaves", "restarted", or
  // "ends" itself, why: the kind of step.
  virtual void on_cluster_event(Instant, std::uint32_t /*node*/, std::string_view /*what*/,
                                std::string_view /*who*/, std::string_view /*why*/) {}
  // What the simulator did by itself, beside the steps, and others may notice, in words.
  virtual void on_own_deed(Instant, std::uint32_t /*node*/, std::string_view /*deed*/) {}
  // A step of the scenario is carried out.
  virtual void on_step(Instant, const Step&) {}
  // Another simulated second is over: for who waits.
  virtual void on_second(Instant) {}
  // A turn of that node is over, and what came of it not yet checked.
  virtual void on_turn(std::uint32_t /*node*/) {}
  // Who hears, too, what happens in the nodes and between them; nullptr: nobody.
  virtual StreamTap* stream_tap() { return nullptr; }
  virtual Observer* node_observer(std::uint32_t /*node*/) { return nullptr; }
  // What a process is for, as the application calls it.
  virtual void on_process_named(const Ref& /*process*/, std::string_view /*role*/) {}
  // The run has ended; what is heard from here on is only its objects' destruction.
  virtual void on_over(const RunSummary&) {}
  // Every event of the world, and what happens in it, as text; costs time.
  virtual bool wants_events() const { return false; }
  // What the nodes log, as events of the kind "log".
  virtual bool wants_log() const { return wants_events(); }
  virtual void on_event(Instant, std::uint32_t /*node, or no_host*/, std::string_view /*kind*/,
                        std::string_view /*text*/) {}
};

// Asked before every simulated second; empty: it does.
using GoesOn = std::function<bool()>;

class Simulation {
 public:
  // All outlive it; watcher may be nullptr.
  Simulation(const Application& application, const Scenario& scenario, RunWatcher* watcher,
             GoesOn goes_on = {});
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  // Once.
  RunSummary run();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

inline RunSummary simulate(const Application& application, const Scenario& scenario,
                           RunWatcher* watcher = nullptr, const GoesOn& goes_on = {}) {
  return Simulation(application, scenario, watcher, goes_on).run();
}

}  // namespace noex::sim
