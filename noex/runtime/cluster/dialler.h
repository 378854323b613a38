// Dialler: the connections that this node makes, from the first packet to the end of their
// handshake.
//
// Membership decides whom to dial and when; this is who does it, waits for the answer, and says how
// it ended. Of two dials at once the smaller id's stays, and the other waits for it a while: a
// Hello proves nothing about who sent it. Rules: docs/PROTOCOL.md, "Links".
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "noex/runtime/cluster/complaints.h"
#include "noex/runtime/cluster/handshake_rules.h"
#include "noex/runtime/cluster/own_boot.h"
#include "noex/runtime/cluster/peer_clocks.h"
#include "noex/runtime/cluster/sessions.h"
#include "noex/transport/network.h"

namespace noex {

class DialOwner {
 public:
  virtual ~DialOwner() = default;

  // A link to it is still wanted.
  virtual bool may_link(const NodeId& id) const = 0;
  // `again`: a link was opened during the dial, and somebody may be there.
  virtual void on_dial_failed(const NodeId& id, DialFailure failure, ErrorCode why, bool again) = 0;
  // next_deadline() has changed.
  virtual void arm() = 0;
};

class Dialler {
 public:
  // All outlive it.
  Dialler(DialOwner& owner, Loop& loop, Network& network, Log& log, const Incarnation& self,
          const Options& options, const HandshakeRules& rules, const PeerClocks& clocks,
          OwnBoot& own_boot, Complaints& complaints, Sessions& sessions)
      : owner_(owner),
        loop_(loop),
        network_(network),
        log_(log),
        self_(self),
        options_(options),
        rules_(rules),
        clocks_(clocks),
        own_boot_(own_boot),
        complaints_(complaints),
        sessions_(sessions) {}

  // Not while it is being dialled.
  void start(const NodeId& id);
  // Without a word to the owner.
  void stop(const NodeId& id);
  // The dial has become a link.
  void finish(const NodeId& id) { dials_.erase(id); }
  // A link to it was opened: a dial that is under way may have been too early for it.
  void note_opened(const NodeId& id);
  std::vector<NodeId> dialled() const;  // by id

  // The other end has accepted: confirms, waits, or fails.
  void on_accepted(Session& session);
  // The other end has refused. Who has our name, if that is why.
  std::optional<NodeId> on_refused(Session& session);
  // The connection ended before it was a link.
  void on_ended(Session& session, ErrorCode why);
  // The link may not be made any more.
  void on_unwelcome(const NodeId& id) { fail(id, DialFailure::silent); }

  // Both dial each other: this node's dial stays.
  bool goes_before(const NodeId& peer) const;
  // The peer's own dial, which went first, has ended.
  void end_wait(const NodeId& peer);

  // --- Time ---
  Instant next_deadline() const;  // of those that wait; Instant::max(): none does
  // There was no answer in time.
  void expire(Session& session);
  // Gives up all peers' dials that ours has waited for long enough.
  void end_waits();

 private:
  struct Outgoing {
    std::unique_ptr<Dial> dial;  // until it is connected, then
    Session* session = nullptr;  // owned by sessions_
    Instant spoke{};             // when it said Hello
    bool again = false;          // a link was opened since: if nobody answers, dial once more
    std::optional<Instant> waits_until;  // accepted, but the peer's own dial may go first
  };

  void on_dialled(const NodeId& id, Instant deadline, Result<std::unique_ptr<Connection>> result);
  void fail(NodeId id, DialFailure failure, ErrorCode why = ErrorCode::timeout);
  bool proves(const Session& session);
  void complain(const NodeId& id, const HelloAck& ack);
  DialFailure silence_of(const Session& session) const;

  DialOwner& owner_;
  Loop& loop_;
  Network& network_;
  Log& log_;
  const Incarnation& self_;
  const Options& options_;
  const HandshakeRules& rules_;
  const PeerClocks& clocks_;
  OwnBoot& own_boot_;
  Complaints& complaints_;
  Sessions& sessions_;
  std::map<NodeId, Outgoing> dials_;
};

}  // namespace noex
