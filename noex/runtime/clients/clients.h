// Clients: programs that use the cluster through this node and are no members of it.
//
// Owns a seat for each (client_seat.h), whom to let in, and how long a silent one is waited for. A
// client is in nobody's table: no other node knows of it, and what its processes are called by
// others are ids of this node (guests.h). Nothing of this is made before the first client comes.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "noex/runtime/clients/client_seat.h"
#include "noex/runtime/process/guests.h"
#include "noex/transport/base/lifeline.h"
#include "noex/transport/client_handshake.h"
#include "noex/transport/loop.h"

namespace noex {

class Clients final : public Guests, private SessionHandler {
 public:
  explicit Clients(ClientsParts parts);

  // Takes the session, and lets the client in or says why not.
  void accept(std::unique_ptr<Session> session, const ClientHello& hello);
  // The node leaves: all are let go, and find another member.
  void close();
  std::size_t count() const { return seats_.size(); }

  // --- Guests ---
  bool exists(ProcessId guest) const override;
  Result<void> deliver(ProcessId guest, Envelope envelope) override;
  void signal(ProcessId guest, Envelope envelope) override;
  void exit_signal(ProcessId guest, Exit exit) override;
  bool discard_call(ProcessId guest, const ReplyTo& call) override;

 private:
  using Number = std::uint64_t;  // of a client, in this boot; not used again

  // --- SessionHandler: of those that were let in ---
  void on_control(Session& session, ByteView payload) override;
  void on_data(Session& session, ByteView message) override;
  void on_room(Session& session) override;
  void on_session_end(Session& session, ChannelEnd end, std::string_view why) override;

  ClientSeat* seat_of(ProcessId guest) const;
  Refusal judge(const ClientHello& hello);
  void on_spawned(ProcessId base, std::uint64_t spawn, const Incarnation& where,
                  const Result<Ref>& process);
  void drop(Session& session);
  void break_off(Session& session, std::string_view why);
  void look_after();
  void arm();

  ClientsParts parts_;
  Ref desk_;
  Number last_ = 0;
  std::map<Number, std::unique_ptr<ClientSeat>> seats_;
  std::map<SessionSerial, Number> by_session_;
  std::vector<std::unique_ptr<ClientSeat>> left_;  // they may be on the stack
  std::vector<std::unique_ptr<Session>> refused_;
  bool reap_posted_ = false;
  bool closed_ = false;
  Timer timer_;
  Lifeline lifeline_;

  void reap_later();
};

}  // namespace noex
