#include "sim/cluster/prober.h"

#include <algorithm>

#include "chat/messages.h"
#include "runtime/call.h"
#include "sim/cluster/scenario.h"

namespace noex::sim {

namespace {

constexpr std::size_t lines_max = 24;
constexpr Duration pause_min = 300ms;
constexpr Duration pause_max = 2500ms;
constexpr std::uint32_t end_chance = 15'000;  // of a million
constexpr Duration patience[] = {2ms, 20ms, 200ms, 2s};

}  // namespace

Prober::Prober(Node& node, Notebook& notebook, bool may_end, Random random)
    : node_(node), notebook_(notebook), may_end_(may_end), random_(random) {
  node_.on_restarted([this] { start(); });
}

void Prober::start() {
  (void)node_.run(run());
}

task<void> Prober::run() {
  for (;;) {
    const Duration pause{random_.between(pause_min.count(), pause_max.count())};
    co_await node_.sleep(pause);
    write_down();
    if (notebook_.lines.empty()) continue;
    const Notebook::Line line = notebook_.lines[random_.below(notebook_.lines.size())];
    const Duration timeout = patience[random_.below(std::size(patience))];
    const Ref ref(line.where.id, line.where.boot, line.process, &node_);
    if (may_end_ && random_.chance(end_chance)) {
      node_.exit(ref, ExitReason::shutdown());
    } else {
      (void)co_await ref.call_within<chat::ListUsers>(timeout);
    }
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
