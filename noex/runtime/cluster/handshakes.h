// Handshakes: connections until both ends have confirmed them, and how they become links.
//
// Brings together those who make connections (Dialler) and those who take them (Acceptor), and
// drops both kinds when they are not wanted any more. Rules: docs/PROTOCOL.md, "Links".
#pragma once

#include <memory>
#include <string_view>

#include "noex/runtime/cluster/acceptor.h"
#include "noex/runtime/cluster/cluster.h"
#include "noex/runtime/cluster/complaints.h"
#include "noex/runtime/cluster/dialler.h"
#include "noex/runtime/cluster/handshake_rules.h"
#include "noex/runtime/cluster/life.h"
#include "noex/runtime/cluster/link_ends.h"
#include "noex/runtime/cluster/link_table.h"
#include "noex/runtime/cluster/own_boot.h"
#include "noex/runtime/cluster/peer_clocks.h"
#include "noex/runtime/cluster/sessions.h"
#include "noex/runtime/cluster/turn.h"

namespace noex {

class Handshakes final : public HandshakeHandler, public DialOwner {
 public:
  // `traffic`: whose the sessions are once they are confirmed. All outlive it.
  Handshakes(Turn& turn, const Loop& loop, Log& log, const Life& life, ClusterHandler& handler,
             const HandshakeRules& rules, Membership& membership, PeerClocks& clocks,
             OwnBoot& own_boot, Complaints& complaints, LinkTable& links, LinkEnds& ends,
             Sessions& sessions, Dialler& dialler, Acceptor& acceptor, SessionHandler& traffic)
      : turn_(turn),
        loop_(loop),
        log_(log),
        life_(life),
        handler_(handler),
        rules_(rules),
        membership_(membership),
        clocks_(clocks),
        own_boot_(own_boot),
        complaints_(complaints),
        links_(links),
        ends_(ends),
        sessions_(sessions),
        dialler_(dialler),
        acceptor_(acceptor),
        traffic_(traffic) {}

  void on_connection(std::unique_ptr<Connection> connection);
  // What membership wants.
  void run(const StartDial& action);
  void run(const StopDial& action) { dialler_.stop(action.id); }
  // Ends all that is no link yet, but where something waits for it.
  void drop_unwanted();

  // --- Time ---
  Instant next_deadline() const;
  void on_time(Instant now);

  // --- HandshakeHandler ---
  void on_hello(Session& session) override;
  void on_client_hello(Session& session, ByteView payload) override;
  void on_accepted(Session& session) override { dialler_.on_accepted(session); }
  void on_refused(Session& session) override;
  void on_established(Session& session) override;
  void on_handshake_end(Session& session, ChannelEnd end, std::string_view why) override;

  // --- DialOwner ---
  bool may_link(const NodeId& id) const override;
  void on_dial_failed(const NodeId& id, DialFailure failure, ErrorCode why, bool again) override;
  void arm() override { turn_.arm(); }

 private:
  bool is_waited_for(const Incarnation& peer) const;
  void link(Session& session, const Incarnation& peer, bool drains);
  void reject(Session& session, std::string_view why);
  void expire(Session& session);

  Turn& turn_;
  const Loop& loop_;
  Log& log_;
  const Life& life_;
  ClusterHandler& handler_;
  const HandshakeRules& rules_;
  Membership& membership_;
  PeerClocks& clocks_;
  OwnBoot& own_boot_;
  Complaints& complaints_;
  LinkTable& links_;
  LinkEnds& ends_;
  Sessions& sessions_;
  Dialler& dialler_;
  Acceptor& acceptor_;
  SessionHandler& traffic_;
  bool name_refused_ = false;
};

}  // namespace noex
