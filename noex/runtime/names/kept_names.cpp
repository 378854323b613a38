#include "noex/runtime/names/kept_names.h"

#include "noex/transport/base/check.h"

namespace noex {

void KeptNames::keep(const std::string& name, ProcessId holder, ProcessId keeper) {
  drop(name, keeper);
  kept_.emplace(Key{keeper, name}, Kept{holder, false, false});
  by_holder_.insert_or_assign(holder, Key{keeper, name});
}

bool KeptNames::hand_on(const std::string& name, ProcessId keeper, ProcessId heir) {
  const auto found = kept_.find(Key{keeper, name});
  if (found == kept_.end() || !found->second.ended) return false;
  if (!registry_.move_name(name, found->second.holder, heir)) return false;
  by_holder_.erase(found->second.holder);
  found->second = Kept{heir, false, false};
  by_holder_.insert_or_assign(heir, found->first);
  return true;
}

void KeptNames::drop(const std::string& name, ProcessId keeper) {
  if (const auto found = kept_.find(Key{keeper, name}); found != kept_.end()) erase(found);
}

void KeptNames::erase(std::map<Key, Kept>::iterator at) {
  const Kept kept = at->second;
  kept_.erase(at);
  by_holder_.erase(kept.holder);
  if (kept.ended) registry_.process_ended(kept.holder);
}

bool KeptNames::is_lost(const std::string& name, ProcessId keeper) const {
  const auto found = kept_.find(Key{keeper, name});
  return found != kept_.end() && found->second.lost;
}

void KeptNames::on_process_ended(ProcessId process) {
  const auto held = by_holder_.find(process);
  if (held == by_holder_.end()) {
    registry_.process_ended(process);
  } else {
    kept_.at(held->second).ended = true;
    registry_.process_ended(process, held->second.second);
  }
  for (auto at = kept_.lower_bound(Key{process, {}}); at != kept_.end();) {
    if (at->first.first != process) break;
    erase(at++);
  }
}

void KeptNames::on_conflict_lost(const std::string& name, ProcessId holder) {
  const auto held = by_holder_.find(holder);
  if (held == by_holder_.end() || held->second.second != name) return;
  kept_.at(held->second).lost = true;
}

void KeptNames::check_invariants() const {
  NOEX_CHECK(by_holder_.size() == kept_.size());
  for (const auto& [key, kept] : kept_) {
    const auto held = by_holder_.find(kept.holder);
    NOEX_CHECK(held != by_holder_.end() && held->second == key, "{}", key.second);
  }
}

}  // namespace noex
