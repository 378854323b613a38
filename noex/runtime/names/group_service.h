// GroupService: the Groups of a node, over the registry that its names are in.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "noex/runtime/names/groups.h"
#include "noex/runtime/names/name_service.h"
#include "noex/runtime/process/processes.h"

namespace noex {

class GroupService final : public Groups {
 public:
  // All of them outlive it.
  GroupService(Incarnation self, NameService& names, const Processes& processes, Sender& sender)
      : self_(std::move(self)), names_(names), processes_(processes), sender_(sender) {}

  Result<void> join(const std::string& group, const Ref& process) override;
  bool leave(const std::string& group, const Ref& process) override;
  std::vector<Ref> members(std::string_view group) const override;
  std::vector<Ref> local_members(std::string_view group) const override;
  std::vector<std::string> names() const override { return names_.core().groups(); }

 private:
  Incarnation self_;
  NameService& names_;
  const Processes& processes_;
  Sender& sender_;
};

}  // namespace noex
