#include "noex/runtime/cluster/owner_events.h"

namespace noex {

void OwnerEvents::deliver() {
  if (std::exchange(telling_, true)) return;
  while (!events_.empty() && !stopped_) {
    const Event event = std::move(events_.front());
    events_.pop_front();
    std::visit([this](const auto& one) { tell(one); }, event);
  }
  if (stopped_) events_.clear();
  telling_ = false;
}

void OwnerEvents::tell(const LinkUp& event) {
  handler_.on_link_up(*event.link);
  begin(*event.link);
}

void OwnerEvents::tell(const LinkReopened& event) {
  handler_.on_link_reopened(*event.link);
  begin(*event.link);
}

// What the owner has sent may leave, behind what it began with.
void OwnerEvents::begin(PeerLink& link) {
  if (!link.set_told()) overfull_(link);
}

}  // namespace noex
