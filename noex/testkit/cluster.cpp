#include "noex/testkit/cluster.h"

#include <algorithm>

#include <fmt/format.h>

#include "noex/sim/world/fabric.h"
#include "noex/sim/world/world.h"
#include "noex/transport/base/check.h"

namespace noex::testkit {

namespace {

constexpr std::uint16_t port = 4369;

}  // namespace

class Cluster::Impl {
 public:
  Impl(std::uint64_t seed, Options options)
      : world_(seed), fabric_(world_), options_(std::move(options)) {}
  ~Impl() {
    for (std::uint32_t index = 0; index < nodes_.size(); ++index) end(index);
  }

  void set_program(std::function<void(Node&)> program) { program_ = std::move(program); }

  void start(std::uint32_t count) {
    const auto first = static_cast<std::uint32_t>(nodes_.size());
    for (std::uint32_t i = 0; i < count; ++i) {
      const sim::Machine& machine = fabric_.add_machine();
      ids_.emplace_back(machine.name(), machine.address(), port);
      nodes_.emplace_back();
    }
    for (std::uint32_t i = 0; i < count; ++i) start_one(first + i);
  }

  // The slot of that node, which is empty while it does not run.
  std::unique_ptr<Node>& slot(std::uint32_t index) {
    NOEX_CHECK(index < nodes_.size(), "there is no node{}", std::uint64_t{index} + 1);
    return nodes_[index];
  }
  Node& node(std::uint32_t index) {
    NOEX_CHECK(slot(index) != nullptr, "node{} does not run", index + 1);
    return *nodes_[index];
  }
  // Its machine, on which it runs.
  sim::Machine& machine(std::uint32_t index) {
    (void)node(index);
    return fabric_.machine(index);
  }

  void start_one(std::uint32_t index) {
    NOEX_CHECK(slot(index) == nullptr, "node{} runs already", index + 1);
    sim::Machine& machine = fabric_.machine(index);
    if (!machine.powered()) machine.power_on();
    sim::Host& host = machine.start();
    // In a turn of its own, as in a process that begins.
    host.loop().give(sim::EventKind::task, [this, index, &host] {
      NodeConfig config;
      config.id = ids_[index];
      for (const NodeId& other : ids_) {
        if (other != config.id) config.seeds.push_back(other);
      }
      config.options = options_;
      nodes_[index] = std::make_unique<Node>(std::move(config), host.loop(), host.network(),
                                             host.random("node"), log_);
      const Result<void> started = nodes_[index]->start();
      NOEX_CHECK(started.has_value(), "{}", describe(started.error()));
      if (program_) program_(*nodes_[index]);
    });
    while (nodes_[index] == nullptr) world_.run_until(world_.now() + 1ns);
  }

  // The process is dead before its objects go.
  void end(std::uint32_t index) {
    fabric_.machine(index).exit();
    nodes_[index].reset();
  }
  void crash(std::uint32_t index) {
    machine(index).crash();
    nodes_[index].reset();
  }
  void power_loss(std::uint32_t index) {
    machine(index).power_off();
    nodes_[index].reset();
  }
  void leave(std::uint32_t index) {
    in_turn(index, [this, index] {
      nodes_[index]->leave([this, index] {
        world_.schedule(world_.now(), sim::EventKind::task, index, [this, index] { end(index); });
      });
    });
  }
  void in_turn(std::uint32_t index, Task task) {
    machine(index).host()->loop().give(sim::EventKind::task, std::move(task));
  }

  bool run_until(const std::function<bool()>& is_true, Duration limit) {
    const bool endless = limit > Instant::max() - world_.now();
    const Instant end = endless ? Instant::max() : world_.now() + limit;
    while (!is_true()) {
      if (world_.now() >= end) return false;
      world_.run_until(std::min(end, world_.now() + step));
    }
    return true;
  }

  std::vector<NodeId> up(std::uint32_t index) {
    std::vector<NodeId> ids;
    for (const Member& member : node(index).members()) {
      if (member.up) ids.push_back(member.incarnation.id);
    }
    return ids;
  }

