// SimNode: what runs on a simulated machine in one incarnation: a real Node, the application's
// program, and those who keep it company.
//
// Its destruction is a crash; the host is dead by then, so that nobody hears of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "noex/runtime/node/node.h"
#include "noex/sim/application/application.h"
#include "noex/sim/scenario/scenario.h"
#include "noex/sim/workload/courier.h"
#include "noex/sim/workload/prober.h"
#include "noex/sim/world/host.h"
#include "noex/transport/base/log.h"

namespace noex::sim {

// What a simulated node tells the simulation, from its turns.
class SimNodeOwner {
 public:
  virtual ~SimNodeOwner() = default;

  virtual void on_shown(std::uint32_t node, std::uint32_t user, std::string_view line) = 0;
  virtual void on_process_named(const Ref& process, std::string_view role) = 0;
  // What the node sees of the cluster: "sees node2 up".
  virtual void on_cluster_event(std::uint32_t node, std::string_view what, const NodeId& who,
                                std::string_view why) = 0;
  // A callback of node_up or node_down runs.
  virtual void on_told(std::uint32_t node, const NodeId& who, bool up) = 0;
  // What the simulator does on it beside the scenario's steps, and others may notice.
  virtual void on_own_deed(std::uint32_t node, std::string_view deed) = 0;
  virtual bool wants_log() const = 0;
  virtual void on_log(std::uint32_t node, std::string_view text) = 0;
};

struct SimNodeConfig {
  std::uint32_t machine = 0;
  std::size_t index = 0;  // as Truth numbers nodes
  NodeConfig node;
  Notebook* notebook = nullptr;  // of its machine
  AddressBook* book = nullptr;   // of all
  PostObserver* post = nullptr;
  Probe probe;
  bool processes_may_end = false;  // by the prober
  Company company;
  Duration active{0};  // until the quiet phase
};

class SimNode final : public ProgramHost {
 public:
  // host, owner and run outlive it. In a turn of the host.
  SimNode(SimNodeConfig config, Host& host, SimNodeOwner& owner, ApplicationRun& run);
  ~SimNode() override;
  SimNode(const SimNode&) = delete;
  SimNode& operator=(const SimNode&) = delete;

  Result<void> start();
  Program& program() { return *program_; }
  // False: it leaves already.
  bool leave(Task done);

  Host& host() { return host_; }

  // --- ProgramHost ---
  Node& node() override { return node_; }
  std::size_t index() const override { return index_; }
  std::uint32_t machine() const override { return machine_; }
  Random random(std::string_view name) const override { return host_.random(name); }
  void show(std::uint32_t user, std::string_view line) override {
    owner_.on_shown(machine_, user, line);
  }
  void name_process(const Ref& process, std::string_view role) override {
    owner_.on_process_named(process, role);
  }

 private:
  class NodeLog final : public Log {
   public:
    NodeLog(SimNodeOwner& owner, std::uint32_t node) : owner_(owner), node_(node) {}
    bool enabled(LogLevel) const override { return owner_.wants_log(); }
    void write(LogLevel level, std::string_view text) override;

   private:
    SimNodeOwner& owner_;
    const std::uint32_t node_;
  };

  void watch();

  const std::uint32_t machine_;
  const std::size_t index_;
  Host& host_;
  SimNodeOwner& owner_;
  NodeLog log_;
  Node node_;
  Prober prober_;
  Couriers couriers_;
  std::unique_ptr<Program> program_;  // goes before the node
  bool leaving_ = false;
};

}  // namespace noex::sim
