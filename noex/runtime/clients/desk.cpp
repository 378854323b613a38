#include "noex/runtime/clients/desk.h"

#include <algorithm>
#include <utility>

namespace noex {

// A question that waits must not hold up those of others.
void Desk::on(const desk::FindName& question, Reply<desk::Found> reply) {
  const Duration timeout = std::clamp(question.timeout, Duration(1ms), Duration(1h));
  (void)spawn_task(find(question.name, timeout, std::move(reply)));  // refused: the reply is lost
}

task<void> Desk::find(std::string name, Duration timeout, Reply<desk::Found> reply) {
  const Result<Ref> holder = co_await parts_.names.find(std::move(name), timeout);
  desk::Found found;
  if (holder) {
    found.process = *holder;
  } else {
    found.code = holder.error().code;
    found.detail = holder.error().detail;
  }
  std::move(reply).answer(std::move(found));
}

Result<std::map<std::string, Ref>> Desk::on(const desk::ListNames& question) {
  return parts_.names.names(question.prefix);
}

Result<std::vector<Ref>> Desk::on(const desk::ListGroup& question) {
  return parts_.groups.members(question.group);
}

Result<std::vector<desk::ListedMember>> Desk::on(const desk::ListMembers&) {
  std::vector<desk::ListedMember> listed;
  listed.push_back(desk::ListedMember{parts_.self.id, parts_.self.boot, true, true});
  for (const Member& member : parts_.cluster.members()) {
    listed.push_back(desk::ListedMember{member.incarnation.id, member.incarnation.boot, member.up,
                                        member.linked});
  }
  return listed;
}

}  // namespace noex
