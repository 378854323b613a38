// LinkTraffic: what comes over links, and what membership wants said over them.
//
// Translates both ways between control messages and membership's events and actions. Never looks
// into a data message: it hands those up, whole.
#pragma once

#include <string_view>

#include "noex/runtime/cluster/acceptor.h"
#include "noex/runtime/cluster/cluster.h"
#include "noex/runtime/cluster/idle_links.h"
#include "noex/runtime/cluster/life.h"
#include "noex/runtime/cluster/link_ends.h"
#include "noex/runtime/cluster/link_table.h"
#include "noex/runtime/cluster/own_boot.h"
#include "noex/runtime/cluster/peer_clocks.h"
#include "noex/runtime/cluster/turn.h"
#include "noex/runtime/membership/control.h"
#include "noex/runtime/membership/membership.h"

namespace noex {

class LinkTraffic final : public SessionHandler {
 public:
  // All outlive it.
  LinkTraffic(Turn& turn, const Loop& loop, Log& log, const Life& life, ClusterHandler& handler,
              Membership& membership, PeerClocks& clocks, OwnBoot& own_boot, OwnerEvents& events,
              const LinkTable& links, LinkEnds& ends, IdleLinks& idle, Acceptor& acceptor)
      : turn_(turn),
        loop_(loop),
        log_(log),
        life_(life),
        handler_(handler),
        membership_(membership),
        clocks_(clocks),
        own_boot_(own_boot),
        events_(events),
        links_(links),
        ends_(ends),
        idle_(idle),
        acceptor_(acceptor) {}

  // --- What has come over a link ---
  void on_control(Session& session, ByteView payload) override;
  void on_data(Session& session, ByteView message) override;
  void on_room(Session& session) override;
  void on_session_end(Session& session, ChannelEnd end, std::string_view why) override {
    ends_.on_lost(session, end, why);
  }

  // --- What membership wants said; nothing happens if there is no link ---
  void run(const SendHeartbeat& action);
  void run(const SendTable& action);
  void run(const SendPing& action);
  void run(const SendPingRequest& action);
  void run(const AnswerPingRequest& action);
  // To all that are linked: this node leaves.
  void say_leave();

 private:
  void on_message(Session& session, const Heartbeat& message);
  void on_message(Session& session, const Table& message);
  void on_message(Session& session, const Ping& message);
  void on_message(Session& session, const Pong& message);
  void on_message(Session& session, const PingRequest& message);
  void on_message(Session& session, const Nack& message);
  void on_message(Session& session, const Release& message);
  void on_message(Session& session, const ReleaseAck& message);
  void on_message(Session& session, const Leave& message);
  void on_message(Session& session, const LeaveAck& message);
  void send(const NodeId& to, const ControlMessage& message);

  Turn& turn_;
  const Loop& loop_;
  Log& log_;
  const Life& life_;
  ClusterHandler& handler_;
  Membership& membership_;
  PeerClocks& clocks_;
  OwnBoot& own_boot_;
  OwnerEvents& events_;
  const LinkTable& links_;
  LinkEnds& ends_;
  IdleLinks& idle_;
  Acceptor& acceptor_;
};

}  // namespace noex
