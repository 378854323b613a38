#include "noex/runtime/remote/process_links.h"

#include <utility>

#include "noex/transport/base/check.h"

namespace noex {

ProcessLinks::ProcessLinks(Incarnation self, const Options& options, Processes& processes,
                           Links& links, Sender& sender, Observer& observer)
    : self_(std::move(self)),
      processes_(processes),
      links_(links),
      sender_(sender),
      observer_(observer),
      our_quota_(options.watches_per_link_max),
      their_quota_(options.watches_per_link_max) {}

Ref ProcessLinks::local_ref(ProcessId process) const {
  return Ref(self_.id, self_.boot, process, &sender_);
}

void ProcessLinks::insert(const Name& name, Ends ends) {
  by_process_.insert(End{ends.near, ends.far, name});
  if (!name.link) by_process_.insert(End{ends.far.process(), local_ref(ends.near), name});
  observer_.on_process_linked(ends.near, ends.far);
  if (!name.link) observer_.on_process_linked(ends.far.process(), local_ref(ends.near));
  const bool is_new = all_.emplace(name, std::move(ends)).second;
  NOEX_CHECK(is_new, "a process link's number was used twice");
}

ProcessLinks::Ends ProcessLinks::erase(const Name& name) {
  const auto found = all_.find(name);
  NOEX_CHECK(found != all_.end());
  Ends ends = std::move(found->second);
  all_.erase(found);
  by_process_.erase(End{ends.near, ends.far, name});
  if (!name.link) by_process_.erase(End{ends.far.process(), local_ref(ends.near), name});
  (name.ours ? our_quota_ : their_quota_).give_back(name.link);
  return ends;
}

std::vector<ProcessLinks::End> ProcessLinks::ends_of(ProcessId process) const {
  std::vector<End> ends;
  for (auto at = by_process_.lower_bound(End{process, Ref(), Name{}});
       at != by_process_.end() && at->process == process; ++at) {
    ends.push_back(*at);
  }
  return ends;
}

std::vector<ProcessLinks::Name> ProcessLinks::between(ProcessId process, const Ref& other) const {
  std::vector<Name> names;
  for (auto at = by_process_.lower_bound(End{process, other, Name{}});
       at != by_process_.end() && at->process == process && at->other == other; ++at) {
    names.push_back(at->name);
  }
  return names;
}

void ProcessLinks::add(ProcessId process, const Ref& other) {
  add(process, other, other.lives_on(self_) ? nullptr : links_.open(other.node(), other.boot()));
}

void ProcessLinks::add(ProcessId process, const Ref& other, Link* link) {
  const bool local = other.lives_on(self_);
  if (local && other.process() == process) return;
  if (!between(process, other).empty()) return;
  if (local && !processes_.exists(other.process())) {
    signal(process, other, ExitReason::noproc());
    return;
  }
  if (!local && link == nullptr) {
    signal(process, other, ExitReason::noconnection());
    return;
  }
  const Name name{local ? LinkSerial() : link->serial(), true, next_++};
  if (!our_quota_.take(name.link)) {
    signal(process, other, ExitReason::error("watches_per_link_max"));
    return;
  }
  insert(name, Ends{process, other});
  if (local) return;
  links_.signal(name.link, wire::ProcessLink{name.number, process, other.process()});
}

void ProcessLinks::remove(ProcessId process, const Ref& other) {
  observer_.on_process_unlinked(process, other);
  for (const Name& name : between(process, other)) {
    erase(name);
    if (!name.link) continue;
    links_.signal(name.link, wire::ProcessUnlink{name.ours, name.number});
  }
  processes_.discard_exit(process, other);
}

bool ProcessLinks::on_link(Link& link, const wire::ProcessLink& request) {
  const Name name{link.serial(), false, request.number};
  if (request.from == 0 || all_.contains(name)) return false;
  if (!processes_.exists(request.to)) {
    links_.signal(name.link, wire::ProcessLinkExit{false, name.number, ExitReason::noproc()});
    return true;
  }
  if (!their_quota_.take(name.link)) return false;
  const Incarnation& peer = link.peer();
  insert(name, Ends{request.to, Ref(peer.id, peer.boot, request.from, &sender_)});
  return true;
}

void ProcessLinks::on_unlink(Link& link, const wire::ProcessUnlink& request) {
  const Name name{link.serial(), !request.made_by_sender, request.number};
  if (!all_.contains(name)) return;
  const Ends ends = erase(name);
  observer_.on_process_unlinked(ends.near, ends.far);
}

void ProcessLinks::on_exit(Link& link, const wire::ProcessLinkExit& ended) {
  const Name name{link.serial(), !ended.made_by_sender, ended.number};
  if (!all_.contains(name)) return;
  Ends ends = erase(name);
  signal(ends.near, std::move(ends.far), ended.reason, name.ours);
}

void ProcessLinks::on_process_ended(ProcessId process, const ExitReason& reason) {
  std::vector<ProcessId> told;
  for (const End& end : ends_of(process)) {
    erase(end.name);
    if (!end.name.link) {
      told.push_back(end.other.process());
    } else {
      links_.signal(end.name.link, wire::ProcessLinkExit{end.name.ours, end.name.number, reason});
    }
  }
  for (const ProcessId other : told) signal(other, local_ref(process), reason);
}

void ProcessLinks::on_link_down(LinkSerial link) {
  std::vector<Name> lost;
  for (auto at = all_.lower_bound(Name{link, false, 0}); at != all_.end() && at->first.link == link;
       ++at) {
    lost.push_back(at->first);
  }
  std::vector<Ends> ends;
  for (const Name& name : lost) ends.push_back(erase(name));
  for (std::size_t i = 0; i < lost.size(); ++i) {
    signal(ends[i].near, std::move(ends[i].far), ExitReason::noconnection(), lost[i].ours);
  }
}

void ProcessLinks::check_invariants() const {
  std::size_t ends_here = 0;
  for (const auto& [name, ends] : all_) {
    ends_here += name.link ? 1 : 2;
    NOEX_CHECK(by_process_.contains(End{ends.near, ends.far, name}), "number {}", name.number);
    NOEX_CHECK(
        name.link || by_process_.contains(End{ends.far.process(), local_ref(ends.near), name}),
        "number {}", name.number);
    NOEX_CHECK(!name.link || (name.ours ? our_quota_ : their_quota_).uses(name.link), "number {}",
               name.number);
  }
  NOEX_CHECK(by_process_.size() == ends_here && signals_.empty());
}

// A signal may end its receiver, whose links give further signals: these wait here for the
// outermost call, so that a long chain of linked processes needs no deep stack.
void ProcessLinks::signal(ProcessId to, Ref from, ExitReason reason, bool ours) {
  signals_.push_back(Signal{to, Exit{std::move(from), std::move(reason)},
                            ours ? ExitCause::link : ExitCause::peers_link});
  if (std::exchange(signalling_, true)) return;
  while (!signals_.empty()) {
    Signal next = std::move(signals_.front());
    signals_.pop_front();
    processes_.exit_signal(next.to, std::move(next.exit), next.cause);
  }
  signalling_ = false;
}

}  // namespace noex
