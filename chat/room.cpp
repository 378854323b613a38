#include "chat/room.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "chat/text.h"
#include "chat/trust.h"

namespace noex::chat {

namespace {

std::unexpected<Error> reject(std::string text) {
  return fail(ErrorCode::rejected, std::move(text));
}

constexpr std::string_view not_its_node = "only a member's own node speaks for it";

}  // namespace

Room::Room(Context& context, ChatObserver& observer, std::string name)
    : Process(context), observer_(observer), name_(std::move(name)) {}

task<Result<void>> Room::init() {
  if (!is_name(name_)) co_return fail(ErrorCode::invalid_argument, "no name for a room");
  observer_.on_room_created(self(), name_);
  co_return Result<void>();
}

void Room::terminate(const ExitReason& reason) {
  observer_.on_room_ended(self(), reason);
}

bool Room::is_from_node_of(const Ref& process) const {
  if (process.lives_on(source())) return true;
  log().warning("room \"{}\": {} spoke for a process of {}, and was refused", name_,
                source().id.text(), process.node().text());
  return false;
}

// Of all its boots: those of an earlier one are about to be taken away.
std::size_t Room::seats_of(const NodeId& node) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      seats_, [&node](const Seat& seat) { return seat.member.node() == node; }));
}

Room::SeatAt Room::find(const Ref& member) {
  return std::ranges::find(seats_, member, &Seat::member);
}

Room::SeatAt Room::find_session(const Join& join) {
  return std::ranges::find_if(seats_, [&join](const Seat& seat) {
    return seat.session == join.session && seat.member.lives_on(join.member.incarnation());
  });
}

Result<Welcome> Room::on(const Join& join) {
  if (!is_from_node_of(join.member)) return reject(std::string(not_its_node));
  if (!is_name(join.user)) return reject("This room does not allow that username");
  const SeatAt earlier = find_session(join);
  const SeatAt namesake = std::ranges::find(seats_, join.user, &Seat::user);
  if (namesake != seats_.end() && namesake != earlier) {
    tell_of_rival(*namesake, join);
    return reject("Username already taken in this room");
  }
  bool announce = true;
  if (earlier != seats_.end()) {
    announce = earlier->user != join.user;
    const Seat ghost = take(earlier, Removal::replaced);
    if (announce) notify(NoticeKind::left, ghost.user, ghost.member);
  }
  if (seats_.size() >= members_max) return reject("The room is full");
  if (seats_of(join.member.node()) >= members_per_node_max) {
    return reject(fmt::format("The room has {} users of your node already, and takes no more",
                              members_per_node_max));
  }
  seats_.push_back(Seat{join.member, join.user, join.session, monitor(join.member), false, {}});
  observer_.on_member_joined(self(), join.member, join.user, next_);
  if (announce) notify(NoticeKind::joined, join.user, join.member);
  Welcome welcome;
  welcome.next = next_;
  std::ranges::copy_if(history_, std::back_inserter(welcome.history),
                       [&join](const Message& message) { return message.number > join.seen; });
  return welcome;
}

Result<Posted> Room::on(const Post& post) {
  if (!is_from_node_of(post.member)) return reject(std::string(not_its_node));
  const SeatAt seat = find(post.member);
  if (seat == seats_.end()) return reject("you are not in this room");
  if (!is_message_text(post.text)) return reject("this room does not allow that text");
  const Message message{next_++, wall_now(), seat->user, post.text, post.action};
  history_.push_back(message);
  if (history_.size() > history_messages_max) history_.pop_front();
  observer_.on_message_accepted(self(), message, post.member);
  observer_.on_history(self(), history_.size());
  send(Deliver{message}, Ref());
  return Posted{message.number};
}

Result<Users> Room::on(const ListUsers&) {
  Users users;
  for (const Seat& seat : seats_) users.names.push_back(seat.user);
  return users;
}

void Room::on(const Down& down) {
  const SeatAt seat = find(down.process);
  if (seat == seats_.end() || seat->monitor != down.monitor) return;
  const bool lost = down.reason.kind() == ExitKind::noconnection;
  remove(seat, lost ? Removal::lost : Removal::ended);
}

void Room::on(const Overflow& overflow) {
  const SeatAt seat = find(overflow.process);
  if (seat != seats_.end()) remove(seat, Removal::overflow);
}

void Room::on(const Evict& evict) {
  if (!is_from_node_of(self())) return;
  const SeatAt seat = find(evict.member);
  if (seat != seats_.end() && seat->refusing) remove(seat, Removal::overflow);
}

Room::Seat Room::take(SeatAt at, Removal why) {
  Seat seat = std::move(*at);
  seats_.erase(at);
  demonitor(seat.monitor);
  observer_.on_member_removed(self(), seat.member, why);
  return seat;
}

void Room::remove(SeatAt at, Removal why) {
  const Seat seat = take(at, why);
  if (why == Removal::overflow) {
    exit(seat.member, ExitReason::error(std::string(overflow_reason)));
  }
  notify(why == Removal::lost ? NoticeKind::lost : NoticeKind::left, seat.user, seat.member);
}

// Two people with one name is something that both should know: one of them came back after a lost
// connection, perhaps. Once for each who asks, however often he does.
void Room::tell_of_rival(Seat& seat, const Join& join) {
  const auto key = [](const Join& who) {
    return std::tuple(who.member.node(), who.member.boot(), who.session);
  };
  if (key(seat.rival) == key(join)) return;
  seat.rival = join;
  if (seat.refusing) return;
  (void)seat.member.cast<Namesake>(wall_now(), join.member.node().text());
}

void Room::notify(NoticeKind kind, const std::string& user, const Ref& except) {
  send(Notice{wall_now(), kind, user}, except);
}

// Whoever refuses a message would see a gap after it, so he gets nothing more. He is removed a
// moment later: if it was refused because the link to him is gone, his Down waits in the mailbox
// already, and says so.
template <class M>
void Room::send(const M& message, const Ref& except) {
  std::vector<Ref> targets;
  targets.reserve(seats_.size());
  for (const Seat& seat : seats_) {
    if (!seat.refusing && seat.member != except) targets.push_back(seat.member);
  }
  if (targets.empty()) return;
  for (const Ref& refused : multicast<M>(targets, message)) {
    const SeatAt seat = find(refused);
    if (seat == seats_.end()) continue;
    seat->refusing = true;
    send_after<Evict>(Duration::zero(), refused);
  }
}

void add_room_behavior(Node& node, ChatObserver& observer) {
  node.behaviors().add<Room>("chat:room", [&observer](Context& context, std::string name) {
    return std::make_unique<Room>(context, observer, std::move(name));
  });
}

}  // namespace noex::chat
