// Membership: who is known, up, suspected, down or gone; and whom to dial. Sans-IO.
//
// Owns one record for each node it has heard of, the timing of heartbeats, suspicion and redials,
// and the table that nodes exchange. Never owns a link or a timer: events and `now` come in,
// actions go out, to be carried out in their order. A record's life:
//
//   known --linked--> linked --registry applied--> up --link lost--> suspect --> down
//     ^                  |                          ^                   |          |
//     +------link lost---+                          +----linked again---+          |
//     +----------------------------------------------------------------------------+
//
// A suspect is either linked again in its boot, and then nothing has happened, or it is down after
// suspicion_timeout: nobody stays suspect. Who is not linked is redialled for ever, unless it left.
// The rules and reasons are in docs/PROTOCOL.md, "Membership".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "runtime/cluster.h"
#include "runtime/control.h"
#include "runtime/options.h"
#include "transport/base/random.h"
#include "transport/base/time.h"
#include "transport/node_id.h"

namespace noex {

// What membership wants done.
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
struct SendHeartbeats {  // to every link
  bool operator==(const SendHeartbeats&) const = default;
};
struct SendTable {
  NodeId to;
  bool operator==(const SendTable&) const = default;
};
struct BootTooLow {  // this node has to start again, with `boot`
  Boot boot = 0;
  bool operator==(const BootTooLow&) const = default;
};
struct TableFull {  // a node was ignored; said once
  NodeId id;
  bool operator==(const TableFull&) const = default;
};
using MembershipAction = std::variant<StartDial, StopDial, CloseLink, AnnounceUp, AnnounceDown,
                                      SendHeartbeats, SendTable, BootTooLow, TableFull>;

enum class DialFailure : std::uint8_t {
  refused,       // nobody listens there, or another node or boot does: that one is not running
  silent,        // no answer, a broken handshake, no such host: nothing is known
  simultaneous,  // the peer's own dial goes first: its link is about to come
  left,          // it said that it leaves
  self,          // the address is our own: never to be dialled again
};

class Membership {
 public:
  Membership(Incarnation self, std::span<const NodeId> seeds, const Options& options,
             Random random);

  // --- Events ---
  void start(Instant now);
  // All that is due: heartbeats, silence, suspicion, redials. Before it: heard() for each link.
  void on_time(Instant now);
  void heard(const NodeId& id, Instant at);
  // A link to `peer` is confirmed; the older one, if any, is closed. A higher boot replaces the
  // old one. False: not welcome (see welcome()).
  [[nodiscard]] bool on_linked(const Incarnation& peer, Instant now);
  // The link ended and nobody had said why.
  void on_link_closed(const Incarnation& peer, Instant now);
  void on_dial_failed(const NodeId& id, DialFailure failure, Instant now);
  void on_left(const Incarnation& peer, Instant now);
  void on_registry_known(const Incarnation& peer);
  void on_table(const Table& table, Instant now);
  void on_table_hash(const NodeId& from, std::uint64_t hash);
  // A peer knows this boot of our id.
  void on_own_boot_seen(Boot boot);

  // When on_time() is next needed.
  Instant next_deadline() const;
  std::vector<MembershipAction> take_actions();
  bool has_actions() const { return !actions_.empty(); }

  // --- Views ---
  struct Welcome {
    bool left = false;     // that boot said that it leaves
    bool too_low = false;  // a higher boot is known
    bool full = false;     // no room for another node
    bool ok() const { return !left && !too_low && !full; }
  };
  Welcome welcome(const Incarnation& peer) const;
  Boot known_boot(const NodeId& id) const;  // 0: none
  // The others of this name that are up or linked.
  std::vector<NodeId> living_namesakes(const NodeId& id) const;
  bool settled() const { return untried_ == 0; }
  // True once any node has been linked, or there is nobody to join.
  bool joined() const { return joined_; }
  std::uint64_t table_hash() const;
  std::vector<Table> table() const;  // in parts, self included
  std::vector<Member> members() const;
  // Broken invariant: stops us. For tests and the simulator.
  void check_invariants() const;
  // All that decides what it will do, with every time as the distance from `now`, but for the
  // jitter of redials: for the exhaustive search of small clusters. All actions have been taken.
  void digest(Writer& writer, Instant now) const;

 private:
  // Invariant: up and not linked <=> suspect (evidence and suspect_until are then valid).
  struct Record {
    Boot boot = 0;  // the highest known; 0: a seed of which nothing is known yet
    bool seed = false;
    bool left = false;
    bool up = false;
    bool linked = false;
    bool dialing = false;
    bool tried = false;  // was up once, or could not be linked once, in this boot
    Instant linked_at{};
    Instant heard_at{};
    DownReason evidence = DownReason::connection_closed;
    Instant suspect_until{};
    std::uint32_t attempts = 0;  // dials since a link stood for a while
    Instant next_dial{};

    bool suspect() const { return up && !linked; }
    bool dialled() const { return !linked && !dialing && (!left || seed); }
  };
  using Records = std::map<NodeId, Record>;

  Record* find(const Incarnation& peer);
  Record* find_or_add(const NodeId& id);
  void learn(const TableEntry& entry, Instant now);
  void replace_boot(const NodeId& id, Record& record, Boot boot);
  void mark_left(const NodeId& id, Record& record, Instant now);
  void set_tried(Record& record, bool tried);
  void down(const NodeId& id, Record& record, DownReason reason);
  void close_link(const NodeId& id, Record& record, bool silent);
  void lose_link(Record& record, DownReason evidence, Instant now);
  Duration backoff(std::uint32_t attempts);
  Duration full_backoff(std::uint32_t attempts) const;
  void start_due_dials(Instant now);
  void stop_dial(const NodeId& id, Record& record);
  void forgive(Instant now);
  void check_silence(Instant now);
  void check_suspects(Instant now);

  const Incarnation self_;
  const Options options_;
  Random random_;
  Records records_;
  std::vector<MembershipAction> actions_;
  Instant next_heartbeat_{};
  std::size_t untried_ = 0;
  std::size_t dials_ = 0;
  bool joined_ = false;
  bool told_full_ = false;
  mutable std::optional<std::uint64_t> hash_;
};

}  // namespace noex
