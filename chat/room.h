// Room: one chat room, a process that is registered globally as "room:<name>".
//
// Owns: who is in it, the order and the numbers of its messages, the newest 100 of them. Every
// message and every notice is one multicast: encoded once, one frame for each node. It trusts no
// session: names and texts are checked again here, and so is the node that speaks for a member. A
// room that lost its name to another (after a split) ends like any process; its members learn the
// winner from their monitors. Rules and reasons: docs/PROTOCOL.md, "Rooms".
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "chat/messages.h"
#include "chat/observer.h"
#include "noex/runtime/node/node.h"
#include "noex/runtime/process/process.h"

namespace noex::chat {

class Room final : public Process {
 public:
  // To itself: ends a membership that messages could not be sent to, unless its end is known by
  // then.
  struct Evict {
    static constexpr auto wire_name = "chat:evict";
    Ref member;
  };

  using messages = std::tuple<Join, Post, ListUsers, Evict>;
  using arguments = std::tuple<std::string>;

  // The observer outlives the node.
  Room(Context& context, ChatObserver& observer, std::string name);

  task<Result<void>> init() override;
  void terminate(const ExitReason& reason) override;

  Result<Welcome> on(const Join& join);
  Result<Posted> on(const Post& post);
  Result<Users> on(const ListUsers&);
  void on(const Evict& evict);
  void on(const Down& down);
  void on(const Overflow& overflow);

 private:
  struct Seat {
    Ref member;
    std::string user;
    std::uint64_t session = 0;
    MonitorId monitor = 0;
    bool refusing = false;  // a message could not be sent to it: it gets no further ones
    Join rival{};           // who asked last for its name, and was refused; it was told of him
  };

  using SeatAt = std::vector<Seat>::iterator;

  // Comes the message from the node of that process? Else this is logged.
  bool is_from_node_of(const Ref& process) const;
  std::size_t seats_of(const NodeId& node) const;
  SeatAt find(const Ref& member);
  SeatAt find_session(const Join& join);
  // Takes the seat's membership out of the room, without telling anyone.
  Seat take(SeatAt seat, Removal why);
  void remove(SeatAt seat, Removal why);
  void tell_of_rival(Seat& seat, const Join& join);
  void notify(NoticeKind kind, const std::string& user, const Ref& except);
  // Casts to all who take messages, but one.
  template <class M>
  void send(const M& message, const Ref& except);

  ChatObserver& observer_;
  const std::string name_;
  std::vector<Seat> seats_;      // in the order of joining
  std::deque<Message> history_;  // at most history_messages_max, ascending
  std::uint64_t next_ = 1;
};

// Lets rooms be created on this node, by itself and by others; before it starts.
void add_room_behavior(Node& node, ChatObserver& observer);

}  // namespace noex::chat
