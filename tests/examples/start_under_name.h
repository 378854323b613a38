// A process of a node under a global name, until it is there.
#pragma once

#include <string>
#include <utility>

#include "noex/runtime/node/node.h"

namespace examples {

// A name may be claimed in vain while the network is bad: once more, until somebody holds it.
template <class P, class... Args>
noex::task<void> start_under_name(noex::Node& node, std::string name, Args... args) {
  while (!node.registry().lookup(name)) {
    const auto options = noex::SpawnOptions().global(name);
    const auto started = co_await node.spawn<P>(node.id(), options, args...);
    if (!started) co_await node.sleep(std::chrono::milliseconds(50));
  }
}

// The same for ever: whoever sees nobody under the name tries to be it.
template <class P, class... Args>
noex::task<void> stand_for_name(noex::Node& node, std::string name, Args... args) {
  for (;;) {
    co_await start_under_name<P>(node, name, args...);
    co_await node.sleep(std::chrono::milliseconds(100));
  }
}

}  // namespace examples
