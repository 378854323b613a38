// Couriers: processes that send each other numbered parcels, and processes that are tied to others.
//
// The chat's traffic is too well-behaved to show what becomes of plain messages and process links:
// its rooms number and check what they send themselves, and nothing in it is linked. So on every
// node a courier takes parcels, and a postman sends bursts of them to couriers anywhere, as casts,
// patient casts and calls, also to earlier boots; beside them live processes for some seconds that
// are linked to, and watch, each other, some that were spawned from another node in a hurry, and
// some that watch another for a moment only. In the quiet phase all are quiet.
// Knows nothing of what should arrive or end: checkers do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>

#include "noex/runtime/node/node.h"
#include "noex/sim/scenario/scenario.h"
#include "noex/transport/base/random.h"

namespace noex::sim {

// Who can be written to; one for the whole run, as if people told each other.
struct AddressBook {
  struct Line {
    Incarnation where;
    ProcessId process = 0;
  };
  using Lines = std::deque<Line>;  // the newest last; few

  Lines couriers;
  Lines tied;
  std::uint64_t senders = 0;  // so far; numbers the postmen
};

// What checkers see of the parcels.
class PostObserver {
 public:
  virtual ~PostObserver() = default;
  // A parcel was handed to the node for sending. `owed`: it may not go missing while the link
  // lasts.
  virtual void on_posted(std::uint64_t /*sender*/, const Ref& /*to*/, std::uint64_t /*number*/,
                         bool /*owed*/) {}
  // It may not, after all.
  virtual void on_owed(std::uint64_t /*sender*/, const Ref& /*to*/, std::uint64_t /*number*/) {}
  virtual void on_came(std::uint64_t /*sender*/, const Ref& /*to*/, std::uint64_t /*number*/) {}
};

// Which parcel a message is, if it is one.
struct ParcelLabel {
  std::uint64_t sender = 0;
  std::uint64_t number = 0;
};
std::optional<ParcelLabel> parcel_label(const Payload& message);

class Couriers {
 public:
  // node, book and observer outlive it. In a turn of the node's host.
  Couriers(Node& node, AddressBook& book, PostObserver& observer, const Company& company,
           Duration active, Random random);

  // Once the node has started.
  void start();

 private:
  using Numbers = std::map<Ref, std::uint64_t>;  // the last for each courier

  task<void> post();
  task<void> burst(std::uint64_t sender, Numbers& numbers);
  void tie();
  void glance();
  task<void> tie_away();
  Ref choose(const AddressBook::Lines& lines);

  Node& node_;
  AddressBook& book_;
  PostObserver& observer_;
  const Company company_;
  const Instant end_;
  Random random_;
};

}  // namespace noex::sim
