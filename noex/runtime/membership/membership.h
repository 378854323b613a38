// Membership: who is known, alive, suspected, dead or gone; and whom to dial. Sans-IO.
//
// Owns the table (MemberTable) and the timing of heartbeats, gossip, silence, probes, suspicion and
// redials. Never owns a link or a timer: events and `now` come in, actions go out, to be carried
// out in their order. It is cut by subject: membership.cpp (events, time), merger.cpp
// (what others say, and what follows for a record), failure_detector.cpp (silence, probes,
// suspicion), dial_schedule.cpp (whom to dial, and when), overlay.cpp (who should be
// linked), member_views.cpp.
//
// alive --no sign of life, directly or through others--> suspect --time over--> dead
//   ^                                                       |                    |
//   +-------------- a higher version, which only that node itself makes ---------+
//
// Whoever has a link to a node believes no other who accuses it, and lets it answer for itself. A
// node is up here while it is alive or suspect and the owner has its names.
// The rules and reasons are in docs/PROTOCOL.md, "Membership".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "noex/runtime/core/options.h"
#include "noex/runtime/membership/control.h"
#include "noex/runtime/membership/gossip.h"
#include "noex/runtime/membership/lazy_due.h"
#include "noex/runtime/membership/member.h"
#include "noex/runtime/membership/member_table.h"
#include "noex/runtime/membership/probes.h"
#include "noex/runtime/membership/suspicion.h"
#include "noex/runtime/membership/verdict.h"
#include "noex/runtime/membership/watch_graph.h"
#include "noex/transport/base/random.h"
#include "noex/transport/base/time.h"
#include "noex/transport/node_id.h"

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
struct BootTooLow {  // others know a boot of ours below `boot`: this node should start again with
                     // it
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

// Dials at the same time; the rest wait for their turn. Bounds what a table full of dead nodes
// can cost.
inline constexpr std::size_t dials_max = 64;

enum class DialFailure : std::uint8_t {
  refused,       // nobody listens there, or another node or boot does: that one is not running
  silent,        // no answer, a broken handshake, no such host: nothing is known
  unfinished,    // it was heard, or we spoke too late for it to answer: nothing against it
  simultaneous,  // the peer's own dial goes first: its link is about to come
  left,          // it said that it leaves
  self,          // the address is our own: who was said to be there is not, or not any more
};

class Membership {
 public:
  Membership(Incarnation self, std::span<const NodeId> seeds, const Options& options,
             Random random);

  // --- Events ---
  void start(Instant now);
  // All that is due: heartbeats, silence, probes, suspicion, redials. Before it: heard() for each
  // link.
  void on_time(Instant now);
  void heard(const NodeId& id, Instant at);
  // A link to `peer` is confirmed; the older one, if any, is closed. A higher boot replaces the
  // old one; a lower one does so if it `insists`: it knows of the higher one, and is the one
  // that is there. False: not welcome (see welcome()).
  [[nodiscard]] bool on_linked(const Incarnation& peer, Instant now, bool insists = false);
  // The link ended and nobody had said why.
  void on_link_closed(const Incarnation& peer, Instant now);
  void on_dial_failed(const NodeId& id, DialFailure failure, Instant now);
  void on_left(const Incarnation& peer, Instant now);
  // With a link or without.
  void on_registry_known(const Incarnation& peer);
  void on_heartbeat(const NodeId& from, std::uint64_t hash, std::span<const Rumour> rumours,
                    Instant now);
  void on_table(const NodeId& from, const Table& table, Instant now);
  void on_ping_request(const NodeId& from, const PingRequest& request, Instant now);
  void on_pong(const NodeId& from, std::uint64_t number);
  void on_nack(const NodeId& from, std::uint64_t number);
  // A link to it is needed, though none should be.
  void dial_on_demand(const NodeId& id);
  // The link was closed because neither side needed it.
  void on_released(const Incarnation& peer, Instant now);
  // A peer knows this boot of our id.
  void on_own_boot_seen(Boot boot);
  // A higher boot of a node is not believed by hearsay: boots begin as readings of a clock.
  void believe_boots_until(Boot most) { boot_believed_max_ = most; }

  // When on_time() is next needed.
  Instant next_deadline() const;
  // For pings of others than Membership: numbers that it does not use.
  std::uint64_t take_number() { return ++last_number_; }
  std::vector<MembershipAction> take_actions();
  bool has_actions() const { return !actions_.empty(); }

  // --- Views ---
  struct Welcome {
    bool left = false;     // that boot said that it leaves
    bool too_low = false;  // a higher boot is known
    bool full = false;     // no room for another node
    bool linked = false;   // a link to the boot that is known stands
    bool ok() const { return !left && !too_low && !full; }
    // As ok(), for one that insists.
    bool ok_if_insists() const { return !left && !full && !(too_low && linked); }
  };
  Welcome welcome(const Incarnation& peer) const;
  Boot known_boot(const NodeId& id) const;  // 0: none
  // The others of this name that are up or linked.
  std::vector<NodeId> living_namesakes(const NodeId& id) const;
  bool settled() const { return untried_ == 0; }
  // True once any node has been linked, or there is nobody to join.
  bool joined() const { return joined_; }
  std::uint64_t table_hash() const { return table_.hash(); }
  // In parts, self included.
  std::vector<Table> table() const { return table_.parts(); }
  // For that node: but for the word that it left itself, which is hearsay while it is linked.
  std::vector<Table> table_for(const NodeId& peer) const;
  std::vector<Member> members() const;
  // It lives as far as we know, and should be linked.
  bool is_wanted(const NodeId& id) const;
  // Alive or suspect, in that boot.
  bool lives(const Incarnation& node) const;
  // Broken invariant: stops us. For tests and the simulator.
  void check_invariants() const;
  // All that decides what it will do, with every time as the distance from `now`, but for the
  // jitter of redials and the choice among many relays: for the exhaustive search of small
  // clusters. All actions have been taken.
  void digest(Writer& writer, Instant now) const;

