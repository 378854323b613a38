#include "noex/runtime/names/group_service.h"

namespace noex {

Result<void> GroupService::join(const std::string& group, const Ref& process) {
  if (!process.lives_on(self_) || !processes_.exists(process.process())) {
    return fail(ErrorCode::noproc, "a node's own processes join at that node");
  }
  const Result<void> joined = names_.core().join_group(group, process.process());
  names_.settle();
  return joined;
}

bool GroupService::leave(const std::string& group, const Ref& process) {
  if (!process.lives_on(self_)) return false;
  const bool was_member = names_.core().leave_group(group, process.process());
  names_.settle();
  return was_member;
}

std::vector<Ref> GroupService::members(std::string_view group) const {
  std::vector<Ref> refs;
  for (const auto& [owner, process] : names_.core().members(group)) {
    refs.emplace_back(owner.id, owner.boot, process, &sender_);
  }
  return refs;
}

std::vector<Ref> GroupService::local_members(std::string_view group) const {
  std::vector<Ref> refs;
  const auto& members = names_.core().members(group);
  for (auto at = members.lower_bound(GroupHolder{self_, 0});
       at != members.end() && at->owner == self_; ++at) {
    refs.emplace_back(self_.id, self_.boot, at->process, &sender_);
  }
  return refs;
}

}  // namespace noex
