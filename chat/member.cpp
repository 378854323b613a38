#include "chat/member.h"

#include <utility>

#include "noex/runtime/message/call.h"

namespace noex::chat {

RoomMember::RoomMember(Context& context, MemberPlan plan)
    : Process(context), plan_(std::move(plan)) {}

bool RoomMember::is_from_node_of(const Ref& process) const {
  if (process.lives_on(source())) return true;
  log().warning("a member of a room on {}: {} spoke for a process of {}, and was not heard",
                plan_.room.node().text(), source().id.text(), process.node().text());
  return false;
}

// The mailbox waits meanwhile, so that the welcome comes before what the room sends after it. The
// monitor comes before the join, so that no end of the link can fall between the two.
task<Result<RoomMember::Entered>> RoomMember::on(const Enter&) {
  if (!is_from_node_of(self())) co_return fail(ErrorCode::rejected, "not its session");
  if (std::exchange(entered_, true)) co_return fail(ErrorCode::rejected, "entered already");
  monitor(plan_.room);
  Result<Welcome> welcome =
      co_await plan_.room.call<Join>(plan_.user, self(), plan_.session, plan_.seen);
  Entered entered;
  if (!welcome) {
    entered.code = welcome.error().code;
    entered.detail = std::move(welcome.error().detail);
  } else if (events() == nullptr) {
    entered.code = ErrorCode::cancelled;
  } else if (Result<void> welcomed = events()->on_welcome(self(), *welcome); !welcomed) {
    entered.code = welcomed.error().code;
    entered.detail = std::move(welcomed.error().detail);
  }
  co_return entered;
}

void RoomMember::on(const Deliver& deliver) {
  if (!is_from_node_of(plan_.room) || events() == nullptr) return;
  if (!events()->on_message(self(), deliver.message)) {
    exit(ExitReason::error(std::string(overflow_reason)));
  }
}

void RoomMember::on(const Notice& notice) {
  if (is_from_node_of(plan_.room) && events() != nullptr) events()->on_notice(self(), notice);
}

void RoomMember::on(const Namesake& namesake) {
  if (is_from_node_of(plan_.room) && events() != nullptr) events()->on_namesake(self(), namesake);
}

void RoomMember::on(const Down& down) {
  if (events() != nullptr) events()->on_room_down(self(), down.reason);
  exit(ExitReason::normal());
}

void RoomMember::terminate(const ExitReason& reason) {
  if (events() != nullptr) events()->on_member_ended(self(), reason);
}

}  // namespace noex::chat
