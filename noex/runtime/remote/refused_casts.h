// RefusedCasts: casts that their receivers do not take, because two builds of a program differ.
//
// A cast has no answer, so its sender would never hear of it. Who drops one tells the node that it
// came from, and that node's log says both names. Bounded: once for each type and peer in a while.
// Only a line for people: nothing depends on whether it arrives.
#pragma once

#include <map>

#include "noex/runtime/cluster/cluster.h"
#include "noex/runtime/process/behavior.h"
#include "noex/runtime/remote/links.h"
#include "noex/runtime/remote/wire.h"
#include "noex/transport/loop.h"

namespace noex {

class RefusedCasts {
 public:
  // All outlive it.
  RefusedCasts(Loop& loop, Log& log, Links& links) : loop_(loop), log_(log), links_(links) {}

  // A cast of that type leaves this node.
  void note_sent(TypeId type, const Outgoing& message) {
    if (type != last_sent_) sent_.emplace(last_sent_ = type, message.type());
  }
  // That cast came over the link, and was dropped. What the process takes comes from the behavior.
  void tell(Link& link, wire::CastRefused cast, const Behavior& behavior);
  // The peer says so of one of ours. False: malformed.
  [[nodiscard]] bool on_told(const Link& link, ByteView bytes);
  void on_link_down(LinkSerial link) { told_.erase(link); }

 private:
  // By type: until when nothing more is said of it.
  using Told = std::map<TypeId, Instant>;

  bool is_due(Told& told, TypeId type) const;

  Loop& loop_;
  Log& log_;
  Links& links_;
  std::map<LinkSerial, Told> told_;
  std::map<TypeId, const MessageType*> sent_;  // as many as a program has
  TypeId last_sent_ = 0;
};

}  // namespace noex
