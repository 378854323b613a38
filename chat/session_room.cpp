// The session's part as a member: what rooms send it, and how its memberships begin and end.

#include <algorithm>

#include <fmt/compile.h>
#include <fmt/format.h>

#include "chat/session.h"
#include "chat/text.h"

namespace noex::chat {

namespace {

// Rooms whose shown messages are remembered, so that none is shown twice; then the one that was
// not visited for longest is forgotten.
constexpr std::size_t rooms_remembered_max = 1000;

constexpr std::string_view disconnected_line = "You were disconnected from the room.";

std::string_view describe(NoticeKind kind) {
  switch (kind) {
    case NoticeKind::joined:
      return "joined";
    case NoticeKind::left:
      return "left";
    case NoticeKind::lost:
      return "left (connection lost)";
  }
  return "";
}

}  // namespace

task<Result<void>> ChatSession::enter(std::string room_name, Ref room, bool moved) {
  MemberPlan plan{handle_, room, user_, session_number(), shown_of(room)};
  const Result<Ref> member = node_.spawn_local<RoomMember>(std::move(plan));
  if (!member) co_return std::unexpected(member.error());
  const Ref ref = *member;
  membership_ = Membership{std::move(room_name), room, ref, 0, moved};
  observer_.on_join_sent(*this, room, ref);
  // It ends by the deadline of its own call to the room, which is the shorter one.
  const Duration timeout = 2 * node_.options().call_timeout;
  Result<RoomMember::Entered> entered = co_await ref.call_within<RoomMember::Enter>(timeout);
  if (entered && entered->code == ErrorCode::ok) co_return Result<void>();
  if (is_current(ref)) leave_membership(Ending::failed);
  node_.exit(ref, ExitReason::normal());
  if (!entered) co_return std::unexpected(std::move(entered.error()));
  co_return fail(entered->code, std::move(entered->detail));
}

// The commands' process is started anew at each burst of commands; the first one's id names the
// session, because no id comes twice within a boot.
std::uint64_t ChatSession::session_number() {
  if (number_boot_ != node_.boot()) {
    number_boot_ = node_.boot();
    number_ = runner_.process();
  }
  return number_;
}

ChatSession::Membership ChatSession::end_membership(Ending why) {
  Membership ended = std::move(*membership_);
  membership_.reset();
  observer_.on_membership_ended(*this, ended.room, ended.member, why);
  return ended;
}

void ChatSession::leave_membership(Ending why) {
  if (!membership_) return;
  const Membership left = end_membership(why);
  node_.exit(left.member, ExitReason::normal());
}

bool ChatSession::on_welcome(const Ref& member, const Welcome& welcome) {
  if (!is_current(member) || welcome.next == 0) return false;
  membership_->next = welcome.next;
  observer_.on_joined(*this, membership_->room, member, welcome);
  const std::string& name = membership_->room_name;
  if (membership_->moved) {
    show(fmt::format("You were moved to room \"{}\" on {} (two rooms of that name met).", name,
                     membership_->room.node().text()));
  } else {
    show(fmt::format("Joined room \"{}\". Type messages directly or use /msg.", name));
  }
  for (const Message& message : welcome.history) {
    const bool fresh =
        message.number > shown_of(membership_->room) && message.number < welcome.next;
    if (fresh) show_message(message, true);
  }
  return true;
}

bool ChatSession::on_message(const Ref& member, const Message& message) {
  if (!is_current(member) || membership_->next == 0) return true;
  if (message.number != membership_->next) {
    observer_.on_gap(*this, membership_->room, member, membership_->next, message.number);
    if (message.number < membership_->next) return true;  // never shown twice
    const Membership removed = end_membership(Ending::removed);
    show(
        fmt::format("You were removed from room \"{}\": messages came faster than your node took "
                    "them.",
                    removed.room_name));
    return false;
  }
  ++membership_->next;
  show_message(message, false);
  return true;
}

void ChatSession::show_message(const Message& message, bool history) {
  remember_shown(membership_->room, message.number);
  observer_.on_message_shown(*this, membership_->room, membership_->member, message, history);
  show(fmt::format(FMT_COMPILE("[{}] [{}] {}: {}"), config_.time_of_day(message.sent),
                   membership_->room_name, visible(message.user), visible(message.text)));
}

void ChatSession::on_notice(const Ref& member, const Notice& notice) {
  if (!is_current(member) || membership_->next == 0) return;
  observer_.on_notice_shown(*this, membership_->room, member, notice);
  show(fmt::format("[{}] [{}] * {} {}", config_.time_of_day(notice.sent), membership_->room_name,
                   visible(notice.user), describe(notice.kind)));
}

void ChatSession::on_room_down(const Ref& member, const ExitReason& reason) {
  if (!is_current(member)) return;
  if (membership_->next == 0) {  // whoever waits for the join says so
    end_membership(Ending::failed);
  } else if (reason.kind() == ExitKind::name_conflict && reason.winner()) {
    const Membership lost = end_membership(Ending::moved);
    queue_.push_front(Job{{}, lost.room_name, *reason.winner()});
    kick();
  } else {
    end_membership(Ending::disconnected);
    show(disconnected_line);
  }
}

void ChatSession::on_member_ended(const Ref& member, const ExitReason& reason) {
  if (!is_current(member)) return;
  if (membership_->next == 0) {
    end_membership(Ending::failed);
  } else if (reason.kind() == ExitKind::shutdown) {
    end_membership(Ending::closed);
  } else if (reason.kind() == ExitKind::error && reason.text() == overflow_reason) {
    const Membership removed = end_membership(Ending::removed);
    show(
        fmt::format("You were removed from room \"{}\": messages came faster than your node took "
                    "them.",
                    removed.room_name));
  } else {
    end_membership(Ending::disconnected);
    show(disconnected_line);
  }
}

std::uint64_t ChatSession::shown_of(const Ref& room) const {
  const auto found = std::ranges::find(shown_, room, &Shown::room);
  return found != shown_.end() ? found->number : 0;
}

void ChatSession::remember_shown(const Ref& room, std::uint64_t number) {
  const auto found = std::ranges::find(shown_, room, &Shown::room);
  if (found != shown_.end()) {
    std::rotate(found, found + 1, shown_.end());
  } else {
    if (shown_.size() == rooms_remembered_max) shown_.erase(shown_.begin());
    shown_.push_back(Shown{room, 0});
  }
  shown_.back().number = number;
}

}  // namespace noex::chat
