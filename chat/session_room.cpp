// The session's part as a member: what rooms send it, and how its memberships begin and end.

#include <algorithm>

#include <fmt/compile.h>
#include <fmt/format.h>

#include "chat/session.h"
#include "chat/trust.h"

namespace noex::chat {

namespace {

// Rooms whose shown messages are remembered, so that none is shown twice; then the one that was
// not visited for longest is forgotten.
constexpr std::size_t rooms_remembered_max = 1000;

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

// The process that joins first in a boot names the session in it, because no id comes twice.
std::uint64_t ChatSession::session_number() {
  if (number_boot_ != node_.boot()) {
    number_boot_ = node_.boot();
    // A client's own ids are not those by which its processes are known to the room.
    number_ = config_.client != nullptr ? node_.boot() : own_process().process();
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

Result<void> ChatSession::on_welcome(const Ref& member, const Welcome& welcome) {
  if (!is_current(member)) return fail(ErrorCode::cancelled);
  const std::uint64_t seen = shown_of(membership_->room);
  if (const auto fault = fault_of(welcome, seen)) {
    observer_.on_distrusted(*this, membership_->room, *fault);
    return fail(ErrorCode::malformed, fmt::format("it sent {}", *fault));
  }
  membership_->next = welcome.next;
  unsure_.clear();
  taken_.clear();
  observer_.on_joined(*this, membership_->room, member, welcome);
  const std::string& name = membership_->room_name;
  if (lost_ && lost_->room_name == name) tell_cause(std::string(lost_->cause));
  forget_lost();
  if (membership_->moved) {
    show(fmt::format("You were moved to room \"{}\" on {} (two rooms of that name met).", name,
                     membership_->room.node().text()));
  } else {
    show(fmt::format("Joined room \"{}\". Type messages directly or use /msg.", name));
  }
  const std::uint64_t missing = welcome.next - 1 - seen - welcome.history.size();
  if (missing > 0) {
    show(fmt::format("{} older message{} not shown.", missing, missing == 1 ? " is" : "s are"));
  }
  for (const Message& message : welcome.history) show_message(message, true);
  remember_shown(membership_->room, welcome.next - 1);
  return {};
}

bool ChatSession::on_message(const Ref& member, const Message& message) {
  if (!is_current(member) || membership_->next == 0) return true;
  if (const auto fault = fault_of(message)) {
    distrust(*fault);
    return true;
  }
  if (message.number != membership_->next) {
    observer_.on_gap(*this, membership_->room, member, membership_->next, message.number);
    if (message.number < membership_->next) return true;  // never shown twice
    be_removed();
    return false;
  }
  ++membership_->next;
  show_message(message, false);
  return true;
}

void ChatSession::be_removed() {
  const Membership removed = end_membership(Ending::removed);
  show(
      fmt::format("You were removed from room \"{}\": messages came faster than your node took "
                  "them.",
                  removed.room_name));
}

void ChatSession::distrust(std::string_view fault) {
  observer_.on_distrusted(*this, membership_->room, fault);
  const std::string where =
      fmt::format("room \"{}\" on {}", membership_->room_name, membership_->room.node().text());
  leave_membership(Ending::distrusted);
  show(fmt::format("You left {}: it sent {}, which no room may send.", where, fault));
}

void ChatSession::show_message(const Message& message, bool history) {
  if (!history) recognise(message);
  remember_shown(membership_->room, message.number);
  observer_.on_message_shown(*this, membership_->room, membership_->member, message, history);
  const std::string time = config_.time_of_day(message.sent);
  const std::string& room = membership_->room_name;
  if (message.action) {
    show(fmt::format(FMT_COMPILE("[{}] [{}] * {} {}"), time, room, message.user, message.text));
  } else {
    show(fmt::format(FMT_COMPILE("[{}] [{}] {}: {}"), time, room, message.user, message.text));
  }
}

// Is it the user's own that is under way? An equal one before it may come late: one that has been
// taken already, or one of which he was told that it may be lost.
void ChatSession::recognise(const Message& message) {
  if (message.user != user_ || std::erase(taken_, message.number) > 0) return;
  const auto late = std::ranges::find(unsure_, message.text);
  if (late != unsure_.end()) {
    unsure_.erase(late);
  } else if (posting_ && posting_->member == membership_->member &&
             posting_->text == message.text && posting_->action == message.action) {
    posting_->shown = true;
  }
}

void ChatSession::on_notice(const Ref& member, const Notice& notice) {
  if (!is_current(member) || membership_->next == 0) return;
  if (const auto fault = fault_of(notice)) return distrust(*fault);
  observer_.on_notice_shown(*this, membership_->room, member, notice);
  show(fmt::format("[{}] [{}] * {} {}", config_.time_of_day(notice.sent), membership_->room_name,
                   notice.user, describe(notice.kind)));
}

void ChatSession::on_namesake(const Ref& member, const Namesake& namesake) {
  if (!is_current(member) || membership_->next == 0) return;
  if (const auto fault = fault_of(namesake)) return distrust(*fault);
  show(fmt::format("[{}] [{}] * Another {}, on {}, was refused: the name is yours here",
                   config_.time_of_day(namesake.sent), membership_->room_name, user_,
                   namesake.node));
}

void ChatSession::on_room_down(const Ref& member, const ExitReason& reason) {
  if (!is_current(member)) return;
  if (membership_->next == 0) {  // whoever waits for the join says so
    end_membership(Ending::failed);
  } else if (reason.kind() == ExitKind::name_conflict && reason.winner()) {
    const Membership lost = end_membership(Ending::moved);
    Job job;
    job.kind = Job::Kind::move;
    job.room_name = lost.room_name;
    job.former = lost.room;
    job.winner_node = reason.winner()->node().text();
    queue_unasked(std::move(job));
  } else {
    const Membership lost = end_membership(Ending::disconnected);
    const std::string node = lost.room.node().text();
    const bool link = reason.kind() == ExitKind::noconnection;
    lose_room(lost,
              link ? fmt::format("the connection to {} is lost", node)
                   : fmt::format("it has ended on {} ({})", node,
                                 visible(reason.describe(), shown_bytes_max)),
              !link);
  }
}

void ChatSession::on_member_ended(const Ref& member, const ExitReason& reason) {
  if (!is_current(member)) return;
  if (membership_->next == 0) {
    end_membership(Ending::failed);
  } else if (reason.kind() == ExitKind::shutdown) {
    end_membership(Ending::closed);
  } else if (reason.kind() == ExitKind::error && reason.text() == overflow_reason) {
    be_removed();
  } else {  // a node that starts again in place says so in a moment
    const Membership lost = end_membership(Ending::disconnected);
    lose_room(
        lost,
        fmt::format("your place in it was ended ({})", visible(reason.describe(), shown_bytes_max)),
        false);
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
