// What tests and checkers may look at in a node, beyond what programs see.
#pragma once

#include "noex/runtime/names/name_service.h"
#include "noex/runtime/node/node.h"

namespace noex {

// The node's registry, as of its present boot; valid until it starts again in place.
inline NameService& name_service(Node& node) {
  return static_cast<NameService&>(node.registry());
}
inline const Registry& registry_of(const Node& node) {
  return static_cast<const NameService&>(node.registry()).core();
}
inline bool handles_name_conflict(const Node& node, ProcessId process) {
  return static_cast<const NameService&>(node.registry()).handles_name_conflict(process);
}

}  // namespace noex
