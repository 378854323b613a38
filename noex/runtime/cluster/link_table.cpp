#include "noex/runtime/cluster/link_table.h"

#include <algorithm>
#include <utility>

#include "noex/transport/base/check.h"

namespace noex {

// --- Links ---

PeerLink* LinkTable::find(const NodeId& id, Boot boot) const {
  const auto found = links_.find(id);
  if (found == links_.end()) return nullptr;
  return boot == 0 || found->second->peer().boot == boot ? found->second.get() : nullptr;
}

PeerLink& LinkTable::make(const Incarnation& peer) {
  auto& link = links_[peer.id];
  NOEX_CHECK(link == nullptr, "{}", peer.id.text());
  link = std::make_unique<PeerLink>(peer, ++last_, options_, loop_.now());
  events_.add(OwnerEvents::LinkUp{link.get()});
  return *link;
}

PeerLink& LinkTable::open(const Incarnation& peer) {
  PeerLink& link = make(peer);
  openings_[peer.id] = link.deadline();
  return link;
}

Instant LinkTable::next_deadline() const {
  Instant next = Instant::max();
  for (const auto& [id, deadline] : openings_) next = std::min(next, deadline);
  return next;
}

std::vector<NodeId> LinkTable::late(Instant now) const {
  std::vector<NodeId> late;
  for (const auto& [id, deadline] : openings_) {
    if (deadline <= now) late.push_back(id);
  }
  return late;
}

bool LinkTable::drop_opening(const NodeId& id) {
  if (openings_.erase(id) == 0) return false;
  end(id);
  return true;
}

void LinkTable::reopen(PeerLink& link) {
  sessions_.erase(link.peer().id);
  link.detach(loop_.now() + 2 * options_.dial_timeout);
  openings_[link.peer().id] = link.deadline();
  events_.add(OwnerEvents::LinkReopened{&link});
}

void LinkTable::end(const NodeId& id) {
  auto taken = links_.extract(id);
  NOEX_CHECK(!taken.empty(), "{}", id.text());
  PeerLink& link = *taken.mapped();
  if (link.session() != nullptr) link.session()->set_link(nullptr);
  refusals_ += link.refusals();
  events_.add(OwnerEvents::LinkDown{&link});
  graveyard_.bury(std::move(taken.mapped()));
}

// --- Sessions ---

Session* LinkTable::session_to(const NodeId& id) const {
  Session* const* const found = sessions_.find(id);
  return found != nullptr ? *found : nullptr;
}

bool LinkTable::stand(Session& session) {
  const NodeId& id = session.peer().id;
  PeerLink* link = find(id, session.peer().boot);
  if (link == nullptr) {
    drop_opening(id);
    return make(session.peer()).attach(session);
  }
  openings_.erase(id);
  const bool was_full = link->queued_bytes() > options_.queue_bytes_soft;
  if (!link->attach(session)) return false;
  if (was_full && link->queued_bytes() <= options_.queue_bytes_soft) {
    events_.add(OwnerEvents::LinkWritable{link});
  }
  return true;
}

void LinkTable::remove(Session& session) {
  const NodeId id = session.peer().id;
  NOEX_CHECK(session_to(id) == &session, "{}", id.text());
  sessions_.erase(id);
  if (session.link() != nullptr) end(id);
}

std::vector<Session*> LinkTable::sessions() const {
  std::vector<Session*> sessions;
  for (const auto& [id, session] : sessions_.sorted()) sessions.push_back(*session);
  return sessions;
}

std::uint64_t LinkTable::refusals() const {
  std::uint64_t sum = refusals_;
  for (const auto& [id, link] : links_) sum += link->refusals();
  return sum;
}

}  // namespace noex
