// Names: the global registry, as processes and programs use it.
//
// A name that is registered on one node is found on all nodes, and at most one process in the
// cluster holds it (docs/PROTOCOL.md, "Registry"). A name has 1 to 255 bytes.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "noex/runtime/message/future.h"
#include "noex/runtime/message/ref.h"
#include "noex/transport/base/error.h"
#include "noex/transport/base/time.h"

namespace noex {

// Belongs to a Node (Node::registry()); on the node's thread.
class Names {
 public:
  virtual ~Names() = default;

  // Claims `name` in the whole cluster for a process of this node. Succeeds once the name is
  // visible on every node that granted it. `timeout` 0: Options::register_timeout. To be awaited,
  // within a process. Errors: name_taken (the detail says by whom), timeout (it may be registered
  // all the same), overloaded (Options::names_max), invalid_argument (the length), noproc (no
  // process of this node, or it has ended).
  virtual Future<Result<void>> register_name(std::string name, const Ref& process,
                                             Duration timeout = {}) = 0;
  // Gives the name up: here at once, on other nodes when they hear of it. False: `process` does not
  // hold it.
  virtual bool unregister_name(std::string_view name, const Ref& process) = 0;
  // The holder of the name, as far as this node knows. Asks no other node.
  virtual std::optional<Ref> lookup(std::string_view name) const = 0;
  // The holder of the name; if this node knows of none, it asks the name's arbiters. `timeout` 0:
  // Options::register_timeout. To be awaited, within a process. Errors: noproc (nobody holds it as
  // far as they know), timeout, invalid_argument.
  virtual Future<Result<Ref>> find(std::string name, Duration timeout = {}) = 0;
  // All names that begin with `prefix` and their holders, as far as this node knows.
  virtual std::map<std::string, Ref> names(std::string_view prefix = {}) const = 0;

  // Gives the name that `from` holds to `to` in one step, so that at no moment it has no holder;
  // both are processes of this node. False: `from` does not hold it.
  virtual bool move_name(std::string_view name, const Ref& from, const Ref& to) = 0;
};

}  // namespace noex
