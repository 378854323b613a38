// Peer: one node of a small cluster, as the exhaustive search sees it.
//
// Owns the node's real Membership and Registry and stands for what a Cluster and Names do between
// them: one event in, carried out to its end, effects out. Holds each step against what the node
// alone can be judged by (R1, R4, M8, the cores' invariants). Knows no channel and no other node.
// A peer is copied before each step, and two peers with equal digests act alike.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "noex/runtime/membership/control.h"
#include "noex/runtime/membership/membership.h"
#include "noex/runtime/registry/name_table.h"
#include "noex/runtime/registry/registry.h"
#include "noex/runtime/registry/registry_wire.h"

namespace noex::explore {

inline constexpr std::size_t peers_max = 3;
inline constexpr std::string_view the_name = "x";  // the one name that everybody wants
inline constexpr Duration request_time = 1s;       // until a deadline; much longer than all waits

// What every node of a search has in common.
struct Rules {
  Options options;
  std::vector<std::vector<NodeId>> seeds;  // by node

  // Short times, so that few steps of time reach every deadline; no pause before a redial.
  // `all_seeds`: everybody is everybody's seed; else the first node is.
  static Rules of(std::size_t nodes, bool all_seeds);
};

NodeId id_of(std::size_t node);
std::size_t index_of(const NodeId& id);

enum class EventKind : std::uint8_t {
  start,              // boot
  data,               // peer, message
  control,            // peer, message
  linked,             // peer, boot, message: its clock
  link_lost,          // peer
  dial_refused,       // peer
  dial_silent,        // peer
  dial_simultaneous,  // peer
  settle,             // what was posted is carried out
  tick,               // to the next deadline, or, with a boot, that many nanoseconds on
  register_name,
  unregister_name,
  process_ended,
  grace,     // the registry's next wait ends
  deadline,  // of all requests
};

// What happens to a node; `boot` and `message` as the kind says.
struct Event {
  EventKind kind = EventKind::start;
  std::size_t peer = 0;
  Boot boot = 0;
  Bytes message;
};

enum class EffectKind : std::uint8_t {
  send_data,
  send_control,
  close_link,
  start_dial,
  stop_dial,
  down_restarted,  // node_down(restarted) of `boot`
};
struct Effect {
  EffectKind kind = EffectKind::send_data;
  std::size_t peer = 0;
  Boot boot = 0;
  Bytes message;
};

// What others may be compared with.
struct PeerView {
  struct Other {
    Boot up = 0;
    Boot link = 0;
    bool dialing = false;
    bool has_snapshot = false;  // of the link that stands
    Boot shows_us = 0;          // that boot said Applied for our entry
    std::optional<RegistryEntry> copy;
    bool visible = false;  // its entry is
    bool operator==(const Other&) const = default;
  };
  bool running = false;
  Boot boot = 0;
  std::array<Other, peers_max> others;
  std::optional<RegistryEntry> own;
  std::optional<NameHolder> winner;
  bool holds = false;  // acknowledged, neither given up nor lost
  std::size_t pending = 0;
  std::size_t promises = 0;
  bool waits = false;                     // its registry waits for time, and not for a deadline
  std::uint8_t acknowledged = 0;          // registrations, ever
  std::uint64_t made = 0;                 // a bit for each process that had an entry in this boot
  std::optional<NameHolder> told_holder;  // with the last refusal
  bool settled = false;
  bool posted = false;
  std::uint64_t table_hash = 0;
  Duration next_tick{};
};

class Peer {
 public:
  Peer(const Rules& rules, std::size_t index) : rules_(&rules), index_(index) {}
  Peer(const Peer& other);
  Peer& operator=(const Peer&) = delete;

  // Carries the event out. What it found wrong, if anything, is in problem().
  std::vector<Effect> step(const Event& event);
  const std::string& problem() const { return problem_; }

  bool running() const { return running_; }
  Incarnation self() const { return {id_of(index_), boot_}; }
  PeerView view() const;
  Bytes clock() const;  // for the `linked` of another
  // False: membership does not welcome that boot.
  bool welcomes(std::size_t peer, Boot boot) const;
  Bytes digest() const;

 private:
  struct Other {
    Boot up = 0;
    Boot last_up = 0;
    Boot link = 0;
    bool dialing = false;
    bool has_snapshot = false;
    bool doubted = false;     // that was behind the copy
    bool asked_anew = false;  // therefore
    Boot copy_boot = 0;       // what the messages delivered say about its entry
    std::uint64_t copy_sequence = 0;
    std::optional<RegistryEntry> copy;
    Boot shows_us = 0;
  };

  void start(Boot boot);
  void crash();
  void on_data(const Event& event);
  void on_control(const Event& event);
  void on_linked(const Event& event);
  void drop_link(std::size_t peer);
  void on_tick(Duration time);
  void register_it();
  void unregister_it();
  void end_process();

  void run_actions();
  void settle();
  void carry_out(const StartDial& action);
  void carry_out(const StopDial& action);
  void carry_out(const CloseLink& action);
  void carry_out(const AnnounceUp& action);
  void carry_out(const AnnounceDown& action);
  void carry_out(const SendHeartbeat& action);
  void carry_out(const SendTable& action);
  void carry_out(const SendPing& action);
  void carry_out(const SendPingRequest& action);
  void carry_out(const AnswerPingRequest& action);
  void carry_out(const TellChange&) {}
  void carry_out(const TellVerdict&) {}
  void carry_out(const BootTooLow& action);
  void carry_out(const TableFull& action);
  void send_control(const NodeId& to, const ControlMessage& message);
  void pass_registry_time(Instant to);
  void carry_out_registry();
  void carry_out(const RegistrySend& action);
  void carry_out(const RegistryPublished& action);
  void carry_out(const RegistryFinished& action);
  void carry_out(const RegistryConflictLost& action);
  void carry_out(const RegistryFound& action);
  void carry_out(const RegistryWinnerChanged& action);
  void carry_out(const RegistryReach& action);
  void carry_out(const RegistryKnown& action);

  void note_copy(std::size_t from, const Incarnation& owner, std::uint64_t sequence,
                 const std::map<std::string, WireEntry>& names);
  void note_delivered(std::size_t peer, ByteView message);
  std::optional<RegistryEntry> own_entry() const;
  void check();
  void check_views();
  void wrong(std::string text);

  const Rules* rules_;
  std::size_t index_;
  Boot boot_ = 0;
  bool running_ = false;
  Instant now_{};
  std::unique_ptr<HybridClock> clock_;
  std::unique_ptr<Membership> membership_;
  std::unique_ptr<Registry> registry_;
  std::array<Other, peers_max> others_;
  bool settled_ = false;
  bool posted_ = false;
  std::vector<AnnounceUp> posted_ups_;
  ProcessId process_ = 1;              // of the last registration; a later one's is another
  std::optional<RegistryEntry> held_;  // acknowledged, and neither given up nor lost
  std::uint8_t acknowledged_ = 0;
  Instant registry_time_{};  // goes on only when a wait ends
  std::uint64_t made_ = 0;
  std::optional<NameHolder> told_holder_;
  std::vector<Effect> effects_;
  std::string problem_;
};

}  // namespace noex::explore
