// RegistryHarness: registries of several nodes, joined by queues that a test moves by hand.
//
// Owns: the nodes, a FIFO queue for each direction of each link, and what the cluster would say, so
// that every order of events that a real cluster can produce is one sequence of calls. After each
// step it holds the node's views against a recomputation from the messages delivered (R1), and its
// answers against what was asked; what is wrong is collected in problems().
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "noex/runtime/registry/name_table.h"
#include "noex/runtime/registry/registry.h"
#include "noex/runtime/registry/registry_wire.h"

namespace noex::test {

class RegistryHarness {
 public:
  // With every node on its own: nothing is linked, up or settled.
  explicit RegistryHarness(std::size_t nodes, Options options = {});

  // All linked, or those that are to be, up, settled, and nothing in the queues.
  void heal();
  // From now on heal() links only these pairs, and those that somebody wants to reach.
  void set_edges(std::set<std::pair<std::size_t, std::size_t>> edges);

  // --- Requests ---
  std::uint64_t register_name(std::size_t node, const std::string& name, ProcessId process,
                              Duration timeout = 5s);
  bool unregister_name(std::size_t node, const std::string& name, ProcessId process);
  void move_name(std::size_t node, const std::string& name, ProcessId from, ProcessId to);
  void process_ended(std::size_t node, ProcessId process);
  std::uint64_t find(std::size_t node, const std::string& name, Duration timeout = 5s);
  void join_group(std::size_t node, const std::string& group, ProcessId process);
  void leave_group(std::size_t node, const std::string& group, ProcessId process);
  // From now on the node's changes of that name's winner are held against its view.
  void watch(std::size_t node, const std::string& name);
  void cancel(std::size_t node, std::uint64_t request);

  // --- The cluster; each is a no-op where it could not happen ---
  void connect(std::size_t a, std::size_t b);         // a connection that no end has seen yet
  void see_link(std::size_t node, std::size_t peer);  // link_up
  void cut(std::size_t a, std::size_t b);             // nothing more is sent over it
  void see_cut(std::size_t node, std::size_t peer);   // link_down; what was unread is gone
  void node_up(std::size_t node, std::size_t peer);
  void node_down(std::size_t node, std::size_t peer);
  void settle(std::size_t node, bool settled);
  void restart(std::size_t node);  // a higher boot, nothing remembered
  // Links those whom somebody has wanted to reach.
  void open_reached();
  // A heartbeat each way: two registries that differ twice in a row exchange what they have.
  void compare(std::size_t a, std::size_t b);

  // --- Messages and time ---
  bool deliver(std::size_t from, std::size_t to);  // the next one; false: none
  void deliver_all();
  std::vector<std::pair<std::size_t, std::size_t>> deliverable() const;  // from, to
  void advance(Duration time);
  void skew_wall(std::size_t node, Duration by);

  // --- What is seen ---
  std::size_t size() const { return nodes_.size(); }
  Registry& registry(std::size_t node) { return *nodes_[node].registry; }
  Incarnation incarnation(std::size_t node) const { return nodes_[node].self; }
  const std::vector<RegistryFinished>& finished(std::size_t node) const;
  const std::vector<RegistryConflictLost>& lost(std::size_t node) const;
  // ok, name_taken...; nullopt while pending.
  std::optional<ErrorCode> outcome(std::size_t node, std::uint64_t request) const;
  std::size_t successes() const;  // over all nodes, restarts included
  // "node:process", or the error; empty: pending.
  std::string found(std::size_t node, std::uint64_t request) const;
  // "node:process" of each, in their order.
  std::vector<std::string> members(std::size_t node, const std::string& group) const;
  // Holder of the name on that node, as "node:process"; empty: nobody.
  std::string seen(std::size_t node, const std::string& name) const;
  // Acknowledged there, and neither given up nor lost.
  bool holds(std::size_t node, const std::string& name) const {
    return nodes_[node].held.contains(name);
  }
  bool is_up(std::size_t node, std::size_t peer) const { return nodes_[node].ends[peer].up != 0; }
  std::size_t delivered() const { return delivered_; }  // messages, ever
  std::size_t links() const;
  // That node's link to the peer, the last one.
  LinkSerial link(std::size_t node, std::size_t peer) const {
    return nodes_[node].ends[peer].serial;
  }
  const std::vector<std::string>& problems() const { return problems_; }

