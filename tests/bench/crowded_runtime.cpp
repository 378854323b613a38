#include "tests/bench/crowded_runtime.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "noex/runtime/registry/registry_peers.h"
#include "noex/transport/base/check.h"

namespace noex::bench {

namespace {

constexpr std::size_t peers = 11;
constexpr std::size_t bystander = peers;
constexpr std::string_view rare_beginning = "rare:";
constexpr ProcessId busy_process = 1;
constexpr ProcessId other_process = 2;

}  // namespace

struct CrowdedRuntime::Call final : PendingCall {
  void complete_error(Error) override {}
  bool complete_bytes(Decoder&) override { return true; }
  void complete_value(void*) override {}
  void encode_to(Writer&) const override {}
};

Options CrowdedRuntime::options() {
  Options options;
  options.names_max = 1'000'000;
  options.message_bytes_max = 64 * 1024 * 1024;
  return options;
}

Incarnation CrowdedRuntime::peer(std::size_t number) {
  return {NodeId(fmt::format("peer{}", number), fmt::format("10.0.1.{}", number), 4369), 1};
}

CrowdedRuntime::CrowdedRuntime(std::size_t entries)
    : entries_(entries), clock_(NodeId("self", "10.0.0.1", 4369), options().clock_ahead_max) {
  fabric_.add_machine();
  sim::Host& host = fabric_.machine(0).start();
  config_.id = NodeId("self", "10.0.0.1", 4369);
  config_.options = options();
  node_ = std::make_unique<Node>(config_, host.loop(), host.network(), host.random("node"), log_);
  const RuntimeWorld world{*node_,    config_, host.loop(), host.network(), log_,
                           observer_, clock_,  behaviors_,  *this,          *this};
  runtime_ = std::make_unique<Runtime>(world, 1, host.random("cluster"), host.random("processes"),
                                       Instant::min());
  runtime_->links.set_cluster(cluster_);
  runtime_->names.core().set_settled(true);
  register_names();
  meet_peers();
  fill();
  run_for(1ms);
}

CrowdedRuntime::~CrowdedRuntime() {
  runtime_->destroy_processes();
}

// While nobody else is up, so that each is there at once.
void CrowdedRuntime::register_names() {
  const auto done = [](const Result<void>& result) { NOEX_CHECK(result.has_value()); };
  for (std::size_t i = 0; i < entries_; ++i) {
    runtime_->names.claim(fmt::format("name:{}", i), busy_process, 1h, done);
  }
  for (std::size_t i = 0; i < 3; ++i) {
    runtime_->names.claim(fmt::format("{}{}", rare_beginning, i), busy_process, 1h, done);
  }
}

void CrowdedRuntime::meet_peers() {
  for (std::size_t i = 0; i < peers; ++i) {
    links_.push_back(std::make_unique<NullLink>(peer(i), ++last_link_));
    cluster_.add(*links_.back());
    runtime_->links.add(*links_.back());
    runtime_->names.core().on_link_up(peer(i), last_link_);
    runtime_->on_node_up(peer(i));
  }
  link_bystander();
}

// As Runtime::on_link_up, without a snapshot of all names.
void CrowdedRuntime::link_bystander() {
  idle_link_ = std::make_unique<NullLink>(peer(bystander), ++last_link_);
  runtime_->links.add(*idle_link_);
  runtime_->names.core().on_link_up(idle_link_->peer(), idle_link_->serial());
}

// The next name for which others are asked.
std::string CrowdedRuntime::free_name(std::string_view kind, std::size_t& number) const {
  std::vector<Incarnation> members{runtime_->self};
  for (std::size_t i = 0; i <= bystander; ++i) members.push_back(peer(i));
  while (true) {
    std::string name = fmt::format("{}{}", kind, number++);
    const std::vector<Incarnation> arbiters = arbiters_of(name, members);
    if (std::ranges::find(arbiters, peer(bystander)) == arbiters.end()) return name;
  }
}

Ref CrowdedRuntime::remote(std::size_t number) {
  const Incarnation& to = link(number).peer();
  return Ref(to.id, to.boot, number + 1, this);
}

task<void> CrowdedRuntime::start_calls() {
  for (std::size_t i = 0; i < entries_; ++i) {
    calls_.push_back(std::make_unique<Call>());
    const Result<void> started =
        runtime_->calls.start(*calls_.back(), remote(i), link(i).serial(), 1h);
    NOEX_CHECK(started.has_value());
  }
  co_return;
}

void CrowdedRuntime::fill() {
  std::size_t claim = 0;
  std::size_t find = 0;
  for (std::size_t i = 0; i < entries_; ++i) {
    runtime_->monitors.add(busy_process, remote(i));
    runtime_->process_links.add(busy_process, remote(i), &link(i));
    wire::Spawn spawn;
    spawn.remaining = 1h;
    (void)runtime_->spawner.there(&link(i), std::move(spawn), {}, 0);
    runtime_->names.claim(free_name("claim:", claim), busy_process, 1h, [](Result<void>) {});
    (void)runtime_->names.find(free_name("find:", find), 1h);
    NOEX_CHECK(runtime_->name_monitors.add(busy_process, fmt::format("watched:{}", i)).has_value());
  }
  NOEX_CHECK(runtime_->processes.run(start_calls()).has_value());
  run_for(1ms);
  NOEX_CHECK(runtime_->calls.pending() == entries_);
  NOEX_CHECK(runtime_->names.core().pending_requests() == entries_);
}

void CrowdedRuntime::lose_link() {
  runtime_->on_link_down(*idle_link_);
  link_bystander();
}

void CrowdedRuntime::end_process() {
  runtime_->on_process_ended(other_process, ExitReason::normal());
}

void CrowdedRuntime::meet_bystander() {
  runtime_->on_node_up(peer(bystander));
  runtime_->on_node_down(peer(bystander), DownReason::connection_closed);
}

bool CrowdedRuntime::ask_link_in_use() {
  return runtime_->link_in_use(*idle_link_);
}

void CrowdedRuntime::make_monitor() {
  const MonitorId monitor = runtime_->monitors.add(other_process, remote(0));
  NOEX_CHECK(runtime_->monitors.remove(other_process, monitor));
}

std::size_t CrowdedRuntime::list_rare_names() {
  return runtime_->names.names(rare_beginning).size();
}

}  // namespace noex::bench
