// RegistryPorts: what the registry's parts ask of the whole, so that each is tested alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "noex/runtime/registry/registry.h"
#include "noex/runtime/registry/registry_wire.h"

namespace noex {

// None of these calls back into the caller before it has returned.
class RegistryPorts {
 public:
  virtual ~RegistryPorts() = default;

  // To this node itself too. Dropped if there is no link to that incarnation.
  virtual void send(const Incarnation& to, const RegistryMessage& message) = 0;
  virtual void finish(RegistryFinished finished) = 0;
  virtual void finish(RegistryFound found) = 0;
  // Makes the entry, which nobody visible has, and tells everyone linked. Returns its sequence.
  virtual std::uint64_t publish(const std::string& name, const RegistryEntry& entry) = 0;
  // Takes the own entry back and tells everyone linked.
  virtual void withdraw(const std::string& name) = 0;
  // To everyone linked but these two.
  virtual void forward(const RegistryMessage& message, const NodeId& sender,
                       const NodeId& owner) = 0;
  // Entries of these names may have become visible.
  virtual void appeared(std::vector<std::string> names) = 0;
  // Something waits for a link to it.
  virtual void reach(const NodeId& to) = 0;
  virtual void known(const Incarnation& owner) = 0;
};

}  // namespace noex
