// Rooms that were lost: why, what the user is told, and the way back into them.
//
// A session whose room is gone, with its node or with the link to it, looks for a room of that
// name until it is in one again: the same one, or one that somebody has made anew. Only the user
// ends that, by /leave or by joining another.

#include <algorithm>

#include <fmt/format.h>

#include "chat/session.h"
#include "chat/text.h"
#include "chat/trust.h"

namespace noex::chat {

namespace {

// How long the cluster's verdict on the room's node is waited for, which says more than that the
// connection is lost.
constexpr Duration verdict_wait = 2s;
// Between two looks whether a room is there again; longer after a join that failed.
constexpr Duration look_pause_min = 200ms;
constexpr Duration look_pause_max = 3s;
// Between two looks where a name went that two rooms had.
constexpr Duration move_pause = 200ms;
// Nodes whose end is remembered, in case the loss of a room is told after it.
constexpr std::size_t down_max = 64;

std::string registered_name(std::string_view room) {
  return fmt::format("{}{}", room_prefix, room);
}

}  // namespace

void ChatSession::lose_room(const Membership& lost, std::string cause, bool final) {
  show("You were disconnected from the room.");
  lost_ = Lost{lost.room_name, lost.room.node(), std::move(cause), look_pause_min};
  const auto down = down_.find(lost_->node);
  if (!is_connected()) {
    lost_->cause.clear();  // it is the member that is lost, which is said once
  } else if (down != down_.end() && !final) {
    tell_cause(fmt::format("{} is gone ({})", lost_->node.text(), describe(down->second)));
  } else if (final) {
    tell_cause(std::string(lost_->cause));
  } else {
    cause_timer_.start(node_.loop().now() + verdict_wait,
                       [this] { tell_cause(std::string(lost_->cause)); });
  }
  await_room(lost.room_name, look_pause_min);
}

// Before anything else is said of that room.
void ChatSession::tell_cause(std::string_view cause) {
  cause_timer_.cancel();
  if (!lost_ || lost_->cause.empty()) return;
  lost_->cause.clear();
  show(fmt::format("Room \"{}\": {}. You will join it again when it is back.", lost_->room_name,
                   cause));
}

void ChatSession::forget_lost() {
  look_timer_.cancel();
  cause_timer_.cancel();
  lost_.reset();
}

void ChatSession::await_room(std::string room_name, Duration pause) {
  if (!lost_) lost_ = Lost{std::move(room_name), node_.id(), {}, look_pause_min};
  lost_->pause = std::clamp(pause, look_pause_min, look_pause_max);
  look_timer_.start(node_.loop().now() + lost_->pause, [this] { look_for_room(); });
}

// A node that should be linked and is not is dialled anyway; nobody is there yet.
bool ChatSession::is_reachable(const Ref& room) const {
  if (room.node() == node_.id()) return room.lives_on(node_.incarnation());
  const std::vector<Member> members = node_.members();
  return std::ranges::any_of(members, [&room](const Member& member) {
    return member.incarnation == room.incarnation() && member.up &&
           (member.linked || !member.wanted);
  });
}

void ChatSession::look_for_room() {
  if (closed_ || !lost_) return;
  const std::optional<Ref> found = node_.registry().lookup(registered_name(lost_->room_name));
  const bool may_be_there =
      config_.client != nullptr ? is_connected() : found && is_reachable(*found);
  if (membership_ || !may_be_there) {
    await_room(lost_->room_name, lost_->pause);
    return;
  }
  Job job;
  job.kind = Job::Kind::rejoin;
  job.room_name = lost_->room_name;
  queue_unasked(std::move(job));
}

task<void> ChatSession::rejoin(Job job) {
  if (!lost_ || membership_ || lost_->room_name != job.room_name) co_return;
  co_await refresh();
  const std::optional<Ref> found = node_.registry().lookup(registered_name(job.room_name));
  Result<void> entered = fail(ErrorCode::not_found);
  if (found) entered = co_await enter(job.room_name, *found, false);
  if (entered || !lost_) co_return;
  const ErrorCode code = entered.error().code;
  if (code == ErrorCode::rejected || code == ErrorCode::malformed) {
    tell_cause(std::string(lost_->cause));
    show(fmt::format("You could not join room \"{}\" again: {}", job.room_name,
                     visible(entered.error().detail, shown_bytes_max)));
    forget_lost();
  } else {
    await_room(job.room_name, 2 * lost_->pause);
  }
}

// The link to the winner's node may be younger than the news of it, and the winner may lose to a
// third room meanwhile: so it is tried again for a while, wherever the registry says that the name
// is by then. What the loser says of the winner is not taken for it: anybody can say that.
task<void> ChatSession::move(Job job) {
  const Instant deadline = node_.loop().now() + node_.options().call_timeout;
  Error error{ErrorCode::not_found, {}};
  std::string where = job.winner_node;
  while (node_.loop().now() < deadline && error.code != ErrorCode::rejected &&
         error.code != ErrorCode::malformed) {
    co_await refresh();
    const std::optional<Ref> holder = node_.registry().lookup(registered_name(job.room_name));
    if (holder && *holder != job.former) {
      where = holder->node().text();
      const Result<void> entered = co_await enter(job.room_name, *holder, true);
      if (entered) co_return;
      error = entered.error();
      if (error.code == ErrorCode::rejected || error.code == ErrorCode::malformed) break;
    }
    co_await node_.sleep(move_pause);
  }
  const bool said = !error.detail.empty();
  show(fmt::format(
      "You were disconnected from the room: two rooms named \"{}\" met, and the one on "
      "{} could not be joined ({}).",
      job.room_name, where, said ? visible(error.detail, shown_bytes_max) : describe(error.code)));
  const bool final = error.code == ErrorCode::rejected || error.code == ErrorCode::malformed;
  if (final) co_return;
  show(fmt::format("You will join room \"{}\" when it can be reached.", job.room_name));
  await_room(job.room_name, look_pause_max);
}

void ChatSession::on_node_up(const NodeId& id) {
  down_.erase(id);
  show(fmt::format("Node joined: {}", id.text()));
  if (lost_ && look_timer_.running()) await_room(lost_->room_name, Duration::zero());
}

void ChatSession::on_node_down(const NodeId& id, DownReason why) {
  if (down_.size() == down_max && !down_.contains(id)) down_.erase(down_.begin());
  down_.insert_or_assign(id, why);
  if (lost_ && lost_->node == id) {
    tell_cause(fmt::format("{} is gone ({})", id.text(), describe(why)));
  }
  show(fmt::format("Node left: {} ({})", id.text(), describe(why)));
}

void ChatSession::on_seed_unreachable(const NodeId& id, ErrorCode why) {
  if (!seeds_told_.insert(id).second) return;
  const bool other = why == ErrorCode::not_found;
  show(fmt::format("Cannot reach the seed {} ({}); trying on.", id.text(),
                   other ? "another node is there" : describe(why)));
}

}  // namespace noex::chat
