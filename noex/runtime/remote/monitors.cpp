#include "noex/runtime/remote/monitors.h"

#include <memory>

#include "noex/transport/base/check.h"

namespace noex {

namespace {

Envelope down_envelope(Down down) {
  Envelope envelope;
  envelope.what = Envelope::What::down;
  envelope.payload = std::make_unique<Box<Down>>(std::move(down));
  return envelope;
}

}  // namespace

Monitors::Monitors(Incarnation self, const Options& options, Processes& processes, Links& links,
                   Observer& observer)
    : self_(std::move(self)),
      processes_(processes),
      links_(links),
      observer_(observer),
      per_link_max_(options.watches_per_link_max),
      their_quota_(options.watches_per_link_max) {}

MonitorId Monitors::add(ProcessId watcher, const Ref& target) {
  const MonitorId monitor = next_++;
  const bool local = target.lives_on(self_);
  const Link* link = local ? nullptr : links_.open(target.node(), target.boot());
  const LinkSerial serial = link == nullptr ? LinkSerial() : link->serial();
  const bool has_room = !serial || by_link_.of(serial).size() < per_link_max_;
  insert(monitor, Made{watcher, target, has_room ? serial : LinkSerial()});
  if (local) {
    if (!processes_.is_there(target.process())) fire(monitor, ExitReason::noproc());
  } else if (link == nullptr) {
    fire(monitor, ExitReason::noconnection());
  } else if (!has_room) {
    fire(monitor, ExitReason::error("watches_per_link_max"));
  } else {
    links_.signal(serial, wire::Monitor{monitor, target.process()});
  }
  observer_.on_monitor_made(watcher, monitor, target);
  return monitor;
}

bool Monitors::remove(ProcessId watcher, MonitorId monitor) {
  observer_.on_monitor_removed(monitor);
  return take_back(watcher, monitor);
}

bool Monitors::take_back(ProcessId watcher, MonitorId monitor) {
  const auto found = made_.find(monitor);
  if (found == made_.end() || found->second.watcher != watcher) {
    return processes_.discard_down(watcher, monitor);
  }
  const Made made = take(found);
  if (made.link) links_.signal(made.link, wire::Demonitor{monitor});
  return true;
}

void Monitors::insert(MonitorId monitor, Made made) {
  by_watcher_.add(made.watcher, monitor);
  if (made.link) {
    by_link_.add(made.link, monitor);
  } else {
    by_local_target_.add(made.target.process(), monitor);
  }
  made_.emplace(monitor, std::move(made));
}

Monitors::Made Monitors::take(std::map<MonitorId, Made>::iterator found) {
  const MonitorId monitor = found->first;
  Made made = std::move(found->second);
  made_.erase(found);
  by_watcher_.remove(made.watcher, monitor);
  if (made.link) {
    by_link_.remove(made.link, monitor);
  } else {
    by_local_target_.remove(made.target.process(), monitor);
  }
  return made;
}

void Monitors::fire(MonitorId monitor, const ExitReason& reason) {
  const auto found = made_.find(monitor);
  if (found == made_.end()) return;
  Made made = take(found);
  processes_.signal(made.watcher, down_envelope(Down{monitor, std::move(made.target), reason}));
}

void Monitors::tell_overflow(MonitorId monitor) {
  const auto found = made_.find(monitor);
  if (found == made_.end()) return;
  Envelope envelope;
  envelope.what = Envelope::What::overflow;
  envelope.payload = std::make_unique<Box<Overflow>>(Overflow{found->second.target});
  processes_.signal(found->second.watcher, std::move(envelope));
}

bool Monitors::on_monitor(Link& link, const wire::Monitor& request) {
  const Foreign foreign{link.serial(), request.monitor};
  if (foreign_.contains(foreign)) return false;
  if (!processes_.is_there(request.process)) {
    links_.signal(link.serial(), wire::MonitorDown{request.monitor, ExitReason::noproc()});
    return true;
  }
  if (!their_quota_.take(foreign.first)) return false;
  foreign_.emplace(foreign, request.process);
  foreign_by_target_.add(request.process, foreign);
  return true;
}

void Monitors::on_demonitor(Link& link, const wire::Demonitor& request) {
  const Foreign foreign{link.serial(), request.monitor};
  const auto found = foreign_.find(foreign);
  if (found == foreign_.end()) return;
  foreign_by_target_.remove(found->second, foreign);
  foreign_.erase(found);
  their_quota_.give_back(foreign.first);
}

void Monitors::on_down(Link& link, const wire::MonitorDown& down) {
  const auto found = made_.find(down.monitor);
  if (found != made_.end() && found->second.link == link.serial()) fire(down.monitor, down.reason);
}

void Monitors::on_overflow(Link& link, const wire::MonitorOverflow& overflow) {
  const auto found = made_.find(overflow.monitor);
  if (found != made_.end() && found->second.link == link.serial()) tell_overflow(overflow.monitor);
}

void Monitors::on_process_ended(ProcessId process, const ExitReason& reason) {
  const auto mine = by_watcher_.of(process);
  for (const MonitorId monitor : mine) take_back(process, monitor);
  const auto watching = by_local_target_.of(process);
  for (const MonitorId monitor : watching) fire(monitor, reason);
  const auto watching_from_afar = foreign_by_target_.of(process);
  for (const Foreign& foreign : watching_from_afar) {
    foreign_.erase(foreign);
    foreign_by_target_.remove(process, foreign);
    their_quota_.give_back(foreign.first);
    links_.signal(foreign.first, wire::MonitorDown{foreign.second, reason});
  }
}

void Monitors::on_process_overflow(ProcessId process) {
  for (const MonitorId monitor : by_local_target_.of(process)) tell_overflow(monitor);
  for (const Foreign& foreign : foreign_by_target_.of(process)) {
    links_.signal(foreign.first, wire::MonitorOverflow{foreign.second});
  }
}

void Monitors::on_link_down(LinkSerial link) {
  const auto lost = by_link_.of(link);
  for (const MonitorId monitor : lost) fire(monitor, ExitReason::noconnection());
  const auto first = foreign_.lower_bound({link, 0});
  auto last = first;
  for (; last != foreign_.end() && last->first.first == link; ++last) {
    foreign_by_target_.remove(last->second, last->first);
    their_quota_.give_back(link);
  }
  foreign_.erase(first, last);
}

void Monitors::check_invariants() const {
  NOEX_CHECK(by_watcher_.size() == made_.size());
  NOEX_CHECK(by_local_target_.size() + by_link_.size() == made_.size());
  for (const auto& [monitor, made] : made_) {
    const bool is_found = made.link ? by_link_.contains(made.link, monitor)
                                    : by_local_target_.contains(made.target.process(), monitor);
    NOEX_CHECK(is_found && by_watcher_.contains(made.watcher, monitor), "monitor {}", monitor);
  }
  NOEX_CHECK(foreign_by_target_.size() == foreign_.size());
  for (const auto& [foreign, process] : foreign_) {
    NOEX_CHECK(foreign_by_target_.contains(process, foreign), "link {}, monitor {}",
               foreign.first.value(), foreign.second);
    NOEX_CHECK(their_quota_.uses(foreign.first), "link {}", foreign.first.value());
  }
}

}  // namespace noex
