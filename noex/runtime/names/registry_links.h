// RegistryLinks: what the registry of a node needs of what owns its links, and nothing else.
#pragma once

#include "noex/runtime/core/ids.h"
#include "noex/transport/base/bytes.h"
#include "noex/transport/node_id.h"

namespace noex {

class RegistryLinks {
 public:
  virtual ~RegistryLinks() = default;

  // Sends one registry message over that very link, if it still is.
  virtual void send_registry(LinkSerial link, ByteView message) = 0;
  // The same, ahead of all that waits: what a link begins with.
  virtual void begin_registry(LinkSerial link, ByteView snapshot) = 0;
  // Something waits for a link to that node.
  virtual void reach(const NodeId& to) = 0;
  // That node's names are held: it may be announced.
  virtual void registry_known(const Incarnation& owner) = 0;
};

}  // namespace noex
