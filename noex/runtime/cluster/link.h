// Link: one connection to one incarnation of a peer, as its user sees it.
#pragma once

#include <cstddef>
#include <memory>

#include "noex/runtime/core/ids.h"
#include "noex/transport/base/bytes.h"
#include "noex/transport/base/error.h"

namespace noex {

// Confirmed, or opening: then what is sent waits in it, in order. Lives from open() or link_up to
// the return of link_down; owned by Cluster.
class Link {
 public:
  virtual ~Link() = default;

  virtual const Incarnation& peer() const = 0;
  // The same for what came over the link and may outlive it. Owners: the link, such messages.
  virtual const std::shared_ptr<const Incarnation>& shared_peer() const = 0;
  virtual LinkSerial serial() const = 0;

  // Queues one message (1..message_bytes_max bytes) on the data lane; in order, whole.
  // Errors: too_large, overloaded (over queue_bytes_hard; nothing was queued).
  [[nodiscard]] virtual Result<void> send(ByteView message) = 0;
  // The same without the hard limit: for signals, replies and registry messages, which must not be
  // lost while the link lives. Bounded by queue_bytes_cutoff, beyond which the link is closed.
  virtual void send_signal(ByteView message) = 0;
  // The same, ahead of all that waits: what a link begins with. Within on_link_up() and
  // on_link_reopened() only.
  virtual void send_first(ByteView message) = 0;
  // The message that is being handled is as much work as so many small ones more: the rest of what
  // has arrived over this link waits for a later turn the sooner.
  virtual void charge(std::size_t work) = 0;
  // Bytes waiting in this node for this peer.
  virtual std::size_t queued_bytes() const = 0;
};

}  // namespace noex
