#include "noex/runtime/remote/monitors.h"

#include <memory>

namespace noex {

namespace {

template <class Map, class Key, class Value>
void erase_from(Map& map, const Key& key, const Value& value) {
  const auto found = map.find(key);
  if (found == map.end()) return;
  found->second.erase(value);
  if (found->second.empty()) map.erase(found);
}

Envelope down_envelope(Down down) {
  Envelope envelope;
  envelope.what = Envelope::What::down;
  envelope.payload = std::make_unique<Box<Down>>(std::move(down));
  return envelope;
}

}  // namespace

Monitors::Monitors(Incarnation self, const Options& options, Processes& processes, Links& links)
    : self_(std::move(self)),
      processes_(processes),
      links_(links),
      our_quota_(options.watches_per_link_max),
      their_quota_(options.watches_per_link_max) {}

MonitorId Monitors::add(ProcessId watcher, const Ref& target, Link* link) {
  const MonitorId monitor = next_++;
  const bool local = target.lives_on(self_);
  const LinkSerial serial = local || link == nullptr ? LinkSerial() : link->serial();
  const bool has_room = our_quota_.take(serial);
  made_.emplace(monitor, Made{watcher, target, has_room ? serial : LinkSerial()});
  by_watcher_[watcher].insert(monitor);
  if (local && processes_.exists(target.process())) {
    by_local_target_[target.process()].insert(monitor);
  } else if (local) {
    fire(monitor, ExitReason::noproc());
  } else if (link == nullptr) {
    fire(monitor, ExitReason::noconnection());
  } else if (!has_room) {
    fire(monitor, ExitReason::error("watches_per_link_max"));
  } else {
    links_.signal(serial, wire::Monitor{monitor, target.process()});
  }
  return monitor;
}

bool Monitors::remove(ProcessId watcher, MonitorId monitor) {
  const auto found = made_.find(monitor);
  if (found == made_.end() || found->second.watcher != watcher) {
    return processes_.discard_down(watcher, monitor);
  }
  const Made made = take(found);
  if (made.link) {
    links_.signal(made.link, wire::Demonitor{monitor});
  } else {
    erase_from(by_local_target_, made.target.process(), monitor);
  }
  return true;
}

Monitors::Made Monitors::take(std::map<MonitorId, Made>::iterator found) {
  const MonitorId monitor = found->first;
  Made made = std::move(found->second);
  made_.erase(found);
  erase_from(by_watcher_, made.watcher, monitor);
  our_quota_.give_back(made.link);
  return made;
}

void Monitors::fire(MonitorId monitor, const ExitReason& reason) {
  const auto found = made_.find(monitor);
  if (found == made_.end()) return;
  Made made = take(found);
  if (!made.link) erase_from(by_local_target_, made.target.process(), monitor);
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
  if (!processes_.exists(request.process)) {
    links_.signal(link.serial(), wire::MonitorDown{request.monitor, ExitReason::noproc()});
    return true;
  }
  if (!their_quota_.take(foreign.first)) return false;
  foreign_.emplace(foreign, request.process);
  foreign_by_target_[request.process].insert(foreign);
  return true;
}

void Monitors::on_demonitor(Link& link, const wire::Demonitor& request) {
  const Foreign foreign{link.serial(), request.monitor};
  const auto found = foreign_.find(foreign);
  if (found == foreign_.end()) return;
  erase_from(foreign_by_target_, found->second, foreign);
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
  if (const auto mine = by_watcher_.extract(process); !mine.empty()) {
    for (const MonitorId monitor : mine.mapped()) remove(process, monitor);
  }
  if (const auto watched = by_local_target_.extract(process); !watched.empty()) {
    for (const MonitorId monitor : watched.mapped()) fire(monitor, reason);
  }
  if (const auto watched = foreign_by_target_.extract(process); !watched.empty()) {
    for (const Foreign& foreign : watched.mapped()) {
      foreign_.erase(foreign);
      their_quota_.give_back(foreign.first);
      links_.signal(foreign.first, wire::MonitorDown{foreign.second, reason});
    }
  }
}

void Monitors::on_process_overflow(ProcessId process) {
  if (const auto watched = by_local_target_.find(process); watched != by_local_target_.end()) {
    for (const MonitorId monitor : watched->second) tell_overflow(monitor);
  }
  if (const auto watched = foreign_by_target_.find(process); watched != foreign_by_target_.end()) {
    for (const Foreign& foreign : watched->second) {
      links_.signal(foreign.first, wire::MonitorOverflow{foreign.second});
    }
  }
}

void Monitors::on_link_down(LinkSerial link) {
  std::vector<MonitorId> lost;
  for (const auto& [monitor, made] : made_) {
    if (made.link == link) lost.push_back(monitor);
  }
  for (const MonitorId monitor : lost) fire(monitor, ExitReason::noconnection());
  const auto first = foreign_.lower_bound({link, 0});
  auto last = first;
  for (; last != foreign_.end() && last->first.first == link; ++last) {
    erase_from(foreign_by_target_, last->second, last->first);
    their_quota_.give_back(link);
  }
  foreign_.erase(first, last);
}

}  // namespace noex
