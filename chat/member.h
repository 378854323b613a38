// RoomMember: one stay of one user in one room, a process on the user's node.
//
// Its reference is the membership: the room sends to it and monitors it, and it monitors the room.
// What says to be the room's, and comes from another node than the room's, is dropped.
// Ending it is leaving for sure, also for a join whose answer never came: the room gets its Down.
// It shows nothing itself: it hands everything to the session, in order, as long as both live.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <tuple>

#include "chat/messages.h"
#include "noex/runtime/process/process.h"

namespace noex::chat {

// What a membership tells its session. `member` says which: the session drops those of the past.
class MemberEvents {
 public:
  virtual ~MemberEvents() = default;
  // An error: the join has failed. cancelled: the session has given it up meanwhile; malformed:
  // the room sent what no room may send, the detail says what.
  virtual Result<void> on_welcome(const Ref& member, const Welcome& welcome) = 0;
  // False: the session is through with this membership, which ends, as removed.
  virtual bool on_message(const Ref& member, const Message& message) = 0;
  virtual void on_notice(const Ref& member, const Notice& notice) = 0;
  virtual void on_namesake(const Ref& member, const Namesake& namesake) = 0;
  // The room is gone, or the link to it.
  virtual void on_room_down(const Ref& member, const ExitReason& reason) = 0;
  // This process ends.
  virtual void on_member_ended(const Ref& member, const ExitReason& reason) = 0;
};

// The way from memberships to their session; nullptr when the session is gone. Its owners: the
// session, its memberships, and what the session registered with its node.
struct SessionHandle {
  MemberEvents* events = nullptr;
};

// What a membership is for.
struct MemberPlan {
  std::shared_ptr<SessionHandle> handle;
  Ref room;
  std::string user;
  std::uint64_t session = 0;
  std::uint64_t seen = 0;
};

class RoomMember final : public Process {
 public:
  // How the join ended; ok: its welcome has been shown.
  struct Entered {
    ErrorCode code = ErrorCode::ok;
    std::string detail;
  };
  // From its session, once: joins the room.
  struct Enter {
    static constexpr auto wire_name = "chat:enter";
    using reply = Entered;
  };

  using messages = std::tuple<Enter, Deliver, Notice, Namesake>;
  using arguments = std::tuple<MemberPlan>;

  RoomMember(Context& context, MemberPlan plan);

  void terminate(const ExitReason& reason) override;

  task<Result<Entered>> on(const Enter&);
  void on(const Deliver& deliver);
  void on(const Notice& notice);
  void on(const Namesake& namesake);
  void on(const Down& down);

 private:
  MemberEvents* events() const { return plan_.handle->events; }
  // Comes the message from the node of that process? Else this is logged.
  bool is_from_node_of(const Ref& process) const;

  MemberPlan plan_;
  bool entered_ = false;
};

}  // namespace noex::chat