  // After heal(): all views equal and equal to the truth, nothing pending, nothing promised.
  void check_converged();

 private:
  enum class EndState : std::uint8_t { none, opening, up, broken };
  // What the messages delivered say of one owner.
  struct Copy {
    Boot boot = 0;
    std::uint64_t sequence = 0;
    std::map<std::string, RegistryEntry> names;
    std::set<GroupMember> members;
  };
  // One node's end of its link to a peer, and what it knows of that peer.
  struct End {
    EndState state = EndState::none;
    Boot link_boot = 0;
    LinkSerial serial;
    std::deque<Bytes> incoming;
    Boot known = 0;  // the registry has its names, as it said
    Boot up = 0;
    Copy copy;
    // Of the link that stands: its owner's first word has come, and that was behind the copy.
    bool own_word = false;
    bool doubted = false;
    bool asked_anew = false;                    // therefore
    std::pair<LinkSerial, std::uint64_t> told;  // the own change that was sent last, and over which
  };
  struct Request {
    std::string name;
    ProcessId process = 0;
    Instant deadline;
    std::optional<ErrorCode> outcome;
  };
  struct Node {
    Incarnation self;
    std::unique_ptr<HybridClock> clock;
    std::unique_ptr<Registry> registry;
    std::vector<End> ends;
    Duration wall_skew = {};
    std::map<std::uint64_t, Request> requests;
    std::map<std::uint64_t, std::pair<Instant, std::string>> finds;  // deadline, answer
    std::map<std::string, std::optional<NameHolder>> watched;        // as told last
    std::map<std::string, ProcessId> held;  // acknowledged and neither given up nor lost
    std::map<std::string, Stamp> stamps;    // of what was acknowledged last
    std::vector<RegistryFinished> finished;
    std::vector<RegistryConflictLost> lost;
  };

  void start(std::size_t node, Boot boot);
  std::size_t index_of(const NodeId& id) const;
  void after(std::size_t node);
  void take(std::size_t node, const RegistrySend& sent);
  void check_order(std::size_t node, End& end, const RegistrySend& sent);
  void take(std::size_t node, const RegistryPublished& published);
  void take(std::size_t node, const RegistryFinished& finished);
  void take(std::size_t node, const RegistryConflictLost& lost);
  void take(std::size_t node, const RegistryFound& found);
  void take(std::size_t node, const RegistryWinnerChanged& change);
  void take(std::size_t node, const RegistryReach& reach);
  void take(std::size_t node, const RegistryKnown& known);
  void note_delivered(std::size_t node, std::size_t from, const Bytes& bytes);
  Copy own_names(std::size_t node) const;
  bool is_wanted(std::size_t a, std::size_t b) const;
  static std::string text_of(const Incarnation& owner, ProcessId process);
  std::map<std::string, NameHolder> naive_winners(std::size_t node) const;
  std::map<std::string, std::set<GroupHolder>> naive_groups(std::size_t node) const;
  void check_views(std::size_t node);
  void check_holdings(std::size_t node);
  void problem(std::size_t node, const std::string& text);

  Options options_;
  Instant now_{1s};
  Instant beat_{};  // of the heartbeats that compare() stands for
  std::vector<Node> nodes_;
  std::optional<std::set<std::pair<std::size_t, std::size_t>>> edges_;  // none: all
  std::set<std::pair<std::size_t, std::size_t>> reached_;
  std::size_t successes_ = 0;
  std::set<std::tuple<std::string, Incarnation, Stamp>> published_;  // all entries that ever were
  std::size_t delivered_ = 0;
  LinkSerial last_serial_;
  std::vector<std::string> problems_;
};

}  // namespace noex::test
