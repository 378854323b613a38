// ClusterCore, links on demand: opened when they are needed, given up when nobody uses them.
//
// A link that opens can be used at once, and keeps what is sent; the owner is told in a later turn,
// and it stands with the next session to that incarnation, whoever dialled. In clusters too large
// for a full mesh, an idle one is given up, but only if both ends agree: nothing hangs on it,
// nothing is lost.
#include <utility>

#include "noex/runtime/cluster/cluster_core.h"
#include "noex/transport/base/check.h"

namespace noex {

// --- Opening ---

Link* ClusterCore::open(const NodeId& id, Boot boot) {
  if (peers_.contains(id)) return find(id, boot);
  const Incarnation peer{id, up_boot(id)};
  const bool reachable = peer.boot != 0 && (boot == 0 || peer.boot == boot);
  // Its end may be known, and about to be told.
  if (quiet() || !reachable || !membership_.lives(peer)) return nullptr;
  auto made = std::make_unique<PeerLink>(peer, ++last_link_, config_.options, loop_.now());
  PeerLink& link = *(peers_[id] = std::move(made));
  openings_[id] = link.deadline();
  if (const auto dial = dials_.find(id); dial != dials_.end()) dial->second.again = true;
  membership_.dial_on_demand(id);
  log_.debug("opens a link to {}", id.text());
  events_.emplace_back(LinkUp{&link});
  post_settle();
  return &link;
}

void ClusterCore::drop_opening(const NodeId& id) {
  if (openings_.erase(id) == 0) return;
  end_link(NodeId(id));
  if (leaving_ && is_over()) finish_leave();
}

void ClusterCore::drop_openings(Instant until) {
  std::vector<NodeId> late;
  for (const auto& [id, deadline] : openings_) {
    if (deadline <= until) late.push_back(id);
  }
  for (const NodeId& id : late) drop_opening(id);
}

void ClusterCore::end_link(const NodeId& id) {
  auto taken = peers_.extract(id);
  NOEX_CHECK(!taken.empty(), "{}", id.text());
  PeerLink& link = *taken.mapped();
  if (link.session() != nullptr) link.session()->set_link(nullptr);
  refusals_ += link.refusals();
  buried_links_.push_back(std::move(taken.mapped()));
  events_.emplace_back(LinkDown{&link});
  if (std::exchange(reap_posted_, true)) return;
  loop_.post(lifeline_.guard([this] { reap(); }));
}

void ClusterCore::reap() {
  deliver();
  events_.clear();  // what is left is nobody's any more
  reap_posted_ = false;
  // Halted, the owner was not told of their end, and ends its processes yet, which send over them.
  if (halted_) return;
  buried_.clear();
  buried_links_.clear();
}

// --- Giving up ---

void ClusterCore::release_idle(Instant now) {
  for (const auto& [id, link] : peers_) {
    if (link->take_sent()) link->touch(now);
    if (link->session() == nullptr || link->held() || membership_.is_wanted(id)) continue;
    if (now - link->used_at() < config_.options.link_idle_timeout) continue;
    if (handler_.link_in_use(*link)) {
      link->touch(now);
      continue;
    }
    link->hold();
    link->session()->send_control_last(encode_control(Release{}));
  }
}

void ClusterCore::on_message(Session& session, const Release&) {
  PeerLink* link = session.link();
  if (link == nullptr || quiet()) return;
  const Incarnation peer = session.peer();
  const Instant now = loop_.now();
  if (link->take_sent()) link->touch(now);
  const bool recently = now - link->used_at() < config_.options.link_idle_timeout / 2;
  const bool used = recently || link->queued_bytes() > 0 || handler_.link_in_use(*link);
  if (used && !recently) link->touch(now);  // to look through all that may use it is not cheap
  const bool agreed = !used && !membership_.is_wanted(peer.id);
  session.send_control(encode_control(ReleaseAck{agreed}));
  if (!agreed) return;
  log_.debug("gave up the link to {}: nobody uses it", peer.id.text());
  drop_link(session, true);
  membership_.on_released(peer, now);
}

void ClusterCore::on_message(Session& session, const ReleaseAck& message) {
  PeerLink* link = session.link();
  if (quiet()) return;
  if (link == nullptr || !link->held()) {
    break_link(session, "acknowledged what was not said");
    return;
  }
  const Incarnation peer = session.peer();
  const Instant now = loop_.now();
  link->touch(now);
  if (!message.agreed) {
    if (!link->resume()) break_link(session, "more waited for it than may");
    return;
  }
  log_.debug("gave up the link to {}: nobody uses it", peer.id.text());
  if (!link->empty()) {
    reopen(*link, session);
    return;
  }
  drop_link(session, true);
  membership_.on_released(peer, now);
}

// Something was sent while the peer agreed to close.
void ClusterCore::reopen(PeerLink& link, Session& session) {
  const Incarnation peer = link.peer();
  const Instant now = loop_.now();
  link.detach(now + 2 * config_.options.dial_timeout);
  openings_[peer.id] = link.deadline();
  links_.erase(peer.id);
  session.close();
  bury(session);
  end_probes_of(peer.id);
  membership_.on_released(peer, now);
  membership_.dial_on_demand(peer.id);
  events_.emplace_back(LinkReopened{&link});
}

}  // namespace noex
