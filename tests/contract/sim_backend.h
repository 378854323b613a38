// The simulated backend under the contract suite: two machines, half a millisecond apart, whose
// links split and merge what they carry.
#pragma once

#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "noex/sim/world/fabric.h"
#include "tests/contract/backend.h"

namespace noex {

class SimBackend final : public Backend {
 public:
  SimBackend() {
    sim::LinkProfile profile;
    profile.chunk_chance = 200'000;
    fabric_.set_profile(profile);
    for (int i = 0; i < 2; ++i) fabric_.add_machine().start();
  }

  Loop& loop(int host) override { return this->host(host).loop(); }
  Network& network(int host) override { return this->host(host).network(); }
  std::string host_name(int host) const override { return host == 0 ? "10.0.0.1" : "10.0.0.2"; }

  void run_until(std::function<bool()> done) override {
    const Instant end = world_.now() + 60s;
    while (!done()) {
      if (world_.now() > end || !world_.step()) {
        ADD_FAILURE() << "took over 60 s, or nothing is left to happen";
        return;
      }
    }
  }
  void run_for(Duration duration) override { world_.run_until(world_.now() + duration); }

 private:
  sim::Host& host(int index) { return *fabric_.machine(static_cast<std::uint32_t>(index)).host(); }

  sim::World world_{1};
  sim::Fabric fabric_{world_};
};

}  // namespace noex
