#include "noex/runtime/node/node_core.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "noex/transport/base/check.h"
#include "noex/transport/handshake.h"

namespace noex {

namespace {

constexpr std::uint64_t boot_random_range = 1024;  // below the grain of any wall clock
constexpr std::uint64_t later_boot_range = 1'000'000'000;

}  // namespace

NodeCore::NodeCore(Node& node, NodeConfig config, Loop& loop, Network& network, Random random,
                   Log& log, ClientSide* client)
    : node_(node),
      client_(client),
      config_(std::move(config)),
      loop_(loop),
      network_(network),
      random_(random),
      program_log_(log),
      log_(log, loop),
      clock_(config_.id, config_.options.clock_ahead_max),
      restarts_(config_.options) {
  std::erase(config_.seeds, config_.id);
  const Boot boot = fresh_boot();
  make_runtime(boot, random_.split("cluster"));
}

Result<void> NodeCore::start() {
  loop_.check_thread();
  if (started_) {
    return fail(ErrorCode::invalid_argument,
                "start() was called before: a node starts once, make another one");
  }
  if (const Result<NodeId> id = parse_node_id(config_.id.text()); !id || *id != config_.id) {
    return fail(ErrorCode::invalid_argument,
                id ? "the node's id is not what its text says" : id.error().detail);
  }
  const std::string& host = config_.id.host();
  if (client_ == nullptr && !config_.insecure && !network_.is_private() && !is_loopback(host)) {
    return fail(ErrorCode::unauthorised,
                fmt::format("{} can be reached from other machines, and what nodes say to each "
                            "other would not be encrypted",
                            host));
  }
  Result<void> listening = runtime_->cluster->start();
  started_ = listening.has_value();
  return listening;
}

void NodeCore::crash() {
  NOEX_CHECK(telling_ == 0 && runtime_->processes.current_process() == 0,
             "a Node was destroyed within its own callback or process: post() that to its loop");
  crashing_ = true;
  runtime_->destroy_processes();
}

void NodeCore::make_runtime(Boot boot, Random cluster_random) {
  Observer& observer = config_.observer != nullptr ? *config_.observer : nobody_;
  const RuntimeWorld world{node_,  config_,    loop_, network_, log_,   observer,
                           clock_, behaviors_, *this, *this,    client_};
  runtime_ = std::make_unique<Runtime>(world, boot, cluster_random,
                                       random_.split("processes", boot), restarts_.earliest());
  if (client_ != nullptr) {
    names_.set_present(client_->names());
    groups_.set_present(client_->groups());
  } else {
    names_.set_present(runtime_->names);
    groups_.set_present(runtime_->groups);
  }
}

// Whatever the clock says, there is a boot, and room above it.
Boot NodeCore::fresh_boot() {
  const std::int64_t now = loop_.wall_now().time_since_epoch().count();
  const auto wall = static_cast<std::uint64_t>(
      std::clamp<std::int64_t>(now, boot_random_range, trusted_wall_max));
  return wall - wall % boot_random_range + random_.below(boot_random_range);
}

// An earlier process may have come back like this, and only some may know of it: the next boot
// number itself may have been its, one that is drawn is nobody's.
void NodeCore::restart_in_place(Boot lowest) {
  const Boot boot = lowest + std::min(random_.below(later_boot_range), boot_max - lowest);
  log_.warning("this node's id was used with a later boot; it starts again in place");
  restarts_.on_restart(loop_.now());
  ++telling_;  // processes end
  runtime_->processes.exit_all(ExitReason::killed());
  runtime_->destroy_processes();
  make_runtime(boot, random_.split("cluster", boot));
  if (Result<void> started = runtime_->cluster->start(); !started) {
    log_.error("could not listen again: {}", describe(started.error()));
  }
  --telling_;
  tell(restarted);
}

// --- Sender ---

Result<void> NodeCore::cast(const Ref& to, TypeId type, Outgoing& message) {
  loop_.check_thread();
  return runtime_->router.cast(to, type, message);
}

Result<void> NodeCore::start_call(const Ref& to, TypeId type, Outgoing& message, Duration timeout,
                                  PendingCall& call) {
  loop_.check_thread();
  return runtime_->router.start_call(to, type, message, timeout, call);
}

void NodeCore::abandon_call(PendingCall& call) {
  const Calls::Target target = runtime_->calls.abandon(call, ErrorCode::cancelled);
  if (!crashing_) runtime_->router.cancel(target);
}

Result<bool> NodeCore::start_cast(const Ref& to, TypeId type, Outgoing& message, Duration timeout,
                                  PendingCast& cast) {
  return runtime_->router.start_cast(to, type, message, timeout, cast);
}

void NodeCore::abandon_cast(PendingCast& cast) {
  runtime_->flow.forget(cast.link, cast.ticket);
}

// --- NodeEvents ---

void NodeCore::on_node_up(const NodeId& node) {
  tell(up, node);
}

void NodeCore::on_node_down(const NodeId& node, DownReason reason) {
  tell(down, node, reason);
}

void NodeCore::on_seed_unreachable(const NodeId& seed, ErrorCode why) {
  tell(seed_unreachable, seed, why);
}

void NodeCore::on_name_refused(const NodeId& holder) {
  tell(name_refused, holder);
}

void NodeCore::on_boot_too_low(Boot lowest) {
  loop_.post(lifeline_.guard([this, lowest] { restart_in_place(lowest); }));
}

}  // namespace noex
