// Groups: processes under a common name, which every node knows.
//
// A membership belongs to the node of its process: that node alone begins and ends it, asking
// nobody, and it ends with the process. It travels to the other nodes with that node's names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "noex/runtime/message/ref.h"
#include "noex/transport/base/error.h"

namespace noex {

// Belongs to a Node (Node::groups()); on the node's thread.
class Groups {
 public:
  virtual ~Groups() = default;

  // Makes a process of this node a member: here at once, on other nodes when they hear of it. A
  // process that is a member already stays one. Errors: noproc (no process of this node, or it has
  // ended), invalid_argument (a group has 1 to 255 bytes), overloaded (Options::names_max).
  virtual Result<void> join(const std::string& group, const Ref& process) = 0;
  // Ends a membership: here at once, on other nodes when they hear of it. False: the process is no
  // member, or is not of this node.
  virtual bool leave(const std::string& group, const Ref& process) = 0;

  // The members that this node knows of, ordered by node, then by process id.
  virtual std::vector<Ref> members(std::string_view group) const = 0;
  // The members that are processes of this node.
  virtual std::vector<Ref> local_members(std::string_view group) const = 0;
  // The groups that have a member, as far as this node knows.
  virtual std::vector<std::string> names() const = 0;
};

}  // namespace noex
