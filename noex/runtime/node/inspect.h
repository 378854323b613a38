// What tests and checkers may look at in a node, beyond what programs see.
#pragma once

#include <utility>

#include "noex/runtime/names/name_service.h"
#include "noex/runtime/node/node.h"
#include "noex/runtime/node/standing_names.h"

namespace noex {

// The node's registry, as of its present boot; valid until it starts again in place.
inline const NameService& name_service(const Node& node) {
  return static_cast<const NameService&>(
      static_cast<const StandingNames&>(node.registry()).present());
}
inline NameService& name_service(Node& node) {
  return const_cast<NameService&>(name_service(std::as_const(node)));
}
inline const Registry& registry_of(const Node& node) {
  return name_service(node).core();
}
inline bool handles_name_conflict(const Node& node, ProcessId process) {
  return name_service(node).handles_name_conflict(process);
}

}  // namespace noex
