#include "noex/runtime/membership/gossip.h"

#include <algorithm>

namespace noex {

void Gossip::add(const NodeId& about, const NodeId& source, const std::optional<NodeId>& accuser,
                 Instant at) {
  due_ = items_.empty() ? at : std::min(due_, at);
  const auto [place, is_new] = items_.try_emplace(about, Item{source, {}});
  Item& item = place->second;
  // Two have told different things, or one of them is this node: both are told the rest.
  if (!is_new && item.source != source) item.source = NodeId();
  if (accuser && std::ranges::count(item.accusers, *accuser) == 0) {
    item.accusers.push_back(*accuser);
  }
}

void Gossip::digest(Writer& writer, Instant now) const {
  writer.varint(items_.size());
  if (items_.empty()) return;
  writer.zigzag((due_ - now).count());
  for (const auto& [about, item] : items_) {
    about.encode_to(writer);
    writer.u8(item.source.empty() ? 0 : 1);
    if (!item.source.empty()) item.source.encode_to(writer);
    writer.varint(item.accusers.size());
    for (const NodeId& accuser : item.accusers) accuser.encode_to(writer);
  }
}

}  // namespace noex
