#include "noex/sim/world/fabric.h"

#include <fmt/format.h>

namespace noex::sim {

Fabric::Fabric(World& world, FabricOptions options)
    : world_(world), options_(options), streams_(world, *this), dials_(world, *this) {}

Fabric::~Fabric() = default;

Machine& Fabric::add_machine(std::string name) {
  const std::uint32_t index = size();
  if (name.empty()) name = fmt::format("node{}", index + 1);
  links_.add_machine();
  machines_.push_back(std::make_unique<Machine>(*this, index, std::move(name)));
  return *machines_.back();
}

Machine* Fabric::find(const std::string& host) {
  for (const auto& machine : machines_) {
    if (host == machine->address() || host == machine->name()) return machine.get();
  }
  return nullptr;
}

void Fabric::set_limit(std::uint32_t from, std::uint32_t to, std::uint64_t bytes_per_second) {
  links_.set_limit(from, to, bytes_per_second);
  if (bytes_per_second == 0) streams_.limit_ended(from, to);
}

void Fabric::cut(std::uint32_t from, std::uint32_t to, bool bridge) {
  links_.cut(from, to, bridge);
}

void Fabric::heal(std::uint32_t from, std::uint32_t to) {
  if (!links_.is_cut(from, to)) return;
  links_.heal(from, to);
  streams_.path_opened(from, to);
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
