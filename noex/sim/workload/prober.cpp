#include "noex/sim/workload/prober.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "noex/runtime/message/call.h"
#include "noex/sim/scenario/scenario.h"
#include "noex/sim/workload/parcels.h"

namespace noex::sim {

namespace {

constexpr std::size_t lines_max = 24;
constexpr std::string_view own_prefix = "probe:";
constexpr Duration pause_min = 300ms;
constexpr Duration pause_max = 2500ms;
constexpr std::uint32_t name_chance = 250'000;  // of a million
constexpr std::uint64_t probe_names = 2;
constexpr std::uint32_t end_chance = 15'000;
constexpr Duration patience[] = {2ms, 20ms, 200ms, 2s};

}  // namespace

Prober::Prober(Node& node, Notebook& notebook, ProberConfig config, Random random)
    : node_(node),
      notebook_(notebook),
      config_(std::move(config)),
      end_(node.loop().now() + config_.active),
      random_(random) {
  node_.on_restarted([this] { start(); });
}

void Prober::start() {
  if (!config_.on) return;
  (void)node_.run(run());
}

task<void> Prober::run() {
  while (node_.loop().now() < end_) {
    // Every name is told to everybody: many nodes name as much together as a full mesh does.
    const auto crowd = static_cast<std::int64_t>(1 + node_.members().size() / 32);
    const Duration pause{random_.between(pause_min.count(), pause_max.count()) * crowd};
    co_await node_.sleep(pause);
    if (node_.loop().now() < end_) probe();
  }
}

void Prober::probe() {
  write_down();
  const Duration timeout = patience[random_.below(std::size(patience))];
  if (random_.chance(name_chance)) {
    std::string name = fmt::format("{}{}", own_prefix, random_.below(probe_names));
    const Duration time{random_.between(0, pause_max.count())};
    auto self = std::make_shared<Ref>();
    const Duration wait = std::min(timeout, node_.options().register_timeout);
    const Result<Ref> started = node_.run(hold(std::move(name), self, wait, time));
    if (started) *self = *started;
  }
  if (notebook_.lines.empty()) return;
  const Notebook::Line& line = notebook_.lines[random_.below(notebook_.lines.size())];
  const Ref ref = node_.ref(line.where, line.process);
  if (config_.may_end && random_.chance(end_chance)) {
    end(line, ref);
  } else {
    (void)node_.run(call(ref, timeout));
  }
}

// It goes by what it wrote down: the process may have ended long ago.
void Prober::end(const Notebook::Line& line, const Ref& ref) {
  if (config_.tell) {
    const std::map<std::string, Ref> now = node_.registry().names(line.name);
    const auto found = now.find(line.name);
    const bool holds = found != now.end() && found->second == ref;
    const std::string_view rest = std::string_view(line.name).substr(config_.probe.prefix.size());
    config_.tell(fmt::format("the prober {} {} {} on {}",
                             holds ? "ends" : "tells a process to end that was", config_.probe.noun,
                             rest, line.where.id.name()));
  }
  node_.exit(ref, ExitReason::shutdown());
}

task<void> Prober::call(Ref ref, Duration timeout) {
  if (config_.probe.ask != nullptr) {
    co_await config_.probe.ask(ref, timeout);
  } else {
    (void)co_await ref.call_within<Riddle>(timeout);
  }
}

// The name ends with the process, and so does its membership of the group of all who probe.
task<void> Prober::hold(std::string name, std::shared_ptr<Ref> self, Duration timeout,
                        Duration time) {
  (void)node_.groups().join("probes", *self);
  const Result<void> held = co_await node_.registry().register_name(name, *self, timeout);
  if (held) {
    co_await node_.sleep(time);
  } else {
    (void)co_await node_.registry().find(name, timeout);
  }
}

void Prober::write_down() {
  for (const auto& [name, ref] : node_.registry().names(config_.probe.prefix)) {
    if (name.starts_with(own_prefix)) continue;
    Notebook::Line line{ref.incarnation(), ref.process(), name};
    if (std::ranges::count(notebook_.lines, line) > 0) continue;
    notebook_.lines.push_back(std::move(line));
    if (notebook_.lines.size() > lines_max) notebook_.lines.pop_front();
  }
}

}  // namespace noex::sim
