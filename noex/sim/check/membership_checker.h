// MembershipChecker: M1, M2, M4, M5, M8 and M9, from node_up and node_down as each node announces
// them; with it M3 (VersionChecker) and M6 (OneWayChecker).
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <vector>

#include "noex/runtime/cluster/cluster.h"
#include "noex/sim/check/one_way_checker.h"
#include "noex/sim/check/property.h"
#include "noex/sim/check/truth.h"
#include "noex/sim/check/version_checker.h"

namespace noex::sim {

class MembershipChecker {
 public:
  MembershipChecker(const Truth& truth, Tally& tally);

  void on_node_started(std::size_t index);
  void on_node_ended(std::size_t index);
  void on_node_leaving(std::size_t index);
  void on_node_up(std::size_t index, const Incarnation& peer);
  void on_node_down(std::size_t index, const Incarnation& peer, DownReason reason);
  void on_link_up(std::size_t index, const Incarnation& peer);
  void on_link_down(std::size_t index, const Incarnation& peer) { links_[index].erase(peer); }
  void on_member_changed(std::size_t index, const TableEntry& entry, const NodeId& source);
  // A process handles a message of that incarnation.
  void on_message(std::size_t index, const Incarnation& from);
  void look();
  void at_end();

  // Nodes that have to know each other at the end: linked by a seed, or by what one of them knows.
  std::vector<std::vector<std::size_t>> components() const;
  // Raised by each node_up at that node: tells apart two times that a peer was up; 0: it is down.
  std::uint64_t up_serial(std::size_t index, const Incarnation& peer) const;
  // The boot of it that is up there; 0: none.
  Boot up_boot(std::size_t index, const NodeId& peer) const;

 private:
  struct Knowledge {
    Boot boot = 0;
    Instant since{};
    Instant until = Instant::max();
  };
  struct Up {
    Boot boot = 0;
    std::uint64_t serial = 0;
    Instant since;
  };

  using Members = std::map<Incarnation, Member>;

  bool runs(std::size_t index, Boot boot) const;
  Instant undisturbed_for_all_since(std::size_t peer) const;
  bool is_seen_no_more(std::size_t peer);
  bool dials_come_through(std::size_t observer) const;
  bool is_mesh(std::size_t observer) const;
  void check_calm(std::size_t observer, const TableEntry& entry);
  void check_first_hand(std::size_t observer, const TableEntry& entry, const NodeId& source);
  void check_accuracy(std::size_t observer, const Incarnation& peer, DownReason reason);
  void check_suspicion(std::size_t observer, std::size_t peer);
  bool were_linked_since(std::size_t a, std::size_t b, Instant since) const;
  void note_left(std::size_t index, const TableEntry& entry);
  void check_reason(std::size_t observer, const Incarnation& peer, DownReason reason);
  void check_returns();
  // By index: the seeds and the members of that node.
  std::vector<bool> known(std::size_t index) const;
  Members members_of(std::size_t index) const;
  void check_pair(std::size_t observer, std::size_t peer, const std::vector<Members>& members);
  void check_nobody_else(std::size_t observer);

  const Truth& truth_;
  Tally& tally_;
  std::map<NodeId, std::size_t> index_;
  std::vector<std::map<NodeId, Up>> up_;        // by observer
  std::vector<std::map<NodeId, Boot>> newest_;  // by observer: the highest that was up
  // Nodes that have started again, and who has been looked at already.
  struct Return {
    std::size_t index = 0;
    Boot boot = 0;
    Instant since;
    std::vector<bool> seen;
  };
  // By observer: whom it takes for dead because another said so.
  std::vector<std::set<NodeId>> hearsay_;
  // What each node, in its present start, has known of one that left; until it knew of a later
  // boot.
  std::map<NodeId, std::map<std::size_t, Knowledge>> left_;
  std::set<Incarnation> leaving_;                      // began to
  std::vector<std::map<Incarnation, Instant>> links_;  // by node: since when
  std::vector<std::size_t> starts_;                    // by node
  std::set<std::size_t> gone_;  // whom somebody may have up in a boot that does not run
  std::vector<Return> returns_;
  VersionChecker versions_;
  OneWayChecker one_way_;
  std::uint64_t serial_ = 0;
};

}  // namespace noex::sim
