// OrderChecker: D1, from the numbers of the parcels that couriers send each other.
//
// Knows of each parcel over which link of the sender it went: it counts the links to a peer that
// have ended. What is missing with a link that ended is lost; what is missing before something else
// that came over the same link broke the order. What a full mailbox refuses has come so far, and no
// further.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "noex/runtime/observe/observer.h"
#include "noex/sim/check/property.h"
#include "noex/sim/check/truth.h"

namespace noex::sim {

class OrderChecker {
 public:
  OrderChecker(const Truth& truth, Tally& tally)
      : truth_(truth), tally_(tally), ended_(truth.nodes()) {}

  void on_link_down(std::size_t index, const Incarnation& peer) { ++ended_[index][peer.id]; }
  void on_posted(std::size_t index, std::uint64_t sender, const Ref& to, std::uint64_t number,
                 bool owed);
  void on_owed(std::uint64_t sender, const Ref& to, std::uint64_t number);
  // The receiver's full mailbox refuses it.
  void on_refused(std::uint64_t sender, const Ref& to, std::uint64_t number);
  void on_came(std::uint64_t sender, const Ref& to, std::uint64_t number);
  void at_end();
  // Who sends those parcels.
  Incarnation sender(std::uint64_t sender, const Ref& to) const;

 private:
  struct Parcel {
    std::uint64_t number = 0;
    std::uint64_t link = 0;  // how many links to that peer had ended
    bool owed = false;
  };
  struct Way {  // from one sender to one receiver
    std::size_t from = 0;
    Boot boot = 0;  // of the sender
    std::deque<Parcel> under_way;
  };

  std::uint64_t link_of(std::size_t index, const NodeId& peer) const;
  bool runs(const Way& way) const;
  bool is_alive(const Ref& process) const;

  const Truth& truth_;
  Tally& tally_;
  std::vector<std::map<NodeId, std::uint64_t>> ended_;  // by node: links that have ended, by peer
  std::map<std::pair<std::uint64_t, Ref>, Way> ways_;
};

}  // namespace noex::sim
