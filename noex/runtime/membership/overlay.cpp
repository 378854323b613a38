#include "noex/runtime/membership/overlay.h"

#include <utility>

namespace noex {

void Overlay::changed(const MemberRecord& record, bool lived) {
  if (record.lives() != lived) {
    if (lived) {
      graph_.remove(record.index, record.id());
    } else {
      graph_.add(record.index, record.id());
    }
    graph_changed_ = true;
  }
  changed_.push_back(record.index);
}

std::vector<MemberIndex> Overlay::review(const MemberTable& table) {
  if (changed_.empty()) return {};
  const bool mesh = table.living() < mesh_max_;
  const bool mesh_of_all = table.living() + table.dead() < mesh_max_;
  const bool other_shape = mesh != mesh_ || mesh_of_all != mesh_of_all_;
  mesh_ = mesh;
  mesh_of_all_ = mesh_of_all;
  const std::set<MemberIndex> before = near_;
  if (std::exchange(graph_changed_, false) || other_shape) {
    near_ = mesh_ ? std::set<MemberIndex>() : graph_.neighbours();
  }
  auto concerned = std::exchange(changed_, {});
  if (other_shape) return table.by_id();
  if (near_ != before) {
    concerned.insert(concerned.end(), before.begin(), before.end());
    concerned.insert(concerned.end(), near_.begin(), near_.end());
  }
  std::erase_if(concerned, [&table](MemberIndex index) { return !table.holds(index); });
  return concerned;
}

bool Overlay::should_be_linked(const MemberRecord& record) const {
  if (record.is(MemberStatus::left)) return false;
  if (!record.lives()) return mesh_of_all_;
  return mesh_ || near_.contains(record.index);
}

}  // namespace noex
