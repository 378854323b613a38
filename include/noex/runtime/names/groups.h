// Groups: processes under a common name, known on every node; for programs.
//
// A membership belongs to its process's node, which alone may begin and end it; it travels with
// that node's names and ends with its process. Nobody is asked and nobody can lose one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "noex/runtime/message/ref.h"
#include "noex/transport/base/error.h"

namespace noex {

class Groups {
 public:
  virtual ~Groups() = default;

  // A process of this node becomes a member, here at once, elsewhere when they hear of it; once,
  // however often. Errors: noproc, invalid_argument (1 to 255 bytes), overloaded (names_max).
  virtual Result<void> join(const std::string& group, const Ref& process) = 0;
  // False: it is no member, or none of this node.
  virtual bool leave(const std::string& group, const Ref& process) = 0;

  // As far as this node knows; by node, then in the order of their numbers.
  virtual std::vector<Ref> members(std::string_view group) const = 0;
  // Those of this node.
  virtual std::vector<Ref> local_members(std::string_view group) const = 0;
  // The groups that have members.
  virtual std::vector<std::string> names() const = 0;
};

}  // namespace noex
