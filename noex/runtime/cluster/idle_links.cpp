#include "noex/runtime/cluster/idle_links.h"

namespace noex {

bool IdleLinks::is_used_lately(PeerLink& link, Duration idle, Instant now) const {
  if (link.take_sent()) link.touch(now);
  return now - link.used_at() < idle;
}

void IdleLinks::look(Instant now) {
  if (now < next_look_) return;
  next_look_ = now + options_.heartbeat_interval;
  for (const auto& [id, link] : links_.all()) {
    const bool recently = is_used_lately(*link, options_.link_idle_timeout, now);
    if (recently || link->session() == nullptr || link->held() || membership_.is_wanted(id)) {
      continue;
    }
    if (handler_.link_in_use(*link)) {
      link->touch(now);
      continue;
    }
    link->hold();
    link->session()->send_control_last(encode_control(Release{}));
  }
}

bool IdleLinks::on_release(PeerLink& link, Instant now) {
  const bool recently = is_used_lately(link, options_.link_idle_timeout / 2, now);
  const bool used = recently || link.queued_bytes() > 0 || handler_.link_in_use(link);
  if (used && !recently) link.touch(now);  // to look through all that may use it is not cheap
  return !used && !membership_.is_wanted(link.peer().id);
}

IdleLinks::Outcome IdleLinks::on_answer(PeerLink* link, bool agreed, Instant now) {
  if (link == nullptr || !link->held()) return Outcome::unasked;
  link->touch(now);
  if (!agreed) return link->resume() ? Outcome::kept : Outcome::overfull;
  return link->empty() ? Outcome::ended : Outcome::reopened;
}

}  // namespace noex
