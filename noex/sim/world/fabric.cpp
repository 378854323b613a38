#include "noex/sim/world/fabric.h"

#include <fmt/format.h>

#include "noex/sim/world/dials.h"
#include "noex/sim/world/streams.h"

namespace noex::sim {

Fabric::Fabric(World& world, FabricOptions options)
    : world_(world),
      options_(options),
      streams_(std::make_unique<Streams>(world, *this)),
      dials_(std::make_unique<Dials>(world, *this)) {}

Fabric::~Fabric() = default;

Machine& Fabric::add_machine(std::string name) {
  const std::uint32_t index = size();
  if (name.empty()) name = fmt::format("node{}", index + 1);
  links_.add_machine();
  machines_.push_back(std::make_unique<Machine>(*this, index, std::move(name)));
  Machine& machine = *machines_.back();
  by_host_.emplace(machine.address(), &machine);
  by_host_.emplace(machine.name(), &machine);
  return machine;
}

Machine* Fabric::find(const std::string& host) {
  const auto found = by_host_.find(host);
  return found == by_host_.end() ? nullptr : found->second;
}

void Fabric::set_limit(std::uint32_t from, std::uint32_t to, std::uint64_t bytes_per_second) {
  check_pair(from, to);
  links_.set_limit(from, to, bytes_per_second);
  if (bytes_per_second == 0) streams_->limit_ended(from, to);
}

bool Fabric::reset_connection(std::uint32_t a, std::uint32_t b, std::uint64_t key) {
  return streams_->reset_one(a, b, key);
}

bool Fabric::sever_connection(std::uint32_t a, std::uint32_t b, std::uint64_t key) {
  return streams_->sever_one(a, b, key);
}

std::uint64_t Fabric::live_connections() const {
  return streams_->live();
}

void Fabric::set_write_watch(WriteWatch* watch) {
  streams_->set_write_watch(watch);
}

void Fabric::set_tap(StreamTap* tap) {
  streams_->set_tap(tap);
}

void Fabric::cut(std::uint32_t from, std::uint32_t to, bool bridge) {
  check_pair(from, to);
  links_.cut(from, to, bridge);
}

void Fabric::heal(std::uint32_t from, std::uint32_t to) {
  if (!is_cut(from, to)) return;
  links_.heal(from, to);
  streams_->path_opened(from, to);
}

void Fabric::cut_both(std::uint32_t a, std::uint32_t b) {
  cut(a, b);
  cut(b, a);
}

void Fabric::heal_both(std::uint32_t a, std::uint32_t b) {
  heal(a, b);
  heal(b, a);
}

void Fabric::heal_all() {
  for (std::uint32_t from = 0; from < size(); ++from) {
    for (std::uint32_t to = 0; to < size(); ++to) heal(from, to);
  }
}

}  // namespace noex::sim
