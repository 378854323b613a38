// Overlay: who should be linked: everybody in a small cluster, neighbours on rings in a large one.
//
// Owns the shape of the cluster and this node's neighbours in it. Both follow from the table alone,
// so that those who agree about the members agree about the links. Never knows who is linked.
#pragma once

#include <cstddef>
#include <set>
#include <vector>

#include "noex/runtime/membership/member_table.h"
#include "noex/runtime/membership/watch_graph.h"
#include "noex/transport/node_id.h"

namespace noex {

class Overlay {
 public:
  // `mesh_max`: up to so many members, oneself included, are a mesh.
  Overlay(const NodeId& self, std::size_t mesh_max) : mesh_max_(mesh_max), graph_(self) {}

  // A member's entry has changed; `lived`: before that. Answers stay what they were until review().
  void changed(const MemberRecord& record, bool lived);
  // Takes over what has changed since. Returns those of whom should_be_linked() may have changed.
  std::vector<MemberIndex> review(const MemberTable& table);

  bool should_be_linked(const MemberRecord& record) const;
  // Everybody living is linked to everybody.
  bool is_mesh() const { return mesh_; }
  // So is, or is tried to be, everybody dead.
  bool is_mesh_of_all() const { return mesh_of_all_; }
  // Who watches that node in a large cluster, without this node.
  std::set<MemberIndex> neighbours_of(const NodeId& id) const { return graph_.neighbours_of(id); }

 private:
  std::size_t mesh_max_;
  WatchGraph graph_;
  std::set<MemberIndex> near_;  // the graph's neighbours, while it is in use
  bool graph_changed_ = false;
  std::vector<MemberIndex> changed_;  // since the last review
  bool mesh_ = true;
  bool mesh_of_all_ = true;
};

}  // namespace noex
