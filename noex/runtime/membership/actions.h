// MembershipAction: what membership wants done, in this order, by who owns the links.
//
// Plain data: the way out of the sans-IO core. Every part of it adds to one list.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "noex/runtime/core/ids.h"
#include "noex/runtime/membership/control.h"
#include "noex/runtime/membership/member.h"
#include "noex/runtime/membership/verdict.h"
#include "noex/transport/node_id.h"

namespace noex {

struct StartDial {
  NodeId id;
  bool operator==(const StartDial&) const = default;
};
struct StopDial {  // a dial that is no longer wanted
  NodeId id;
  bool operator==(const StopDial&) const = default;
};
struct CloseLink {  // and tell the owner; membership knows already
  Incarnation peer;
  bool silent = false;  // it brought nothing for suspicion_after; else its boot is over
  bool operator==(const CloseLink&) const = default;
};
struct AnnounceUp {
  Incarnation node;
  bool operator==(const AnnounceUp&) const = default;
};
struct AnnounceDown {
  Incarnation node;
  DownReason reason;
  bool operator==(const AnnounceDown&) const = default;
};
struct SendHeartbeat {
  NodeId to;
  std::vector<Rumour> rumours;
  bool operator==(const SendHeartbeat&) const = default;
};
struct SendTable {
  NodeId to;
  bool operator==(const SendTable&) const = default;
};
struct SendPing {
  NodeId to;
  std::uint64_t number = 0;
  bool operator==(const SendPing&) const = default;
};
struct SendPingRequest {
  NodeId to;
  PingRequest request;
  bool operator==(const SendPingRequest&) const = default;
};
struct AnswerPingRequest {
  NodeId to;
  std::uint64_t number = 0;
  bool alive = false;  // pong, else nack
  bool operator==(const AnswerPingRequest&) const = default;
};
// For those who watch: an entry of the table has changed, its own included.
struct TellChange {
  TableEntry entry;
  NodeId source;  // who said so; empty: this node's own conclusion
  bool operator==(const TellChange&) const = default;
};
struct TellVerdict {  // what it concludes or hears, and on what evidence
  Verdict verdict;
  bool operator==(const TellVerdict&) const = default;
};
// Others know a boot of ours below `boot`: this node should start again with it.
struct BootTooLow {
  Boot boot = 0;
  bool operator==(const BootTooLow&) const = default;
};
struct TableFull {  // a node was ignored; said once
  NodeId id;
  bool operator==(const TableFull&) const = default;
};
using MembershipAction =
    std::variant<StartDial, StopDial, CloseLink, AnnounceUp, AnnounceDown, SendHeartbeat, SendTable,
                 SendPing, SendPingRequest, AnswerPingRequest, TellChange, TellVerdict, BootTooLow,
                 TableFull>;
using MembershipActions = std::vector<MembershipAction>;

}  // namespace noex
