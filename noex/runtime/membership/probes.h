// Probes: whether others still hear a node that this one does not; and the same done for others.
//
// Owns the questions under way, both ways, and their times. Never sends: Membership does. A probe
// asks a few others; one pong is proof of life, whatever the rest say. Relays: what others asked of
// this node; each is answered once, with pong, or with nack when its time is over, so that who gets
// neither knows that his own ways are bad.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "noex/runtime/core/ids.h"
#include "noex/transport/base/bytes.h"
#include "noex/transport/base/time.h"

namespace noex {

class Probes {
 public:
  struct Ended {
    Incarnation target;
    bool alive = false;
    bool unanswered = false;  // somebody said nothing at all
    std::size_t asked = 0;    // how many were asked; for people
  };

  // Replaces a probe of the same target that is under way.
  void start(const Incarnation& target, std::uint64_t number, std::vector<NodeId> asked,
             Instant deadline);
  bool is_under_way(const NodeId& target) const { return probes_.contains(target); }
  // The target, at its first pong.
  std::optional<Incarnation> on_pong(const NodeId& from, std::uint64_t number);
  void on_nack(const NodeId& from, std::uint64_t number);
  // Ends it at once. Empty: there was none.
  std::optional<Ended> end(const NodeId& target);
  std::vector<Ended> due(Instant now);
  void forget_all() { probes_.clear(); }
  std::optional<Instant> next_deadline() const;
  void digest(Writer& writer, Instant now) const;

 private:
  struct Probe {
    Boot boot = 0;
    std::uint64_t number = 0;
    std::vector<NodeId> silent;  // those asked who have not answered
    bool alive = false;
    Instant deadline;
    std::size_t asked = 0;
  };

  std::map<NodeId, Probe> probes_;  // by target
};

class Relays {
 public:
  struct Relay {
    NodeId from;
    std::uint64_t number = 0;  // the asker's
    Incarnation target;
    std::uint64_t ping = 0;  // ours; 0: the target is not linked yet
    Instant deadline;
  };

  // False: too many already.
  bool add(Relay relay);
  // The target is linked, or answered that ping: whom to tell.
  std::vector<Relay> on_alive(const Incarnation& target);
  std::optional<Relay> on_pong(const NodeId& target, std::uint64_t ping);
  std::vector<Relay> due(Instant now);
  // Who asked is gone.
  void forget(const NodeId& from);
  std::optional<Instant> next_deadline() const;
  void digest(Writer& writer, Instant now) const;

 private:
  std::vector<Relay> relays_;  // the oldest first, hence by deadline
};

// Whom a probe asks, at most.
inline constexpr std::size_t probe_relays_max = 3;
// Questions of others at the same time; further ones get nack at once.
inline constexpr std::size_t relays_max = 256;

}  // namespace noex
