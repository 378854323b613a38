#include "noex/runtime/remote/flow.h"

#include <utility>

namespace noex {

Flow::Flow(Loop& loop, std::size_t queue_bytes_soft)
    : loop_(loop), queue_bytes_soft_(queue_bytes_soft) {}

Flow::~Flow() {
  for (const auto& [_, line] : lines_) {
    for (const auto& [_, waiting] : line) loop_.cancel_timer(waiting.timer);
  }
}

bool Flow::has_room(const Link& link) const {
  return link.queued_bytes() <= queue_bytes_soft_;
}

bool Flow::must_wait(const Link& link) const {
  return !has_room(link) || lines_.contains(link.serial());
}

Flow::Ticket Flow::wait(const Link& link, Instant deadline, Go go) {
  const Ticket ticket = next_++;
  Waiting& waiting = lines_[link.serial()][ticket];
  waiting.go = std::move(go);
  if (deadline != Instant::max()) {
    waiting.timer = loop_.start_timer(deadline, [this, serial = link.serial(), ticket] {
      take(serial, ticket)(fail(ErrorCode::timeout));
    });
  }
  return ticket;
}

Flow::Go Flow::take(LinkSerial link, Ticket ticket) {
  const auto line = lines_.find(link);
  if (line == lines_.end()) return {};
  auto taken = line->second.extract(ticket);
  if (line->second.empty()) lines_.erase(line);
  if (taken.empty()) return {};
  loop_.cancel_timer(taken.mapped().timer);
  return std::move(taken.mapped().go);
}

void Flow::forget(LinkSerial link, Ticket ticket) {
  (void)take(link, ticket);
}

void Flow::on_room(Link& link) {
  while (has_room(link)) {
    const auto line = lines_.find(link.serial());
    if (line == lines_.end()) return;
    take(link.serial(), line->second.begin()->first)(&link);
  }
}

void Flow::on_link_down(LinkSerial link) {
  for (auto line = lines_.find(link); line != lines_.end(); line = lines_.find(link)) {
    take(link, line->second.begin()->first)(fail(ErrorCode::noconnection));
  }
}

std::size_t Flow::waiting() const {
  std::size_t count = 0;
  for (const auto& [_, line] : lines_) count += line.size();
  return count;
}

}  // namespace noex
