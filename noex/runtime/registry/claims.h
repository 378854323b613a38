// Claims: this node's pending registrations, from the request to its one answer.
//
// Owns: what was asked, of whom, and by when it has to end. Never decides for others (Arbiter) and
// stores no names (NameTable). A claim passes through waiting (this node knows too little yet),
// asking (all its arbiters are asked; all who answer must grant, a majority at least) and applying
// (the entry is made, and those who granted have to show it, a majority at least). Who does not
// answer within claim_grace is not waited for. claims.cpp: what happens to a claim;
// claims_round.cpp: whom it asks, and when that is enough. docs/PROTOCOL.md, "Claims".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "noex/runtime/core/index.h"
#include "noex/runtime/registry/name_table.h"
#include "noex/runtime/registry/registry_peers.h"
#include "noex/runtime/registry/registry_ports.h"

namespace noex {

class Claims {
 public:
  // All of them outlive it.
  Claims(const Options& options, const RegistryPeers& peers, const NameTable& table,
         RegistryPorts& ports)
      : grace_(options.claim_grace), peers_(peers), table_(table), ports_(ports) {}
  // The same claims, on other parts.
  Claims(const Claims& other, const RegistryPeers& peers, const NameTable& table,
         RegistryPorts& ports);

  // The request is new; it ends with one ports.finish().
  void add(std::uint64_t request, const std::string& name, const RegistryEntry& entry, Instant now,
           Instant deadline);
  void cancel(std::uint64_t request);
  void process_ended(ProcessId process);

  void set_settled(bool settled);
  void on_link_up(const Incarnation& peer);
  void on_link_down(const NodeId& peer);
  void on_node_up(const Incarnation& peer);
  void on_node_down(const Incarnation& peer);
  void on_time(Instant now);
  std::optional<Instant> next_deadline() const;

  // What arbiters say; `now` is the moment in which it was read.
  void on_grant(const Incarnation& arbiter, std::uint64_t number, Instant now);
  void on_refuse(const Incarnation& arbiter, const ClaimRefuse& refusal);
  void on_held(const Incarnation& arbiter, std::uint64_t number, Instant now);
  void on_wanted(const Incarnation& arbiter, std::uint64_t number, Instant now);
  void on_applied(const Incarnation& arbiter, std::uint64_t sequence);
  // `holder` is the name's winner now: claims without an entry fail.
  void on_entry(std::string_view name, const NameHolder& holder);
  // Our entry of the name was withdrawn, for `winner` holds it. True if it belonged to a pending
  // claim, which ends with this: its process never held the name.
  bool on_entry_lost(std::string_view name, const NameHolder& winner);

  // The entry is made but the registration not yet answered.
  bool is_applying(std::string_view name) const;
  // An answer of that node is waited for.
  bool uses_link(const NodeId& peer) const;
  std::size_t size() const { return claims_.size(); }
  std::size_t cost() const { return cost_; }  // the sum of snapshot_cost() over the names
  void check_invariants() const;
  void digest(Writer& writer) const;  // as Registry::digest

 private:
  enum class Phase : std::uint8_t { waiting, asking, applying };
  enum class Answer : std::uint8_t {
    unsent,    // there is no link to it
    awaited,   // it was asked, and has not answered
    held,      // another claim goes first there
    granted,   // it has promised the name, while its link stands
    released,  // it answered, and was told that too few others do
    shown,     // it shows the entry
  };
  struct Ask {
    Boot boot = 0;
    Answer answer = Answer::unsent;
    std::uint64_t number = 0;  // of the ask that was sent last
    // Until when its answer is waited for; none: from when the time is known next.
    std::optional<Instant> patience;

    bool is_sent() const {
      return answer == Answer::awaited || answer == Answer::held || answer == Answer::granted;
    }
    bool has_answered() const {
      return answer == Answer::held || answer == Answer::granted || answer == Answer::released;
    }
  };
  struct Claim {
    std::string name;
    RegistryEntry entry;
    Instant deadline;
    Instant wake;  // when time decides something about it next
    Phase phase = Phase::waiting;
    // Those whose answer counts; while applying, those who should show the entry.
    std::map<NodeId, Ask> asks;
    std::uint64_t sequence = 0;  // of the entry, while applying
    std::size_t rank = 0;        // where in ranks_, while asking
  };
  // What a new member needs to be an arbiter of a claim.
  struct Rank {
    std::uint64_t request = 0;
    std::uint64_t name_hash = 0;
    std::uint64_t score_min = 0;
  };
  using ClaimMap = std::map<std::uint64_t, Claim>;

  std::vector<std::uint64_t> applying_until(std::uint64_t sequence) const;
  Ask* find_ask(Claim& claim, const Incarnation& arbiter);
  ClaimMap::iterator find_sent(const Incarnation& arbiter, std::uint64_t number);
  void succeed(ClaimMap::iterator claim);
  void give_up(ClaimMap::iterator claim, ErrorCode code, std::optional<NameHolder> holder = {});
  void abort_sent(const Claim& claim);
  Claim remove(ClaimMap::iterator claim);

  // --- claims_round.cpp ---
  void advance(std::set<std::uint64_t> requests);
  void advance(std::uint64_t request);
  void begin_asking(std::uint64_t request, Claim& claim);
  void end_asking(Claim& claim);
  void ask_all(std::uint64_t request, Claim& claim);
  void send_ask(std::uint64_t request, Claim& claim, const NodeId& id, Ask& ask);
  void take_back(const NodeId& id, Ask& ask, Answer answer);
  void unsend(Ask& ask, Answer answer);
  static std::size_t majority(const Claim& claim) { return claim.asks.size() / 2 + 1; }
  static std::size_t count(const Claim& claim, Answer answer);
  static std::size_t answering(const Claim& claim);
  static bool waits_for(const Claim& claim, const Ask& ask);
  bool is_awaited(const Claim& claim, const Ask& ask) const;
  bool is_patient(const Claim& claim) const;
  bool is_able(const Claim& claim) const;
  void ask_released(std::uint64_t request, Claim& claim);
  void publish_if_granted(ClaimMap::iterator claim);
  void publish(ClaimMap::iterator claim);
  void finish_if_applied(ClaimMap::iterator claim);
  void begin_waits(Claim& claim);
  void rearm(std::uint64_t request);
  void index_asks(std::uint64_t request, const Claim& claim);
  void forget_ask(std::uint64_t request, const NodeId& id);

  const Duration grace_;
  const RegistryPeers& peers_;
  const NameTable& table_;
  RegistryPorts& ports_;
  bool settled_ = false;
  Instant now_{};  // as far as it was told
  ClaimMap claims_;
  // Invariant: one item for each claim in each of these.
  std::set<std::pair<Instant, std::uint64_t>> by_wake_;
  Index<std::string, std::uint64_t> by_name_;
  Index<ProcessId, std::uint64_t> by_process_;
  std::set<std::uint64_t> waiting_;  // Invariant: those of that phase
  // Invariant: one item for each ask; of them, those that have not shown the entry; and those that
  // could not be sent to an arbiter.
  Index<NodeId, std::uint64_t> asked_;
  Index<NodeId, std::uint64_t> awaited_;
  Index<NodeId, std::uint64_t> unsent_;
  std::map<std::uint64_t, std::uint64_t> by_number_;  // of asks that were sent: the request
  std::set<std::pair<std::uint64_t, std::uint64_t>> applying_;  // the entry's sequence, the request
  // Invariant: one for each that is asking; close together, for a new member is held against all.
  std::vector<Rank> ranks_;
  std::uint64_t last_number_ = 0;
  std::size_t cost_ = 0;
};

}  // namespace noex
