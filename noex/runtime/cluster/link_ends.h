// LinkEnds: every way in which a link ends.
//
// Each end is told to the owner of the Cluster exactly once, ahead of what membership concludes
// from it, so that link_down comes before node_down.
#pragma once

#include <functional>
#include <string_view>
#include <utility>

#include "noex/runtime/cluster/acceptor.h"
#include "noex/runtime/cluster/complaints.h"
#include "noex/runtime/cluster/life.h"
#include "noex/runtime/cluster/link_table.h"
#include "noex/runtime/cluster/sessions.h"
#include "noex/runtime/cluster/turn.h"
#include "noex/runtime/membership/membership.h"

namespace noex {

class LinkEnds {
 public:
  // `on_end`: called once a link has ended, whatever the reason. All outlive it.
  LinkEnds(Turn& turn, const Loop& loop, Log& log, const Life& life, Membership& membership,
           Complaints& complaints, LinkTable& links, Sessions& sessions, Acceptor& acceptor,
           std::function<void()> on_end)
      : turn_(turn),
        loop_(loop),
        log_(log),
        life_(life),
        membership_(membership),
        complaints_(complaints),
        links_(links),
        sessions_(sessions),
        acceptor_(acceptor),
        on_end_(std::move(on_end)) {}

  // Its connection has ended, is closed already, and nobody had said why.
  void on_lost(Session& session, ChannelEnd end, std::string_view why);
  // The peer sent what no peer sends.
  void break_off(Session& session, std::string_view why);
  // More waited for the link than may.
  void break_overfull(PeerLink& link) { break_off(*link.session(), "more waited for it than may"); }
  // Without a word to membership; in order: what was sent arrives.
  void drop(Session& session, bool in_order);
  // What membership wants.
  void run(const CloseLink& action);
  // One that opens is not waited for any more, if there is one; those that should stand by now.
  void give_up(const NodeId& id);
  void give_up_late(Instant now);

  // --- Both ends have agreed that nobody uses it ---
  void end_idle(Session& session);
  // Something was sent meanwhile.
  void reopen(Session& session);

 private:
  void say_idle(const Session& session);

  Turn& turn_;
  const Loop& loop_;
  Log& log_;
  const Life& life_;
  Membership& membership_;
  Complaints& complaints_;
  LinkTable& links_;
  Sessions& sessions_;
  Acceptor& acceptor_;
  const std::function<void()> on_end_;
};

}  // namespace noex
