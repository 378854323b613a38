// NodeAudit: what a node holds on behalf of processes and peers at this moment.
//
// For tests and checkers: after a shutdown nothing may be left. Not for a program's logic.
#pragma once

#include <cstddef>
#include <string>

namespace noex {

// How many of each a node holds: a copy, true at the moment at which it was taken.
struct NodeAudit {
  std::size_t links = 0;          // to other nodes
  std::size_t processes = 0;      // that have not ended
  std::size_t timers = 0;         // of processes
  std::size_t tasks = 0;          // of processes, beside their mailboxes
  std::size_t replies = 0;        // that processes owe and give later
  std::size_t calls = 0;          // that wait for an answer
  std::size_t waiting = 0;        // calls and casts that wait for room on the way to a peer
  std::size_t spawns = 0;         // asked for, starting, or provisional
  std::size_t monitors = 0;       // of processes, both ends
  std::size_t process_links = 0;  // both ends
  std::size_t names = 0;          // of processes of this node
  std::size_t kept_names = 0;     // that a supervisor keeps while it restarts their holder
  std::size_t name_monitors = 0;  // by processes of this node
  std::size_t memberships = 0;    // in groups, of processes of this node
  std::size_t claims = 0;         // of names, under way
  std::size_t finds = 0;          // of names, under way
  std::size_t promises = 0;       // given as an arbiter
  std::size_t pulls = 0;          // sets of names that were asked for

  bool operator==(const NodeAudit&) const = default;
  // True if nothing but links is left.
  bool empty() const {
    NodeAudit nothing;
    nothing.links = links;
    return *this == nothing;
  }
  // For people: "links 0, processes 1, ...".
  std::string text() const;
};

}  // namespace noex
