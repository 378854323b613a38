// Arbiter: this node's share in deciding who may make an entry of a name.
//
// Owns: at most one promise a name, and the claims that are held behind it. Never makes entries.
// The rule, and why a claim is held rather than granted or refused: docs/PROTOCOL.md, "Claims".
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "noex/runtime/registry/name_table.h"
#include "noex/runtime/registry/registry_ports.h"

namespace noex {

class Arbiter {
 public:
  // Both outlive it.
  Arbiter(const NameTable& table, RegistryPorts& ports) : table_(table), ports_(ports) {}
  // The same promises, for another table and ports.
  Arbiter(const Arbiter& other, const NameTable& table, RegistryPorts& ports)
      : table_(table), ports_(ports), slots_(other.slots_), claimants_(other.claimants_) {}

  // False: it is known already, or the claimant's claims would exceed `cost_max`.
  bool is_acceptable(const NodeId& claimant, const NameClaim& claim, std::size_t cost_max) const;
  // Answers with a grant, a refusal, or that the claim is held.
  void on_claim(const Incarnation& claimant, const NameClaim& claim);
  // Ends the promise or the wait; a claim that is not known has ended otherwise.
  void on_abort(const NodeId& claimant, std::uint64_t number);
  // Ends everything of a claimant whose link is lost.
  void release(const NodeId& claimant);
  // An entry of the name has become visible.
  void on_entry(std::string_view name);

  // A promise to that node, or its claim that is held.
  bool uses_link(const NodeId& peer) const { return claimants_.contains(peer); }
  std::size_t promises() const { return slots_.size(); }
  std::size_t claims_of(const NodeId& claimant) const {
    const auto known = claimants_.find(claimant);
    return known != claimants_.end() ? known->second.claims.size() : 0;
  }
  std::size_t held() const;
  void check_invariants() const;
  void digest(Writer& writer) const;  // as Registry::digest

 private:
  struct Claim {
    Incarnation claimant;
    std::uint64_t number = 0;  // of the ask
    RegistryEntry entry;
  };
  struct ByStamp {
    bool operator()(const Claim& a, const Claim& b) const {
      if (a.entry.stamp != b.entry.stamp) return a.entry.stamp < b.entry.stamp;
      return a.number < b.number;
    }
  };
  struct Slot {
    Claim promise;
    std::set<Claim, ByStamp> held;
    bool wanted = false;  // whom it is promised to was told that a smaller claim is held
  };
  struct Known {
    std::string name;
    Stamp stamp;
  };
  struct Claimant {
    std::map<std::uint64_t, Known> claims;  // by the ask's number
    std::size_t cost = 0;
  };
  using Slots = std::map<std::string, Slot, std::less<>>;

  void decide(const std::string& name, const Claim& claim);
  void refuse(const std::string& name, const Claim& claim, const NameHolder& holder);
  void hold(Slot& slot, const Claim& claim);
  void end_promise(Slots::iterator slot);
  void remember(const std::string& name, const Claim& claim);
  void forget(const std::string& name, const Claim& claim);

  const NameTable& table_;
  RegistryPorts& ports_;
  Slots slots_;
  std::map<NodeId, Claimant> claimants_;  // Invariant: exactly the claims in slots_
};

}  // namespace noex