  bool all_up() {
    for (std::uint32_t index = 0; index < nodes_.size(); ++index) {
      if (nodes_[index] == nullptr) continue;
      std::vector<NodeId> expected;
      for (std::uint32_t other = 0; other < nodes_.size(); ++other) {
        if (other != index && nodes_[other] != nullptr) expected.push_back(ids_[other]);
      }
      std::ranges::sort(expected);
      if (up(index) != expected) return false;
    }
    return true;
  }

  // As fine as anybody could want to look; an event never takes longer.
  static constexpr Duration step = 100us;

  sim::World world_;
  sim::Fabric fabric_;
  const Options options_;
  NullLog log_;
  std::function<void(Node&)> program_;
  std::vector<NodeId> ids_;
  std::vector<std::unique_ptr<Node>> nodes_;
};

Cluster::Cluster(std::uint64_t seed, Options options)
    : impl_(std::make_unique<Impl>(seed, std::move(options))) {}
Cluster::~Cluster() = default;

void Cluster::on_start(std::function<void(Node&)> program) {
  impl_->set_program(std::move(program));
}
void Cluster::start(std::uint32_t count) {
  impl_->start(count);
}
std::uint32_t Cluster::size() const {
  return static_cast<std::uint32_t>(impl_->nodes_.size());
}
bool Cluster::runs(std::uint32_t index) const {
  return impl_->slot(index) != nullptr;
}
Node& Cluster::node(std::uint32_t index) {
  return impl_->node(index);
}
NodeId Cluster::id(std::uint32_t index) const {
  (void)impl_->slot(index);
  return impl_->ids_[index];
}

void Cluster::crash(std::uint32_t index) {
  impl_->crash(index);
}
void Cluster::power_loss(std::uint32_t index) {
  impl_->power_loss(index);
}
void Cluster::restart(std::uint32_t index) {
  impl_->start_one(index);
}
void Cluster::leave(std::uint32_t index) {
  impl_->leave(index);
}
void Cluster::pause(std::uint32_t index) {
  impl_->machine(index).pause();
}
void Cluster::resume(std::uint32_t index) {
  impl_->machine(index).resume();
}
void Cluster::cut(std::uint32_t a, std::uint32_t b) {
  impl_->fabric_.cut_both(a, b);
}
void Cluster::cut_one_way(std::uint32_t from, std::uint32_t to) {
  impl_->fabric_.cut(from, to);
}
void Cluster::heal(std::uint32_t a, std::uint32_t b) {
  impl_->fabric_.heal_both(a, b);
}
void Cluster::heal_all() {
  impl_->fabric_.heal_all();
}

Instant Cluster::now() const {
  return impl_->world_.now();
}
void Cluster::run_for(Duration time) {
  impl_->world_.run_until(now() + time);
}
bool Cluster::run_until(const std::function<bool()>& is_true, Duration limit) {
  return impl_->run_until(is_true, limit);
}
std::vector<NodeId> Cluster::running() const {
  std::vector<NodeId> ids;
  for (std::uint32_t index = 0; index < size(); ++index) {
    if (runs(index)) ids.push_back(id(index));
  }
  return ids;
}
bool Cluster::is_cut(std::uint32_t from, std::uint32_t to) const {
  return impl_->fabric_.is_cut(from, to);
}
bool Cluster::all_up() const {
  return impl_->all_up();
}
std::vector<NodeId> Cluster::up(std::uint32_t index) const {
  return impl_->up(index);
}
std::uint64_t Cluster::fingerprint() const {
  return impl_->world_.fingerprint();
}

void Cluster::spawn(std::uint32_t index, task<void> body) {
  auto shared = std::make_shared<task<void>>(std::move(body));
  impl_->in_turn(index, [this, index, shared] { (void)node(index).run(std::move(*shared)); });
}

}  // namespace noex::testkit
