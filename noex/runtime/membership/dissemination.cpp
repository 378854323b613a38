#include "noex/runtime/membership/dissemination.h"

#include <algorithm>
#include <utility>

namespace noex {

void Dissemination::on_time(Instant now) {
  if (now >= next_heartbeat_) {
    flush(true);
    next_heartbeat_ += options_->heartbeat_interval;
    if (next_heartbeat_ <= now) next_heartbeat_ = now + options_->heartbeat_interval;
  } else if (now >= gossip_.due()) {
    flush(false);
  }
}

// `all`: everybody gets a heartbeat, be there rumours or not. Rumours go where links should be:
// those reach everybody, and a node that grew with its cluster has many more. But of itself each
// node tells all to whom it has a link, for they believe nobody else about it.
void Dissemination::flush(bool all) {
  const TableEntry& self = table_->self();
  const auto entry_of = [&](const NodeId& id) -> const TableEntry& {
    return id == self.id ? self : table_->find(id)->entry;
  };
  for (const auto& [peer, index] : links_->standing()) {
    std::vector<Rumour> rumours;
    if (!gossip_.empty() && table_->at(index).wanted) {
      rumours = gossip_.rumours_for(peer, entry_of);
    } else if (gossip_.tells_of(self.id)) {
      rumours.push_back({self, std::nullopt});
    }
    if (all || !rumours.empty()) say(peer, std::move(rumours));
  }
  gossip_.clear();
}

void Dissemination::greet(const MemberRecord& peer) {
  std::vector<Rumour> rumours{{table_->self(), std::nullopt}};
  if (!peer.is(MemberStatus::alive) && !peer.is(MemberStatus::left)) {
    rumours.push_back({peer.entry, std::nullopt});
  }
  say(peer.id(), std::move(rumours));
}

void Dissemination::say(const NodeId& to, std::vector<Rumour> rumours) {
  while (rumours.size() > rumours_max) {
    const auto end = rumours.begin() + static_cast<std::ptrdiff_t>(rumours_max);
    actions_->emplace_back(SendHeartbeat{to, std::vector<Rumour>(rumours.begin(), end)});
    rumours.erase(rumours.begin(), end);
  }
  actions_->emplace_back(SendHeartbeat{to, std::move(rumours)});
}

// A newcomer has to know everybody soon. Of others, many may be linked while a cluster grows.
void Dissemination::compare(MemberRecord& peer, std::uint64_t hash, bool with_rumours,
                            Instant now) {
  const bool newcomer = std::exchange(peer.newcomer, false);
  if (hash == table_->hash()) {
    peer.differs = 0;
    return;
  }
  if (!newcomer) {
    // While changes travel, hashes differ for a moment.
    if (with_rumours || !gossip_.empty()) return;
    peer.differs = static_cast<std::uint8_t>(std::min(peer.differs + 1, 2));
    if (peer.differs < 2 || now < next_repair_) return;
    next_repair_ = now + options_->heartbeat_interval;
    peer.differs = 0;
  }
  actions_->emplace_back(SendTable{peer.id()});
}

void Dissemination::digest(Writer& writer, Instant now) const {
  writer.zigzag((next_heartbeat_ - now).count());
  writer.zigzag((std::max(next_repair_, now) - now).count());
  gossip_.digest(writer, now);
}

}  // namespace noex
