#include "sim/cluster/prober.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "chat/messages.h"
#include "runtime/call.h"
#include "sim/cluster/scenario.h"

namespace noex::sim {

namespace {

constexpr std::size_t lines_max = 24;
constexpr Duration pause_min = 300ms;
constexpr Duration pause_max = 2500ms;
constexpr std::uint32_t name_chance = 250'000;  // of a million
constexpr std::uint64_t probe_names = 2;
constexpr std::uint32_t end_chance = 15'000;
constexpr Duration patience[] = {2ms, 20ms, 200ms, 2s};

}  // namespace

Prober::Prober(Node& node, Notebook& notebook, bool may_end, Duration active, Random random)
    : node_(node),
      notebook_(notebook),
      may_end_(may_end),
      end_(node.loop().now() + active),
      random_(random) {
  node_.on_restarted([this] { start(); });
}

void Prober::start() {
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
    std::string name = fmt::format("probe:{}", random_.below(probe_names));
    const Duration time{random_.between(0, pause_max.count())};
    auto self = std::make_shared<Ref>();
    const Duration wait = std::min(timeout, node_.options().register_timeout);
    const Result<Ref> started = node_.run(hold(std::move(name), self, wait, time));
    if (started) *self = *started;
  }
  if (notebook_.lines.empty()) return;
  const Notebook::Line& line = notebook_.lines[random_.below(notebook_.lines.size())];
  const Ref ref(line.where.id, line.where.boot, line.process, &node_);
  if (may_end_ && random_.chance(end_chance)) {
    node_.exit(ref, ExitReason::shutdown());
  } else {
    (void)node_.run(call(ref, timeout));
  }
}

task<void> Prober::call(Ref ref, Duration timeout) {
  (void)co_await ref.call_within<chat::ListUsers>(timeout);
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
  for (const auto& [name, ref] : node_.registry().names("room:")) {
    Notebook::Line line{Incarnation{ref.node(), ref.boot()}, ref.process()};
    if (std::ranges::count(notebook_.lines, line) > 0) continue;
    notebook_.lines.push_back(std::move(line));
    if (notebook_.lines.size() > lines_max) notebook_.lines.pop_front();
  }
}

}  // namespace noex::sim
