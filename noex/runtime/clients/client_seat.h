// ClientSeat: what a member keeps for one client, and does in its place.
//
// The member makes the client's calls, monitors and spawns itself, as if one of its own processes
// did: so every bound and every promise of a process holds for it, other nodes see nothing new, and
// nothing but the client's own numbers has to be kept here. What the client's processes are called
// by others is a number of its own (guests.h). All that is kept is bounded by the options, and ends
// with the connection. Rules: docs/PROTOCOL.md, "Clients".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "noex/runtime/clients/client_wire.h"
#include "noex/runtime/clients/relay.h"
#include "noex/runtime/cluster/session.h"
#include "noex/runtime/core/options.h"
#include "noex/runtime/remote/calls.h"
#include "noex/runtime/remote/links.h"
#include "noex/runtime/remote/monitors.h"
#include "noex/runtime/remote/replies.h"
#include "noex/runtime/remote/router.h"
#include "noex/runtime/remote/spawner.h"
#include "noex/transport/base/lifeline.h"

namespace noex {

// The parts of the member that act for its clients; all outlive what is done here.
struct ClientsParts {
  const Incarnation& self;
  const Options& options;
  Loop& loop;
  Log& log;
  Sender& sender;
  const Behaviors& behaviors;
  Links& links;
  Calls& calls;
  Processes& processes;
  Monitors& monitors;
  Spawner& spawner;
  Router& router;
  Relay& relay;
  Replies& replies;
  // Runs a coroutine as a process of the member.
  std::function<Result<Ref>(task<void>)> run;
  // Starts the process that answers clients.
  std::function<Result<Ref>()> open_desk;
  // What the client with that base wanted spawned there.
  std::function<void(ProcessId base, std::uint64_t spawn, const Incarnation& where,
                     const Result<Ref>& process)>
      on_spawned = {};
};

class ClientSeat {
 public:
  // base: the id of its first process, less one; itself stands for the client as a whole.
  ClientSeat(const ClientsParts& parts, ProcessId base, std::unique_ptr<Session> session);
  ~ClientSeat();
  ClientSeat(const ClientSeat&) = delete;
  ClientSeat& operator=(const ClientSeat&) = delete;

  Session& session() { return *session_; }
  // What the client says. False: malformed.
  [[nodiscard]] bool on_message(ByteView message);
  // The connection is over: everything that was done for the client ends.
  void end();
  // The queue to it has room again.
  void on_room() { overflowing_.clear(); }
  // Forgets calls of others that it has not answered in time.
  void sweep(Instant now);

  // --- What others want of its processes: see Guests ---
  bool exists(ProcessId guest) const { return shown_.contains(guest); }
  Result<void> deliver(ProcessId guest, Envelope envelope);
  void signal(Envelope envelope);
  void exit(ProcessId guest, Exit exit);
  bool discard_call(ProcessId guest, const ReplyTo& call);

  // A spawn for the client has ended. False: nobody waits for it any more.
  [[nodiscard]] bool on_spawned(std::uint64_t spawn, const Incarnation& where,
                                const Result<Ref>& process);

 private:
  class GuestCall;
  // A call of another process to one of the client's.
  struct Asked {
    ReplyTo reply_to;
    Instant deadline;
  };

  template <class Fields>
  Result<void> send(const Incarnation& from, const Fields& fields, ByteView body);
  template <class Fields>
  void send_signal(const Incarnation& from, const Fields& fields, ByteView body = {});
  bool on_relayed(const Incarnation& node, Decoder& bytes);
  bool on_cast(const Incarnation& node, Decoder& bytes, bool many);
  bool on_call(const Incarnation& node, Decoder& bytes);
  void on_call_ended(GuestCall& call);
  void refuse_call(const Incarnation& node, CallId call, Error error);
  void on_cancel(const wire::Cancel& cancel);
  void give_up(GuestCall& call);
  bool on_reply(Decoder& bytes);
  bool on_reply_error(Decoder& bytes);
  std::optional<ReplyTo> take_asked(CallId call);
  bool on_monitor(const Incarnation& node, const wire::Monitor& request);
  void on_demonitor(const wire::Demonitor& request);
  void on_down(const Down& down);
  void on_overflow(const Overflow& overflow);
  bool on_spawn(const Incarnation& node, Decoder& bytes);
  static task<void> spawn(const ClientsParts& parts, ProcessId base, Incarnation where,
                          wire::Spawn request, Bytes arguments);
  void end_spawn(std::uint64_t spawn, bool confirmed);
  bool on_show(const wire::ShowProcess& shown);
  void on_ended(const wire::ProcessEnded& ended);
  void end_guest(ProcessId guest, const ExitReason& reason);
  bool is_full() const;

  const ClientsParts& parts_;
  const ProcessId base_;
  std::unique_ptr<Session> session_;
  std::map<ProcessId, ProcessId> shown_;   // guest -> what the client calls it
  std::map<ProcessId, ProcessId> guests_;  // the other way round
  std::uint64_t last_shown_ = 0;           // of them all, also of those that were too many
  std::map<CallId, std::unique_ptr<GuestCall>> calls_;  // by the client's number
  std::vector<std::unique_ptr<GuestCall>> over_;        // they may be on the stack
  std::size_t waiting_bytes_ = 0;                       // of calls that wait for room
  std::map<CallId, Asked> asked_;                       // by a number of ours
  CallId last_asked_ = 0;
  std::map<MonitorId, MonitorId> watches_;                  // the client's number -> the member's
  std::map<MonitorId, std::pair<MonitorId, Ref>> watched_;  // the member's -> the client's, target
  MonitorId making_ = 0;                 // the client's number of the monitor that is being made
  std::map<std::uint64_t, Ref> spawns_;  // by the client's number; Ref(): under way
  std::set<ProcessId> overflowing_;      // of which nobody is told again until there is room
  Lifeline lifeline_;
};

}  // namespace noex
