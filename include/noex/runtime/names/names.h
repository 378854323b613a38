// Names: the global registry, as processes and programs use it.
//
// What is registered on one node is found on all, and one process holds a name in the whole
// cluster; docs/PROTOCOL.md, "Registry". A reference is of the node that gives it; all on the
// node's thread.
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

class Names {
 public:
  virtual ~Names() = default;

  // Claims `name` in the whole cluster for a process of this node. Succeeds when the name is
  // visible at every node that granted it. Errors: name_taken (the detail says where), timeout,
  // overloaded, invalid_argument, noproc. timeout 0: register_timeout. Within a process only.
  virtual Future<Result<void>> register_name(std::string name, const Ref& process,
                                             Duration timeout = {}) = 0;
  // True if `process` held it; it is gone from here at once, elsewhere when they hear of it.
  virtual bool unregister_name(std::string_view name, const Ref& process) = 0;
  // Who holds the name, as far as this node knows; local, no waiting.
  virtual std::optional<Ref> lookup(std::string_view name) const = 0;
  // The same; where this node knows nobody, asks the nodes that would. Errors: noproc (none of
  // them knows a holder), timeout, invalid_argument. timeout 0: register_timeout. Within a process
  // only.
  virtual Future<Result<Ref>> find(std::string name, Duration timeout = {}) = 0;
  // All names with a common beginning.
  virtual std::map<std::string, Ref> names(std::string_view prefix = {}) const = 0;

  // Gives the name that `from` holds to `to`, both of this node, in one step: nobody ever misses
  // it. False: `from` does not hold it.
  virtual bool move_name(std::string_view name, const Ref& from, const Ref& to) = 0;
};

}  // namespace noex
