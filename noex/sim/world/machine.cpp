#include "noex/sim/world/machine.h"

#include <utility>

#include <fmt/format.h>

#include "noex/sim/world/dials.h"
#include "noex/sim/world/fabric.h"
#include "noex/sim/world/streams.h"
#include "noex/transport/base/check.h"

namespace noex::sim {

namespace {

// Up to ten days, in whole milliseconds: an instant of one machine is nonsense on another.
Duration draw_uptime(const World& world, std::uint32_t index) {
  Random random = world.random("uptime", index);
  return std::chrono::milliseconds{random.between(60'000, 864'000'000)};
}

}  // namespace

std::string machine_address(std::uint32_t index) {
  return fmt::format("10.{}.{}.{}", index / 62'500, index / 250 % 250, index % 250 + 1);
}

Machine::Machine(Fabric& fabric, std::uint32_t index, std::string name)
    : fabric_(fabric),
      index_(index),
      name_(std::move(name)),
      address_(machine_address(index)),
      clock_(draw_uptime(fabric.world(), index)) {}

Machine::~Machine() {
  if (host_ != nullptr) power_off();
}

bool Machine::is_local(const std::string& host) const {
  return host == address_ || host == name_ || host == "127.0.0.1" || host == "localhost" ||
         host == "0.0.0.0";
}

Host& Machine::start() {
  NOEX_CHECK(host_ == nullptr, "{} runs a process already", name_);
  if (!powered_) power_on();
  World& world = fabric_.world();
  if (!hosts_.empty()) world.hit(FaultKind::restart);
  if (clock_.skew() != 0) world.hit(FaultKind::clock_skew);
  hosts_.push_back(std::make_unique<Host>(fabric_, *this, hosts_.size() + 1));
  host_ = hosts_.back().get();
  return *host_;
}

// Its connections go first: a handle that its own tasks destroy must not speak for it.
void Machine::end_process() {
  Host& host = *std::exchange(host_, nullptr);
  if (powered_) {
    fabric_.streams().process_ended(host);
  } else {
    fabric_.streams().machine_vanished(index_);
  }
  fabric_.dials().drop(host);
  host.loop().kill();
  const std::map<std::uint16_t, Port> closed = std::exchange(ports_, {});
}

void Machine::crash() {
  if (host_ == nullptr) return;
  fabric_.world().hit(FaultKind::crash);
  end_process();
}

void Machine::exit() {
  if (host_ != nullptr) end_process();
}

void Machine::power_off() {
  if (!powered_) return;
  powered_ = false;
  fabric_.world().hit(FaultKind::power_loss);
  if (host_ != nullptr) {
    end_process();
  } else {
    fabric_.streams().machine_vanished(index_);
  }
}

void Machine::power_on() {
  if (powered_) return;
  powered_ = true;
  fabric_.streams().machine_appeared(index_);
}

void Machine::pause() {
  if (host_ != nullptr) host_->loop().pause();
}

void Machine::resume() {
  if (paused()) host_->loop().resume();
}

void Machine::jump_wall(Duration by) {
  clock_.set_wall_offset(clock_.wall_offset() + by);
  if (host_ != nullptr) fabric_.world().hit(FaultKind::clock_jump);
}

std::uint16_t Machine::free_port() {
  do {
    last_port_ = last_port_ == 65535 ? 49152 : static_cast<std::uint16_t>(last_port_ + 1);
  } while (ports_.contains(last_port_));
  return last_port_;
}

}  // namespace noex::sim
