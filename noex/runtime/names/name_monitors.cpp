#include "noex/runtime/names/name_monitors.h"

#include "noex/runtime/registry/registry_wire.h"
#include "noex/transport/base/check.h"

namespace noex {

Result<void> NameMonitors::add(ProcessId process, const std::string& name) {
  if (!is_registry_name(name)) {
    return fail(ErrorCode::invalid_argument, "a name has 1 to 255 bytes");
  }
  if (monitors_.contains({name, process})) return {};
  if (monitors_.size() >= options_.names_max) return fail(ErrorCode::overloaded);
  registry_.watch(name);
  by_process_.emplace(process, name);
  Monitor& monitor = monitors_[{name, process}];
  monitor.number = ++last_number_;
  tell(process, monitor, name, registry_.lookup(name));
  return {};
}

bool NameMonitors::remove(ProcessId process, std::string_view name) {
  const auto found = monitors_.find({std::string(name), process});
  if (found == monitors_.end()) return false;
  processes_.discard_name_changes(process, found->second.number);
  erase(found);
  return true;
}

void NameMonitors::on_process_ended(ProcessId process) {
  for (auto at = by_process_.lower_bound({process, {}});
       at != by_process_.end() && at->first == process;
       at = by_process_.lower_bound({process, {}})) {
    erase(monitors_.find({at->second, process}));
  }
}

void NameMonitors::erase(Monitors::iterator monitor) {
  const std::string name = monitor->first.first;
  by_process_.erase({monitor->first.second, name});
  monitors_.erase(monitor);
  const auto next = monitors_.lower_bound({name, 0});
  if (next == monitors_.end() || next->first.first != name) registry_.unwatch(name);
}

void NameMonitors::on_winner_changed(const std::string& name,
                                     const std::optional<NameHolder>& winner) {
  for (auto at = monitors_.lower_bound({name, 0}); at != monitors_.end() && at->first.first == name;
       ++at) {
    tell(at->first.second, at->second, name, winner);
  }
}

void NameMonitors::check_invariants() const {
  NOEX_CHECK(by_process_.size() == monitors_.size());
  for (const auto& [key, monitor] : monitors_) {
    NOEX_CHECK(by_process_.contains({key.second, key.first}), "{}", key.first);
  }
}

void NameMonitors::tell(ProcessId process, Monitor& monitor, const std::string& name,
                        const std::optional<NameHolder>& winner) {
  if (monitor.told == winner) return;
  if (monitor.told) send(process, monitor, name, *monitor.told, false);
  if (winner) send(process, monitor, name, *winner, true);
  monitor.told = winner;
}

void NameMonitors::send(ProcessId process, const Monitor& monitor, const std::string& name,
                        const NameHolder& holder, bool up) {
  Ref ref(holder.owner.id, holder.owner.boot, holder.entry.process, &sender_);
  Envelope envelope;
  envelope.name_monitor = monitor.number;
  if (up) {
    envelope.what = Envelope::What::name_up;
    envelope.payload = std::make_unique<Box<NameUp>>(NameUp{name, std::move(ref)});
  } else {
    envelope.what = Envelope::What::name_down;
    envelope.payload = std::make_unique<Box<NameDown>>(NameDown{name, std::move(ref)});
  }
  processes_.signal(process, std::move(envelope));
}

}  // namespace noex
