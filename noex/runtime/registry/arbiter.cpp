#include "noex/runtime/registry/arbiter.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "noex/transport/base/check.h"

namespace noex {

bool Arbiter::is_acceptable(const NodeId& claimant, const NameClaim& claim,
                            std::size_t cost_max) const {
  const auto known = claimants_.find(claimant);
  if (known == claimants_.end()) return true;
  return !known->second.claims.contains(claim.number) &&
         known->second.cost + snapshot_cost(claim.name) <= cost_max;
}

void Arbiter::on_claim(const Incarnation& claimant, const NameClaim& claim) {
  const Claim asked{claimant, claim.number, from_wire(claim.entry, claimant.id)};
  remember(claim.name, asked);
  decide(claim.name, asked);
}

void Arbiter::on_abort(const NodeId& claimant, std::uint64_t number) {
  const auto known = claimants_.find(claimant);
  if (known == claimants_.end()) return;
  const auto ask = known->second.claims.find(number);
  if (ask == known->second.claims.end()) return;
  const auto slot = slots_.find(ask->second.name);
  NOEX_CHECK(slot != slots_.end(), "{}", ask->second.name);
  const Claim& promise = slot->second.promise;
  if (promise.claimant.id == claimant && promise.number == number) {
    forget(slot->first, slot->second.promise);
    end_promise(slot);
    return;
  }
  const auto held = slot->second.held.find(Claim{{}, number, {ask->second.stamp, 0}});
  NOEX_CHECK(held != slot->second.held.end(), "{}", slot->first);
  forget(slot->first, *held);
  slot->second.held.erase(held);
}

void Arbiter::release(const NodeId& claimant) {
  for (auto known = claimants_.find(claimant); known != claimants_.end();
       known = claimants_.find(claimant)) {
    on_abort(claimant, known->second.claims.begin()->first);
  }
}

void Arbiter::on_entry(std::string_view name) {
  const NameHolder* holder = table_.winner(name);
  const auto slot = slots_.find(name);
  if (holder == nullptr || slot == slots_.end()) return;
  const auto is_made = [&](const Claim& claim) {
    const RegistryEntry* entry = table_.visible_entry(claim.claimant, name);
    return entry != nullptr && entry->stamp == claim.entry.stamp;
  };
  // A majority may have been enough for one that is held here.
  for (const Claim& claim : std::exchange(slot->second.held, {})) {
    if (is_made(claim)) {
      forget(slot->first, claim);
    } else {
      refuse(slot->first, claim, *holder);
    }
  }
  const Claim& promise = slot->second.promise;
  if (!is_made(promise)) {
    // It keeps the promise until it is told, for it may be about to make its entry.
    ports_.send(promise.claimant, ClaimRefuse{promise.number, to_wire(*holder)});
    return;
  }
  const OwnerSet* set = table_.copy(promise.claimant.id);  // none: it is our own
  ports_.send(promise.claimant, NamesApplied{set ? set->sequence : table_.own().sequence});
  forget(slot->first, promise);
  slots_.erase(slot);
}

void Arbiter::decide(const std::string& name, const Claim& claim) {
  if (const NameHolder* holder = table_.winner(name); holder != nullptr) {
    refuse(name, claim, *holder);
    return;
  }
  const auto [slot, is_new] = slots_.try_emplace(name, Slot{claim, {}, false});
  if (is_new) {
    ports_.send(claim.claimant, ClaimGrant{claim.number});
  } else {
    ports_.send(claim.claimant, ClaimHeld{claim.number});
    hold(slot->second, claim);
  }
}

void Arbiter::hold(Slot& slot, const Claim& claim) {
  slot.held.insert(claim);
  if (slot.wanted || slot.promise.entry.stamp <= claim.entry.stamp) return;
  slot.wanted = true;
  ports_.send(slot.promise.claimant, ClaimWanted{slot.promise.number});
}

void Arbiter::refuse(const std::string& name, const Claim& claim, const NameHolder& holder) {
  forget(name, claim);
  ports_.send(claim.claimant, ClaimRefuse{claim.number, to_wire(holder)});
}

// The smallest of those held gets the promise, unless there is an entry by now: then all are
// refused.
void Arbiter::end_promise(Slots::iterator slot) {
  const std::string name = slot->first;
  auto held = std::exchange(slot->second.held, {});
  slots_.erase(slot);
  if (held.empty()) return;
  if (const NameHolder* holder = table_.winner(name); holder != nullptr) {
    for (const Claim& claim : held) refuse(name, claim, *holder);
    return;
  }
  const Claim next = held.extract(held.begin()).value();
  ports_.send(next.claimant, ClaimGrant{next.number});
  slots_.emplace(name, Slot{next, std::move(held), false});
}

void Arbiter::remember(const std::string& name, const Claim& claim) {
  Claimant& claimant = claimants_[claim.claimant.id];
  const Known known{name, claim.entry.stamp};
  const bool is_new = claimant.claims.emplace(claim.number, known).second;
  NOEX_CHECK(is_new, "{}: number {} twice", name, claim.number);
  claimant.cost += snapshot_cost(name);
}

void Arbiter::forget(const std::string& name, const Claim& claim) {
  const auto known = claimants_.find(claim.claimant.id);
  NOEX_CHECK(known != claimants_.end() && known->second.claims.contains(claim.number));
  known->second.cost -= snapshot_cost(name);
  known->second.claims.erase(claim.number);
  if (known->second.claims.empty()) claimants_.erase(known);
}

std::size_t Arbiter::held() const {
  std::size_t count = 0;
  for (const auto& [name, slot] : slots_) count += slot.held.size();
  return count;
}

void Arbiter::check_invariants() const {
  std::size_t claims = 0;
  const auto check_known = [&](const std::string& name, const Claim& claim) {
    ++claims;
    NOEX_CHECK(claimants_.at(claim.claimant.id).claims.at(claim.number).name == name);
  };
  for (const auto& [name, slot] : slots_) {
    check_known(name, slot.promise);
    for (const Claim& claim : slot.held) {
      check_known(name, claim);
      NOEX_CHECK(claim.entry.stamp >= slot.promise.entry.stamp || slot.wanted, "{}", name);
      NOEX_CHECK(table_.winner(name) == nullptr, "{} is held though there is an entry", name);
    }
  }
  for (const auto& [id, claimant] : claimants_) {
    std::size_t cost = 0;
    for (const auto& [number, known] : claimant.claims) cost += snapshot_cost(known.name);
    NOEX_CHECK(cost == claimant.cost && claims >= claimant.claims.size());
    claims -= claimant.claims.size();
  }
  NOEX_CHECK(claims == 0);
}

void Arbiter::digest(Writer& writer) const {
  const auto write_claim = [&writer](const Claim& claim) {
    encode(writer, claim.claimant);
    writer.varint(claim.number);
    encode(writer, to_wire(claim.entry));
  };
  writer.varint(slots_.size());
  for (const auto& [name, slot] : slots_) {
    writer.string(name);
    write_claim(slot.promise);
    writer.u8(slot.wanted ? 1 : 0);
    writer.varint(slot.held.size());
    for (const Claim& claim : slot.held) write_claim(claim);
  }
}

}  // namespace noex
