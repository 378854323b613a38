// IdleLinks: which links are given up because nobody uses them, in clusters too large for a mesh.
//
// Both ends have to agree: nothing hangs on the link at either, and nothing is lost that was sent
// meanwhile. Only decides: whoever asks carries it out.
#pragma once

#include <cstdint>

#include "noex/runtime/cluster/cluster.h"
#include "noex/runtime/cluster/link_table.h"
#include "noex/runtime/membership/membership.h"

namespace noex {

class IdleLinks {
 public:
  // All outlive it.
  IdleLinks(const LinkTable& links, const Membership& membership, const ClusterHandler& handler,
            const Options& options)
      : links_(links), membership_(membership), handler_(handler), options_(options) {}

  // Asks the peers of those that are idle to give them up, too; every heartbeat_interval.
  void look(Instant now);
  // The peer asks. True: it is given up.
  [[nodiscard]] bool on_release(PeerLink& link, Instant now);

  enum class Outcome : std::uint8_t {
    kept,
    overfull,  // kept, but more waited meanwhile than may
    ended,
    reopened,  // something was sent while the peer agreed
    unasked,   // by this node: no peer says that
  };
  // The peer has answered. nullptr: there is no link.
  Outcome on_answer(PeerLink* link, bool agreed, Instant now);

 private:
  bool is_used_lately(PeerLink& link, Duration idle, Instant now) const;

  const LinkTable& links_;
  const Membership& membership_;
  const ClusterHandler& handler_;
  const Options& options_;
  Instant next_look_{};
};

}  // namespace noex
