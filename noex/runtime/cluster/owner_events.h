// OwnerEvents: what the owner of a Cluster has to be told, one thing after the other.
//
// It waits here until the work of the event that caused it is done, so that the owner finds
// everything as it will be, and never hears of one thing inside another. Links in it are in the
// LinkTable or in the Graveyard.
#pragma once

#include <deque>
#include <functional>
#include <utility>
#include <variant>

#include "noex/runtime/cluster/cluster.h"
#include "noex/runtime/cluster/peer_link.h"

namespace noex {

class OwnerEvents {
 public:
  struct LinkUp {
    PeerLink* link;
  };
  struct LinkDown {
    PeerLink* link;
  };
  struct LinkReopened {
    PeerLink* link;
  };
  struct LinkWritable {
    PeerLink* link;
  };
  struct NodeUp {
    Incarnation node;
  };
  struct NodeDown {
    Incarnation node;
    DownReason reason;
  };
  using Event = std::variant<LinkUp, LinkDown, LinkReopened, LinkWritable, NodeUp, NodeDown>;

  // `overfull`: is told of a link over which more waited than may when the owner had been told.
  OwnerEvents(ClusterHandler& handler, std::function<void(PeerLink&)> overfull)
      : handler_(handler), overfull_(std::move(overfull)) {}

  void add(Event event) { events_.push_back(std::move(event)); }
  // Tells all of it. Inside itself it does nothing: what was added is told by the one that runs.
  void deliver();
  // Nothing is told any more.
  void stop() { stopped_ = true; }

 private:
  void tell(const LinkUp& event);
  void tell(const LinkDown& event) { handler_.on_link_down(*event.link); }
  void tell(const LinkReopened& event);
  void tell(const LinkWritable& event) { handler_.on_writable(*event.link); }
  void tell(const NodeUp& event) { handler_.on_node_up(event.node); }
  void tell(const NodeDown& event) { handler_.on_node_down(event.node, event.reason); }
  void begin(PeerLink& link);

  ClusterHandler& handler_;
  const std::function<void(PeerLink&)> overfull_;
  std::deque<Event> events_;
  bool telling_ = false;
  bool stopped_ = false;
};

}  // namespace noex
