// HandshakeRules: what is said in a handshake, and what follows from what the other end says.
// Sans-IO.
//
// Owns the decisions that need the members only; whether two dials cross each other, and whether a
// namesake lives, takes time to find out: the Acceptor's. Rules: docs/PROTOCOL.md, "Identity" and
// "Links".
#pragma once

#include <optional>

#include "noex/runtime/cluster/life.h"
#include "noex/runtime/core/ids.h"
#include "noex/runtime/membership/membership.h"
#include "noex/transport/handshake.h"
#include "noex/transport/network.h"

namespace noex {

class HandshakeRules {
 public:
  // All outlive it.
  HandshakeRules(const Incarnation& self, const Life& life, const Membership& membership)
      : self_(self), life_(life), membership_(membership) {}

  // --- The dialer's side ---
  // `proof`: of the connection that it is said over; nullptr: there is none.
  Hello hello(const NodeId& to, const ClockReading& clock, const ConnectionProof* proof) const;
  // What a refusal is to whoever dialled `id`.
  DialFailure failure(const NodeId& id, const HelloAck& ack) const;
  // What it is that the connection ended before the handshake was over.
  DialFailure failure_of_end(const Handshake& handshake) const;

  // --- The acceptor's side ---
  // A reason to refuse, whoever else there is.
  std::optional<Refusal> judge(const Hello& hello) const;
  HelloAck answer(const Hello& hello, Refusal refusal, const ClockReading& clock) const;

  // --- Both sides ---
  // `told`: the highest boot of the peer that it knew to be known here when it confirmed. It would
  // have started again above that one if it believed in it: so it is the one that is there.
  bool is_welcome(const Incarnation& peer, Boot told) const;

 private:
  const Incarnation& self_;
  const Life& life_;
  const Membership& membership_;
};

}  // namespace noex
