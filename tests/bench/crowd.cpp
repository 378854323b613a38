#include "tests/bench/crowd.h"

#include <utility>

#include "noex/transport/base/check.h"

namespace noex::bench {

namespace {

constexpr std::uint32_t pair_size = 2;
constexpr std::uint32_t crowd_machines = 64;
constexpr std::uint16_t port = 4369;

}  // namespace

Crowd::Crowd(std::uint32_t connections) {
  for (std::uint32_t i = 0; i < pair_size + crowd_machines; ++i) {
    fabric_.add_machine().start();
    listen(i);
  }
  dial(0, 1);
  for (std::uint32_t i = 0; i < connections; ++i) {
    const std::uint32_t from = i % crowd_machines;
    const std::uint32_t to =
        (from + 1 + i / crowd_machines % (crowd_machines - 1)) % crowd_machines;
    dial(pair_size + from, pair_size + to);
  }
  world_.run_until(world_.now() + 1s);
  NOEX_CHECK(fabric_.live_connections() == connections + 1, "not everybody is connected");
  dials_.clear();
}

// First the processes, then the objects in them.
Crowd::~Crowd() {
  for (std::uint32_t i = 0; i < fabric_.size(); ++i) fabric_.machine(i).exit();
}

void Crowd::listen(std::uint32_t index) {
  const Address address{fabric_.machine(index).address(), port};
  listeners_.push_back(host(index)
                           .network()
                           .listen(address,
                                   [this](std::unique_ptr<Connection> connection) {
                                     accepted_.push_back(std::move(connection));
                                   })
                           .value());
}

void Crowd::dial(std::uint32_t from, std::uint32_t to) {
  dials_.push_back(
      host(from).network().connect({fabric_.machine(to).address(), port}, 1s,
                                   [this](Result<std::unique_ptr<Connection>> connection) {
                                     dialled_.push_back(std::move(connection).value());
                                   }));
}

void Crowd::cut_and_heal() {
  fabric_.cut_both(0, 1);
  fabric_.heal_both(0, 1);
}

void Crowd::crash_and_return() {
  fabric_.machine(0).crash();
  fabric_.machine(0).start();
  dial(0, 1);
  world_.run_until(world_.now() + 10ms);
  dials_.clear();
}

}  // namespace noex::bench