 private:
  using Record = MemberRecord;

  // --- What others say (merger.cpp) ---
  void learn(const TableEntry& entry, const std::optional<NodeId>& accuser, const NodeId& source,
             Instant now);
  void learn_of_self(const TableEntry& entry, const NodeId& source, Instant now);
  void learn_of_linked(Record& record, const TableEntry& entry,
                       const std::optional<NodeId>& accuser, const NodeId& source, Instant now);
  bool is_believable(const Record* record, const TableEntry& entry) const;
  Record* add_by_hearsay(const TableEntry& entry);
  void take_own_word(Record& record, const TableEntry& entry, Instant now);
  void pass_on(Record& record, const TableEntry& entry, const std::optional<NodeId>& accuser,
               const NodeId& source, Instant now);
  void answer(const NodeId& source);
  bool believe_left(Record& record, Instant now);
  Verdict verdict(VerdictKind kind, const Record& record, Instant now) const;
  void tell(Verdict verdict) { actions_.emplace_back(TellVerdict{std::move(verdict)}); }
  void tell_put(const Record& record, const TableEntry& entry, const NodeId& source,
                const std::optional<NodeId>& accuser, Instant now);
  void adopt(Record& record, const TableEntry& entry, const std::optional<NodeId>& accuser,
             const NodeId& source, Instant now);
  void replace_boot(Record& record, Boot boot);
  void end_boot(Record& record);
  void put(Record& record, const TableEntry& entry, const NodeId& source,
           const std::optional<NodeId>& accuser, Instant now);
  void mark_left(Record& record, Boot boot, std::uint64_t version, const NodeId& source,
                 Instant now);
  void mark_dead(Record& record, DownReason reason, Instant now);
  void begin_status(Record& record, const std::optional<NodeId>& accuser, Instant now);
  void announce_up(Record& record);
  void announce_down(Record& record, DownReason reason);
  Record* find_or_add(const NodeId& id, MemberStatus least);
  const Record* dispensable(MemberStatus least) const;
  void forget(Record& record);
  void set_tried(Record& record, bool tried);
  void forget_names_before(const Incarnation& peer);
  void on_told(Record& record);
  void greet(const Record& record);
  void flush_gossip(bool all);
  void send_rumours(const NodeId& to, std::vector<Rumour> rumours, bool even_if_none);

  // --- Doubt (failure_detector.cpp) ---
  void end_link(Record& record);
  void close_link(Record& record, bool silent);
  void lose_link(Record& record, DownReason evidence, Instant now);
  void miss(Record& record, DownReason evidence, Instant now);
  bool probe(const Record& record, Instant deadline);
  void conclude(const Probes::Ended& ended, Instant now);
  // `asked`: how many others were asked whether they hear it.
  void suspect(Record& record, DownReason evidence, std::size_t asked, Instant now);
  bool stood_still(Instant now) const;
  void forgive(Instant now);
  void check_silence(Instant now);
  void check_probes(Instant now);
  void check_relays(Instant now);
  void check_suspects(Instant now);
  Instant silence_due(const Record& record) const;
  void set_conditions();

  // --- Dials (dial_schedule.cpp) ---
  Duration backoff(std::uint32_t attempts);
  Duration full_backoff(std::uint32_t attempts) const;
  bool is_dialled(const Record& record) const;
  bool is_tried_in_turn(const Record& record) const;
  void begin_dial(Record& record);
  void start_dial_in_turn(Instant now);
  void set_dial(Record& record, Instant at);
  void review_dial(Record& record);
  void start_due_dials(Instant now);
  void stop_dial(Record& record);
  void on_refused(Record& record, Instant now);
  void on_silent_dial(Record& record, Instant now);
  Instant next_dial() const;

  // --- Who should be linked (overlay.cpp) ---
  void review_wanted(Record& changed, bool lived, Instant now);
  void review_all_wanted(Instant now);
  bool should_be_linked(const Record& record) const;
  void set_wanted(Record& record, Instant now);
  bool is_untried(const Record& record) const;

  const Incarnation self_;
  const Options options_;
  Random random_;
  MemberTable table_;
  std::map<NodeId, MemberIndex> links_;                // those that stand, in order
  std::set<std::pair<Instant, MemberIndex>> waiting_;  // who is_dialled(), by next_dial
  std::set<MemberIndex> in_turn_;                      // who is_tried_in_turn()
  MemberIndex last_in_turn_ = 0;
  Instant next_in_turn_{};
  WatchGraph graph_;
  std::set<MemberIndex> near_;  // the graph's neighbours, while it is in use
  bool graph_changed_ = false;
  bool batching_ = false;  // a message is looked at; what is wanted follows at its end
  std::vector<MemberIndex> unreviewed_;  // whose entry has changed since
  // Everybody living is linked to everybody; the dead are redialled like them.
  bool mesh_ = true;
  bool mesh_of_all_ = true;
  mutable LazyDue silence_;
  Gossip gossip_;
  LocalHealth health_;
  Suspicions suspicions_;
  Probes probes_;
  Relays relays_;
  std::vector<MembershipAction> actions_;
  std::vector<Rumour> answers_;  // Invariant: empty between calls
  Instant next_heartbeat_{};
  Instant next_repair_{};  // when a table may be sent again for a hash that differs
  std::uint64_t last_number_ = 0;
  std::size_t untried_ = 0;
  std::size_t dials_ = 0;
  Boot boot_believed_max_ = boot_max;
  bool joined_ = false;
  bool told_full_ = false;
};

}  // namespace noex
