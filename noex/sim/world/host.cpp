#include "noex/sim/world/host.h"

#include <algorithm>

#include "noex/sim/world/fabric.h"
#include "noex/sim/world/machine.h"
#include "noex/transport/base/check.h"

namespace noex::sim {

namespace {

// A turn that posts this often posts for ever.
constexpr std::uint64_t posts_per_turn_max = 10'000'000;

}  // namespace

HostLoop::HostLoop(World& world, Machine& machine) : world_(world), machine_(machine) {}

HostLoop::~HostLoop() {
  kill();
}

Instant HostLoop::now() const {
  return machine_.clock().monotonic(world_.now());
}

WallTime HostLoop::wall_now() const {
  return machine_.clock().wall(world_.now());
}

void HostLoop::post(Task task) {
  if (dead_) return;
  ready_.push(std::move(task));
  if (in_turn_ || wake_ != 0) return;
  wake_ =
      world_.schedule(world_.now(), EventKind::task, machine_.index(), [this] { wake_ = 0; }, this);
}

TimerId HostLoop::start_timer(Instant at, Task task) {
  if (dead_) return 0;
  return world_.schedule(machine_.clock().world(at), EventKind::timer, machine_.index(),
                         std::move(task), this);
}

bool HostLoop::cancel_timer(TimerId timer) {
  return !dead_ && world_.cancel(timer);
}

void HostLoop::give(EventKind kind, Task task) {
  if (dead_) return;
  if (held() || in_turn_) {
    world_.schedule(world_.now(), kind, machine_.index(), std::move(task), this);
  } else {
    run(task);
  }
}

void HostLoop::run(Task& task) {
  NOEX_CHECK(!in_turn_, "a turn inside a turn of {}", machine_.name());
  in_turn_ = true;
  task();
  task = nullptr;
  for (std::uint64_t posts = 0; !ready_.empty() && !doomed_; ++posts) {
    NOEX_CHECK(posts < posts_per_turn_max, "{} posts for ever", machine_.name());
    Task next = ready_.pop();
    next();
  }
  in_turn_ = false;
  if (machine_.slowness_ > Duration{0}) busy_until_ = world_.now() + machine_.slowness_;
  if (!paused_ && !doomed_ && !deferred_.empty()) release_next();
}

bool HostLoop::defers(EventId event) {
  if (doomed_) {
    deferred_.push_back(event);
    return true;
  }
  if (event == released_) {
    released_ = 0;
    if (!paused_) return false;
    deferred_.push_front(event);
    return true;
  }
  if (!held()) return false;
  if (paused_) {
    world_.hit(FaultKind::pause, machine_.index());
  } else if (world_.now() < busy_until_) {
    world_.hit(FaultKind::slow_node, machine_.index());
  }
  deferred_.push_back(event);
  if (!paused_ && released_ == 0) release_next();
  return true;
}

// One at a time: each is a turn, and a slow process is busy after each.
void HostLoop::release_next() {
  while (!deferred_.empty() && released_ == 0) {
    const EventId next = deferred_.front();
    deferred_.pop_front();
    if (world_.requeue(next, std::max(world_.now(), busy_until_))) released_ = next;
  }
}

void HostLoop::resume() {
  paused_ = false;
  if (released_ == 0) release_next();
}

void HostLoop::kill() {
  if (dead_) return;
  dead_ = true;
  deferred_.clear();
  while (!ready_.empty()) ready_.pop();
  world_.cancel_all(*this);
}

Host::Host(Fabric& fabric, Machine& machine, std::uint64_t run)
    : machine_(machine), run_(run), loop_(fabric.world(), machine), network_(fabric, *this) {}

Random Host::random(std::string_view label) const {
  const std::uint64_t number = (std::uint64_t{machine_.index()} << 32) | run_;
  return machine_.fabric().world().random(label, number);
}

}  // namespace noex::sim
