// Simulation::Impl: the state of one run. What it is for: noex/sim/run/simulation.h.
//
// simulation.cpp runs the world and says what came of it; simulation_steps.cpp carries the steps
// out. Node indices are identities (identities.h), as checkers have them; steps and watchers are
// about machines.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "noex/sim/check/observer_tee.h"
#include "noex/sim/check/truth.h"
#include "noex/sim/run/crash_points.h"
#include "noex/sim/run/disturbances.h"
#include "noex/sim/run/sim_node.h"
#include "noex/sim/run/simulation.h"
#include "noex/sim/run/step_effects.h"
#include "noex/sim/scenario/identities.h"
#include "noex/sim/world/fabric.h"
#include "noex/sim/world/world.h"

namespace noex::sim {

class Simulation::Impl final : public Truth, public SimNodeOwner {
 public:
  Impl(const Application& application, const Scenario& scenario, RunWatcher* watcher,
       GoesOn goes_on);
  ~Impl() override;

  RunSummary run();

  // --- Truth ---
  std::size_t nodes() const override { return identities_.size(); }
  Instant now() const override { return world_.now(); }
  const Node* node(std::size_t index) const override {
    return nodes_[index] ? &nodes_[index]->node() : nullptr;
  }
  const NodeId& id(std::size_t index) const override { return identities_[index].id; }
  std::size_t machine(std::size_t index) const override { return identities_[index].machine; }
  std::size_t on_machine(std::size_t machine) const override { return present_[machine]; }
  const std::vector<NodeId>& seeds(std::size_t index) const override {
    return seeds_[machine(index)];
  }
  Instant undisturbed_since(std::size_t a, std::size_t b) const override {
    return disturbances_.undisturbed_since(machine(a), machine(b));
  }
  Instant heard_since(std::size_t observer, std::size_t peer, Duration finding) const override {
    return disturbances_.heard_since(machine(observer), machine(peer), finding);
  }
  bool calm_so_far() const override { return calm_; }
  std::vector<Cut> one_way_cuts() const override;
  Duration latency_max() const override {
    const LinkProfile& links = scenario_.links;
    return links.latency + links.jitter + links.tail;
  }
  Duration clock_slack(Duration bound) const override {
    return scenario_.is_on(FaultKind::clock_skew) ? skew_slack(bound) : Duration{0};
  }

 private:
  // --- SimNodeOwner ---
  void on_shown(std::uint32_t node, std::uint32_t user, std::string_view line) override;
  void on_process_named(const Ref& process, std::string_view role) override {
    if (watcher_ != nullptr) watcher_->on_process_named(process, role);
  }
  void on_cluster_event(std::uint32_t node, std::string_view what, const NodeId& who,
                        std::string_view why) override;
  void on_told(std::uint32_t node, const NodeId& who, bool up) override {
    checkers_->on_told(present_[node], who, up);
  }
  void on_own_deed(std::uint32_t node, std::string_view deed) override;
  bool wants_log() const override { return watcher_ != nullptr && watcher_->wants_log(); }
  void on_log(std::uint32_t node, std::string_view text) override;

  void build_machines();
  void schedule_steps();
  void watch_world();
  void after_turn(std::size_t index);
  void look();
  void audit_next();
  void stop_if_violated();
  void quiet();

  // Steps are about machines; whatever runs on one is at present_[machine].
  void carry_out(const Step& step);
  void start(const Step& step);
  void make_node(std::uint32_t machine);
  Observer& node_observer(std::size_t index);
  static Observer& joined(Observer& first, Observer* second, std::unique_ptr<ObserverTee>& tee);
  void node_runs(std::size_t index);
  void node_is_over(std::size_t index);
  bool leave(std::uint32_t machine);
  bool end(std::uint32_t machine, StepKind how);
  void note_outage(std::uint32_t machine);
  void kill(const Step& point);
  void open(const Step& step);
  void operate(const Step& step);
  SimNode& node_on(std::uint32_t machine) { return *nodes_[present_[machine]]; }
  void tell(std::uint32_t machine, std::string_view what, std::string_view why = {});
  RunWatcher* dismiss_watcher();
  void shut_down();
  void check_left(std::size_t index);
  RunSummary summary() const;
  void add_verdict(RunSummary& summary) const;

  const Application& application_;
  const Scenario& scenario_;
  RunWatcher* watcher_;
  const GoesOn goes_on_;
  World world_;
  Fabric fabric_;
  std::vector<Identity> identities_;
  std::vector<std::size_t> present_;        // by machine: which identity runs, or ran last
  std::vector<std::vector<NodeId>> seeds_;  // by machine
  const PropertyTable table_;
  Tally tally_;
  std::unique_ptr<Checkers> checkers_;
  std::unique_ptr<ApplicationRun> run_;
  std::vector<Notebook> notebooks_;  // by machine
  // By identity; empty: nobody else hears.
  std::vector<std::unique_ptr<ObserverTee>> application_tees_;
  std::vector<std::unique_ptr<ObserverTee>> watcher_tees_;
  AddressBook book_;
  std::vector<std::unique_ptr<SimNode>> nodes_;  // by identity
  std::vector<Boot> boots_;                      // by identity: of which the checkers know
  Disturbances disturbances_;
  CrashPoints crash_points_;
  StepEffects effects_;
  std::uint32_t audited_ = 0;                  // the machine, last
  std::vector<std::optional<Instant>> ended_;  // by a fault, when last
  bool calm_ = true;                           // see Truth::calm_so_far
  RunSummary counts_;
};

}  // namespace noex::sim
