// Acceptor: the connections that others make, until their handshake is over.
//
// Anybody can say Hello: what it says changes nothing but this connection until Confirm has come.
// Whoever may not link is told why. Rules: docs/PROTOCOL.md, "Identity" and "Links".
#pragma once

#include <memory>
#include <optional>

#include "noex/runtime/cluster/complaints.h"
#include "noex/runtime/cluster/dialler.h"
#include "noex/runtime/cluster/handshake_rules.h"
#include "noex/runtime/cluster/link_table.h"
#include "noex/runtime/cluster/namesakes.h"
#include "noex/runtime/cluster/peer_clocks.h"
#include "noex/runtime/cluster/sessions.h"
#include "noex/runtime/membership/membership.h"

namespace noex {

class Acceptor {
 public:
  // All outlive it.
  Acceptor(const Loop& loop, Log& log, const Incarnation& self, const Options& options,
           const HandshakeRules& rules, const PeerClocks& clocks, Complaints& complaints,
           Membership& membership, const LinkTable& links, Sessions& sessions, Dialler& dialler)
      : loop_(loop),
        log_(log),
        self_(self),
        options_(options),
        rules_(rules),
        clocks_(clocks),
        complaints_(complaints),
        membership_(membership),
        links_(links),
        sessions_(sessions),
        dialler_(dialler) {}

  // A stranger; if there are too many, one of them goes.
  void on_connection(std::unique_ptr<Connection> connection);
  // It has said who it is: it is answered, now or when a namesake has shown whether it lives.
  void on_hello(Session& session);
  // One of its sessions is not wanted any more.
  void drop(Session& session);

  // --- Those whose name may be taken ---
  // False: it answers no ping about a namesake.
  [[nodiscard]] bool on_pong(const NodeId& from, std::uint64_t number);
  // That node's link is gone: whoever waits for it to answer is let in.
  void on_link_gone(const NodeId& holder);

  // --- Time ---
  Instant next_deadline() const { return namesakes_.next_deadline(); }
  // Lets in those whose namesakes have not answered.
  void end_waits();

 private:
  bool ask_namesake(Session& session);
  void end_wait(SessionSerial joiner);
  void judge_dials(Session& session);
  void answer(Session& session, Refusal refusal, std::optional<NodeId> holder = std::nullopt);

  const Loop& loop_;
  Log& log_;
  const Incarnation& self_;
  const Options& options_;
  const HandshakeRules& rules_;
  const PeerClocks& clocks_;
  Complaints& complaints_;
  Membership& membership_;
  const LinkTable& links_;
  Sessions& sessions_;
  Dialler& dialler_;
  Namesakes namesakes_;
};

}  // namespace noex
