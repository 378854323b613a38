// Finds: this node's pending questions who holds a name, asked of the name's arbiters.
//
// Owns whom was asked what, and by when each has to end: with the first who knows a holder, with
// noproc when all who answer have said that they know none, a majority at least, or by its
// deadline. Who does not answer within claim_grace is not waited for. Never looks into the table.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "noex/runtime/core/index.h"
#include "noex/runtime/registry/registry_peers.h"
#include "noex/runtime/registry/registry_ports.h"

namespace noex {

class Finds {
 public:
  // Both outlive it.
  Finds(const Options& options, const RegistryPeers& peers, RegistryPorts& ports)
      : grace_(options.claim_grace), peers_(peers), ports_(ports) {}
  // The same questions, on other parts.
  Finds(const Finds& other, const RegistryPeers& peers, RegistryPorts& ports);

  // The request is new, and nobody holds the name here; it ends with one ports.finish().
  void add(std::uint64_t request, std::string name, Instant now, Instant deadline);
  void cancel(std::uint64_t request);

  // A node that is not settled knows too few to ask.
  void set_settled(bool settled);
  void on_link_up(const Incarnation& peer);
  void on_link_down(const NodeId& peer);
  void on_node_down(const Incarnation& peer);
  void on_time(Instant now);
  std::optional<Instant> next_deadline() const;
  void on_found(const Incarnation& arbiter, const NameFound& found);
  // The name has a holder here.
  void on_entry(std::string_view name, const NameHolder& holder);

  bool uses_link(const NodeId& peer) const;
  std::size_t size() const { return finds_.size(); }
  void check_invariants() const;

 private:
  struct Ask {
    Boot boot = 0;
    bool sent = false;      // over the link that stands
    bool answered = false;  // that it knows none
  };
  struct Find {
    std::string name;
    Instant deadline;
    Instant wake;                     // when time decides something about it next
    bool asking = false;              // else it waits until this node is settled
    std::optional<Instant> patience;  // until when all are waited for, once the time is known
    std::map<NodeId, Ask> asks;       // this node too, if it is one of them
  };
  using FindMap = std::map<std::uint64_t, Find>;

  void begin(FindMap::iterator find);
  void send(std::uint64_t request, Find& find);
  void finish_if_unknown(FindMap::iterator find);
  void rearm(FindMap::iterator find);
  void finish(FindMap::iterator find, Result<NameHolder> result);

  const Duration grace_;
  const RegistryPeers& peers_;
  RegistryPorts& ports_;
  Instant now_{};  // as far as it was told
  bool settled_ = false;
  FindMap finds_;
  // Invariant: one item for each find in each of these.
  std::set<std::pair<Instant, std::uint64_t>> by_wake_;
  Index<std::string, std::uint64_t> by_name_;
  std::set<std::uint64_t> waiting_;       // Invariant: those that are not asking
  Index<NodeId, std::uint64_t> asked_;    // Invariant: one for each ask
  Index<NodeId, std::uint64_t> awaited_;  // Invariant: of them, those that are not answered
};

}  // namespace noex
