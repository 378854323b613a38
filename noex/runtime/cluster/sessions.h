// Sessions: every connection to another node that is not over, and when its handshake has to be.
//
// Owns the sessions and the order of their deadlines; never keeps time itself, and never decides
// whom to accept: it only knows which stranger may go first when there are too many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "noex/runtime/cluster/graveyard.h"
#include "noex/runtime/cluster/session.h"

namespace noex {

class Sessions {
 public:
  // All outlive it.
  Sessions(HandshakeHandler& handler, Loop& loop, const Options& options, Graveyard& graveyard)
      : handler_(handler), loop_(loop), options_(options), graveyard_(graveyard) {}

  // Its handshake begins, and has to be over by `deadline`.
  Session& add(std::unique_ptr<Connection> connection, Handshake handshake, Instant deadline);
  // nullptr: it has ended.
  Session* find(SessionSerial serial) const;
  // It is somebody else's from now on.
  std::unique_ptr<Session> release(Session& session);
  // Ends it without a word to its handler.
  void bury(Session& session);

  // --- Handshakes ---
  void end_handshake(const Session& session);
  // Instant::max(): there is none.
  Instant next_deadline() const;
  // Those whose time is over, the oldest first.
  std::vector<SessionSerial> late(Instant now) const;
  // By serial.
  std::vector<Session*> pending() const;
  // Connections of others that wait for their handshake.
  std::size_t strangers() const;
  // Whoever is silent must not keep others out: of the address that has most connections waiting
  // the oldest, one that has not even said who it is before all others. nullptr: there is none.
  Session* most_dispensable_stranger() const;
  // That peer's dial that was accepted and is not confirmed yet.
  Session* promised_to(const NodeId& peer) const;

  // Messages that were refused for want of room, over all of them and those that ended.
  std::uint64_t refusals() const;

 private:
  HandshakeHandler& handler_;
  Loop& loop_;
  const Options& options_;
  Graveyard& graveyard_;
  std::map<SessionSerial, std::unique_ptr<Session>> sessions_;
  std::set<std::pair<Instant, SessionSerial>> handshakes_;  // by deadline: those not over yet
  SessionSerial last_;
  std::uint64_t refusals_ = 0;  // of those that ended
};

}  // namespace noex
