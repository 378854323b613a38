// Groups: processes under a common name, known on every node; for programs.
//
// A membership belongs to its process's node, which alone may begin and end it; it travels with
// that node's names and ends with its process. Nobody is asked and nobody can lose one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/names.h"
#include "runtime/processes.h"
#include "runtime/ref.h"
#include "transport/base/error.h"

namespace noex {

class Groups {
 public:
  // All of them outlive it.
  Groups(Incarnation self, Names& names, const Processes& processes, Sender& sender)
      : self_(std::move(self)), names_(names), processes_(processes), sender_(sender) {}

  // A process of this node becomes a member, here at once, elsewhere when they hear of it; once,
  // however often. Errors: noproc, invalid_argument (1 to 255 bytes), overloaded (names_max).
  Result<void> join(const std::string& group, const Ref& process);
  // False: it is no member, or none of this node.
  bool leave(const std::string& group, const Ref& process);

  // As far as this node knows; by node, then in the order of their numbers.
  std::vector<Ref> members(std::string_view group) const;
  // Those of this node.
  std::vector<Ref> local_members(std::string_view group) const;
  // The groups that have members.
  std::vector<std::string> names() const { return names_.core().groups(); }

 private:
  bool is_local(const Ref& process) const;

  Incarnation self_;
  Names& names_;
  const Processes& processes_;
  Sender& sender_;
};

}  // namespace noex
