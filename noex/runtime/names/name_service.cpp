#include "noex/runtime/names/name_service.h"

#include <utility>

#include "noex/runtime/process/guests.h"
#include "noex/transport/base/check.h"

namespace noex {

NameService::NameService(Incarnation self, const Options& options, Loop& loop, HybridClock& clock,
                         Waker& waker, Sender& sender, RegistryLinks& links, NamesEvents& events,
                         Observer& observer)
    : self_(self),
      options_(options),
      loop_(loop),
      waker_(waker),
      sender_(sender),
      links_(links),
      events_(events),
      observer_(observer),
      core_(Registry::create(std::move(self), options, clock)),
      kept_(*core_),
      timer_(loop) {}

Future<Result<void>> NameService::register_name(std::string name, const Ref& process,
                                                Duration timeout) {
  Completer<Result<void>> completer(waker_);
  Future<Result<void>> future = completer.future();
  const bool is_ours = process.lives_on(self_) && !is_guest(process.process());
  if (!is_ours) {
    completer.complete(fail(ErrorCode::noproc, "a node registers its own processes only"));
    return future;
  }
  claim(std::move(name), process.process(), timeout,
        [completer](Result<void> result) mutable { completer.complete(std::move(result)); });
  return future;
}

bool NameService::unregister_name(std::string_view name, const Ref& process) {
  if (!process.lives_on(self_)) return false;
  const bool held = core_->unregister_name(name, process.process());
  settle();
  return held;
}

bool NameService::move_name(std::string_view name, const Ref& from, const Ref& to) {
  const auto is_ours = [this](const Ref& ref) {
    return ref.lives_on(self_) && !ref.empty() && !is_guest(ref.process());
  };
  if (!is_ours(from) || !is_ours(to)) return false;
  const bool moved = core_->move_name(name, from.process(), to.process());
  settle();
  return moved;
}

std::optional<Ref> NameService::lookup(std::string_view name) const {
  const auto holder = core_->lookup(name);
  if (!holder) return std::nullopt;
  return ref_of(*holder);
}

Future<Result<Ref>> NameService::find(std::string name, Duration timeout) {
  Completer<Result<Ref>> completer(waker_);
  Future<Result<Ref>> future = completer.future();
  const Duration wait = timeout > Duration::zero() ? timeout : options_.register_timeout;
  const Instant now = loop_.now();
  const std::uint64_t request = core_->find(std::move(name), now, now + wait);
  const ProcessId finder = waker_.current_process();
  finding_.emplace(request, Finding{std::move(completer), now + wait, finder});
  finders_.emplace(finder, request);
  settle();
  return future;
}

std::map<std::string, Ref> NameService::names(std::string_view prefix) const {
  std::map<std::string, Ref> found;
  for (const auto& [name, holder] : core_->names(prefix)) {
    found.emplace_hint(found.end(), name, ref_of(holder));
  }
  return found;
}

Ref NameService::ref_of(const NameHolder& holder) const {
  return Ref(holder.owner.id, holder.owner.boot, holder.entry.process, &sender_);
}

std::uint64_t NameService::claim(std::string name, ProcessId process, Duration timeout, Done done) {
  const Duration wait = timeout > Duration::zero() ? timeout : options_.register_timeout;
  const Instant now = loop_.now();
  const std::uint64_t request =
      core_->register_name(name, process, now, loop_.wall_now(), now + wait);
  observer_.on_claim_started(request, name, process);
  waiting_.emplace(request, std::move(done));
  settle();
  return request;
}

void NameService::cancel(std::uint64_t request) {
  core_->cancel(request);
  settle();
}

void NameService::on_process_ended(ProcessId process) {
  for (auto at = finders_.lower_bound({process, 0}); at != finders_.end() && at->first == process;
       ++at) {
    core_->cancel(at->second);
  }
  settle();
}

void NameService::on_link_up(const Incarnation& peer, LinkSerial link) {
  links_.begin_registry(link, core_->snapshot());
  core_->on_link_up(peer, link);
  settle();
}

void NameService::on_link_reopened(const Incarnation& peer, LinkSerial link) {
  core_->on_link_down(link);
  on_link_up(peer, link);
}

void NameService::on_link_down(LinkSerial link) {
  core_->on_link_down(link);
  settle();
}

void NameService::on_node_up(const Incarnation& peer) {
  settle();  // what succeeded before is told before the peer's names may take it back
  core_->on_node_up(peer);
  settle();
}

void NameService::on_node_down(const Incarnation& peer, bool has_left) {
  core_->on_node_down(peer);
  if (has_left) core_->on_node_left(peer);
  settle();
}

void NameService::set_settled(bool settled) {
  core_->set_settled(settled);
  settle();
}

bool NameService::on_message(LinkSerial link, ByteView message) {
  const bool well_formed = core_->on_message(link, message, loop_.now());
  settle_later();
  return well_formed;
}

void NameService::on_differs(LinkSerial link) {
  core_->on_differs(link, loop_.now());
  settle_later();
}

void NameService::settle_later() {
  if (std::exchange(settle_posted_, true)) return;
  loop_.post(lifeline_.guard([this] {
    settle_posted_ = false;
    settle();
  }));
}

// What is to be sent is sent at once, also from within what is being carried out: whoever ends a
// process there tells others of it next, and they must have seen its names go.
void NameService::gather() {
  for (RegistryAction& action : core_->take_actions()) {
    if (const auto* send = std::get_if<RegistrySend>(&action)) {
      links_.send_registry(send->link, send->message);
    } else {
      pending_.push_back(std::move(action));
    }
  }
}

// Carrying out an action may lead to further events for the core; the outermost call sees to all.
void NameService::settle() {
  gather();
  if (std::exchange(settling_, true)) return;
  while (!pending_.empty()) {
    RegistryAction action = std::move(pending_.front());
    pending_.pop_front();
    carry_out(std::move(action));
    gather();
  }
  settling_ = false;
  const auto next = core_->next_deadline();
  if (next == timer_at_) return;
  timer_at_ = next;
  timer_.cancel();
  if (!next) return;
  timer_.start(*next, [this] {
    timer_at_.reset();
    core_->on_time(loop_.now());
    settle();
  });
}

void NameService::check_invariants() const {
  core_->check_invariants();
  kept_.check_invariants();
  NOEX_CHECK(finders_.size() == finding_.size());
  for (const auto& [request, finding] : finding_) {
    NOEX_CHECK(finders_.contains({finding.finder, request}), "request {}", request);
  }
}

void NameService::carry_out(RegistryAction action) {
  if (const auto* published = std::get_if<RegistryPublished>(&action)) {
    observer_.on_name_published(published->name, published->entry);
  } else if (auto* finished = std::get_if<RegistryFinished>(&action)) {
    const auto waiting = waiting_.extract(finished->request);
    observer_.on_claim_ended(finished->request, finished->result, finished->holder);
    if (finished->holder && !finished->result && finished->result.error().detail.empty()) {
      finished->result = fail(finished->result.error().code, finished->holder->owner.id.text());
    }
    if (!waiting.empty()) waiting.mapped()(std::move(finished->result));
  } else if (auto* lost = std::get_if<RegistryConflictLost>(&action)) {
    observer_.on_conflict_lost(*lost);
    kept_.on_conflict_lost(lost->name, lost->process);
    events_.on_conflict_lost(*lost);
  } else if (auto* found = std::get_if<RegistryFound>(&action)) {
    auto finding = finding_.extract(found->request);
    if (finding.empty()) return;
    finders_.erase({finding.mapped().finder, found->request});
    observer_.on_find_ended(finding.mapped().deadline);
    Result<Ref> ref = fail(ErrorCode::noproc);
    if (found->result) {
      ref = ref_of(*found->result);
    } else {
      ref = std::unexpected(std::move(found->result.error()));
    }
    finding.mapped().completer.complete(std::move(ref));
  } else if (auto* changed = std::get_if<RegistryWinnerChanged>(&action)) {
    events_.on_winner_changed(*changed);
  } else if (auto* reach = std::get_if<RegistryReach>(&action)) {
    loop_.post(lifeline_.guard([this, to = std::move(reach->to)] { links_.reach(to); }));
  } else if (auto* known = std::get_if<RegistryKnown>(&action)) {
    links_.registry_known(known->owner);
  }
}

}  // namespace noex
