#include "noex/sim/run/sim_node.h"

#include <utility>

#include <fmt/format.h>

namespace noex::sim {

namespace {

std::string_view describe_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

}  // namespace

void SimNode::NodeLog::write(LogLevel level, std::string_view text) {
  owner_.on_log(node_, fmt::format("{}: {}", describe_level(level), text));
}

SimNode::SimNode(SimNodeConfig config, Host& host, SimNodeOwner& owner, ApplicationRun& run)
    : machine_(config.machine),
      index_(config.index),
      host_(host),
      owner_(owner),
      log_(owner, config.machine),
      node_(std::move(config.node), host.loop(), host.network(), host.random("node"), log_),
      prober_(node_, *config.notebook,
              ProberConfig{config.company.prober, std::move(config.probe), config.processes_may_end,
                           config.active,
                           [this](const std::string& deed) { owner_.on_own_deed(machine_, deed); }},
              host.random("prober")),
      couriers_(node_, *config.book, *config.post, config.company, config.active,
                host.random("courier")),
      program_(run.make_program(*this)) {
  watch();
}

SimNode::~SimNode() = default;

Result<void> SimNode::start() {
  Result<void> started = node_.start();
  if (started) {
    prober_.start();
    couriers_.start();
    program_->start();
  }
  return started;
}

void SimNode::watch() {
  node_.on_node_up([this](const NodeId& id) {
    owner_.on_told(machine_, id, true);
    owner_.on_cluster_event(machine_, "up", id, {});
  });
  node_.on_node_down([this](const NodeId& id, DownReason why) {
    owner_.on_told(machine_, id, false);
    owner_.on_cluster_event(machine_, "down", id, noex::describe(why));
  });
  node_.on_restarted([this] { owner_.on_cluster_event(machine_, "restarted", node_.id(), {}); });
}

bool SimNode::leave(Task done) {
  if (std::exchange(leaving_, true)) return false;
  program_->leave();
  node_.leave(std::move(done));
  return true;
}

}  // namespace noex::sim
