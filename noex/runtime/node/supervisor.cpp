#include "noex/runtime/node/supervisor.h"

#include <algorithm>

#include "noex/runtime/node/process_context.h"
#include "noex/runtime/node/runtime.h"
#include "noex/transport/base/check.h"

namespace noex {

namespace {

constexpr Duration shutdown_max = 24h;  // so that sums of times can't overflow

}  // namespace

void SupervisorSpec::add(Child child) {
  const bool is_new = std::ranges::find(children_, child.name, &Child::name) == children_.end();
  NOEX_CHECK(is_new, "two children are named {}", child.name);
  children_.push_back(std::move(child));
}

Supervisor::Supervisor(Context& context, SupervisorSpec spec)
    : Process(context),
      runtime_(static_cast<ProcessContext&>(context).runtime()),
      spec_(std::move(spec)),
      children_(spec_.children().size()) {}

task<Result<void>> Supervisor::init() {
  for (Place place = 0; place < children_.size(); ++place) {
    Result<void> started = co_await start_one(place);
    if (started) continue;
    co_await stop_all();
    co_return fail(ErrorCode::init_failed, fmt::format("child {}: {}", spec_.children()[place].name,
                                                       describe(started.error())));
  }
  co_return Result<void>();
}

Result<std::vector<ChildInfo>> Supervisor::on(const Children&) {
  std::vector<ChildInfo> infos;
  for (Place place = 0; place < children_.size(); ++place) {
    const Child& child = children_[place];
    infos.push_back(ChildInfo{spec_.children()[place].name, child.process, child.restarts});
  }
  return infos;
}

task<void> Supervisor::on(const Exit& ended) {
  const ExitReason reason = ended.reason;
  const Place place = place_of(ended.process);
  if (place < children_.size()) {
    children_[place].process = Ref();
    if (wants_restart(place, reason)) {
      co_await restart(place);
    } else {
      const bool is_temporary = spec_.children()[place].options.restart() == Restart::temporary;
      children_[place].gone =
          is_temporary || reason.kind() == ExitKind::name_conflict || has_lost_name(place);
      drop_name(place);
    }
  } else if (reason.kind() != ExitKind::normal) {
    co_await stop_all();
    exit(reason);
  }
}

Supervisor::Place Supervisor::place_of(const Ref& process) const {
  Place place = 0;
  while (place < children_.size() && (process.empty() || children_[place].process != process)) {
    ++place;
  }
  return place;
}

bool Supervisor::wants_restart(Place place, const ExitReason& reason) const {
  const ChildOptions& options = spec_.children()[place].options;
  const bool lost = reason.kind() == ExitKind::name_conflict || has_lost_name(place);
  if (lost || options.restart() == Restart::temporary) return false;
  const bool as_asked = reason.kind() == ExitKind::normal || reason.kind() == ExitKind::shutdown;
  return options.restart() == Restart::permanent || !as_asked;
}

bool Supervisor::has_lost_name(Place place) const {
  const std::string& name = spec_.children()[place].options.global_name();
  return runtime_.names.kept().is_lost(name, self().process());
}

bool Supervisor::may_restart() {
  const Instant current = now();
  while (!restarted_.empty() && current - restarted_.front() > spec_.period()) {
    restarted_.pop_front();
  }
  if (restarted_.size() >= spec_.restarts_max()) return false;
  restarted_.push_back(current);
  return true;
}

// A child that can't be started again counts like one that has ended again.
task<void> Supervisor::restart(Place failed) {
  for (std::optional<Place> at = failed; at;) {
    if (!may_restart()) {
      co_await stop_all();
      exit(ExitReason::error("too many restarts of its children"));
      co_return;
    }
    ++children_[*at].restarts;
    const Place first = spec_.strategy() == Strategy::one_for_all ? 0 : *at;
    const Place last = spec_.strategy() == Strategy::one_for_one ? *at + 1 : children_.size();
    co_await stop(first, last);
    at = co_await start(first, last);
  }
}

task<std::optional<Supervisor::Place>> Supervisor::start(Place first, Place last) {
  for (Place place = first; place < last; ++place) {
    Child& child = children_[place];
    if (child.gone || !child.process.empty()) continue;
    if (has_lost_name(place)) {
      child.gone = true;
      drop_name(place);
      continue;
    }
    Result<void> started = co_await start_one(place);
    if (!started) co_return place;
  }
  co_return std::nullopt;
}

task<Result<void>> Supervisor::start_one(Place place) {
  const SupervisorSpec::Child& spec = spec_.children()[place];
  Duration timeout = spec.options.start_timeout();
  if (timeout <= Duration::zero()) timeout = node().options().spawn_timeout;
  LocalSpawn spawn{spec.options.global_name(), timeout, self().process(), 0};
  if (!spawn.global_name.empty()) spawn.keeper = self().process();
  Future<Result<Ref>> starting = runtime_.spawner.here(spec.make(node()), std::move(spawn));
  Result<Ref> made = co_await starting;
  if (!made) co_return std::unexpected(made.error());
  children_[place].process = *made;
  co_return Result<void>();
}

task<void> Supervisor::stop(Place first, Place last) {
  for (Place place = last; place-- > first;) {
    Child& child = children_[place];
    const ChildOptions& options = spec_.children()[place].options;
    if (!child.process.empty()) {
      const Ref process = child.process;
      const Duration patience =
          std::clamp(spec_.children()[place].shutdown, Duration::zero(), shutdown_max);
      exit(process, patience == Duration::zero() ? ExitReason::killed() : ExitReason::shutdown());
      const TimerId killer = runtime_.processes.start_timer(
          self().process(), now() + patience, [&runtime = runtime_, process] {
            runtime.processes.exit(process.process(), ExitReason::killed());
          });
      Future<Done> ended = runtime_.processes.ended(process.process());
      co_await ended;
      runtime_.processes.cancel_timer(self().process(), killer);
      unlink(process);
      child.process = Ref();
    }
    if (options.restart() != Restart::temporary) continue;
    child.gone = true;
    drop_name(place);
  }
}

task<void> Supervisor::stop_all() {
  for (Place place = children_.size(); place-- > 0;) {
    co_await stop(place, place + 1);
    drop_name(place);
  }
}

void Supervisor::drop_name(Place place) {
  runtime_.names.kept().drop(spec_.children()[place].options.global_name(), self().process());
  runtime_.names.settle();
}

}  // namespace noex
