// Membership, who should be linked: everybody in a small cluster, neighbours on rings in a large
// one.
//
// What is wanted follows from the table alone, so that those who agree about the members agree
// about the links. Only the difference to before is looked at.
#include <algorithm>
#include <utility>

#include "noex/runtime/membership/membership.h"

namespace noex {

bool Membership::should_be_linked(const Record& record) const {
  if (record.is(MemberStatus::left)) return false;
  if (!record.lives()) return mesh_of_all_;
  return mesh_ || near_.contains(record.index);
}

// In the middle of a message (batching_) this waits for its end: one that tells of a hundred nodes
// may change the shape of the cluster with each, and then everybody has to be looked at.
void Membership::review_wanted(Record& changed, bool lived, Instant now) {
  if (changed.lives() != lived) {
    if (lived) {
      graph_.remove(changed.index, changed.id());
    } else {
      graph_.add(changed.index, changed.id());
    }
    graph_changed_ = true;
  }
  unreviewed_.push_back(changed.index);
  if (!batching_) review_all_wanted(now);
}

void Membership::review_all_wanted(Instant now) {
  batching_ = false;
  if (unreviewed_.empty()) return;
  const bool mesh = table_.living() < options_.mesh_max;
  const bool mesh_of_all = table_.living() + table_.dead() < options_.mesh_max;
  const bool other_shape = mesh != mesh_ || mesh_of_all != mesh_of_all_;
  mesh_ = mesh;
  mesh_of_all_ = mesh_of_all;
  std::set<MemberIndex> before = near_;
  if (std::exchange(graph_changed_, false) || other_shape) {
    near_ = mesh_ ? std::set<MemberIndex>() : graph_.neighbours();
  }
  const auto changed = std::exchange(unreviewed_, {});
  if (other_shape) {
    for (const MemberIndex index : table_.by_id()) set_wanted(table_.at(index), now);
    return;
  }
  for (const MemberIndex index : changed) {
    Record& record = table_.at(index);
    if (table_.find(record.id()) == &record) set_wanted(record, now);  // it may be forgotten
  }
  if (near_ == before) return;
  before.insert(near_.begin(), near_.end());
  for (const MemberIndex index : before) {
    Record& record = table_.at(index);
    if (table_.find(record.id()) == &record) set_wanted(record, now);
  }
}

void Membership::set_wanted(Record& record, Instant now) {
  const bool wanted = should_be_linked(record);
  untried_ -= is_untried(record) ? 1 : 0;
  const bool newly = wanted && !record.wanted;
  record.wanted = wanted;
  untried_ += is_untried(record) ? 1 : 0;
  if (newly && !record.linked && !record.dialing) {
    set_dial(record, now);
  } else {
    review_dial(record);
  }
}

bool Membership::is_untried(const Record& record) const {
  return !record.tried && (record.seed || record.wanted);
}

bool Membership::lives(const Incarnation& node) const {
  const Record* record = table_.find(node.id);
  return record != nullptr && record->entry.boot == node.boot && record->lives();
}

bool Membership::is_wanted(const NodeId& id) const {
  const Record* record = table_.find(id);
  return record != nullptr && record->lives() && record->wanted;
}

}  // namespace noex
