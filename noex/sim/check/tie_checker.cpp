#include "noex/sim/check/tie_checker.h"

#include <algorithm>

#include <fmt/format.h>

#include "noex/sim/check/runtime_properties.h"

namespace noex::sim {

namespace {

// While a fault of the pair lasts, news of an end may begin its way several times.
constexpr int bounds_under_faults = 3;

}  // namespace

TieChecker::TieChecker(const Truth& truth, Tally& tally) : truth_(truth), tally_(tally) {
  for (std::size_t index = 0; index < truth.nodes(); ++index) machines_[truth.id(index)] = index;
}

std::optional<std::size_t> TieChecker::index_of(const Incarnation& node) const {
  const auto found = machines_.find(node.id);
  if (found == machines_.end()) return std::nullopt;
  const Node* running = truth_.node(found->second);
  if (running == nullptr || running->boot() != node.boot) return std::nullopt;
  return found->second;
}

bool TieChecker::is_alive(const Ref& process) const {
  const auto index = index_of(process.incarnation());
  return index && truth_.node(*index)->is_alive(process.process());
}

std::uint64_t TieChecker::links_ended(const NodeId& from, const NodeId& to) const {
  const auto found = links_ended_.find({from, to});
  return found != links_ended_.end() ? found->second : 0;
}

void TieChecker::owe(const Tie& tie, std::optional<std::uint64_t> while_link) {
  dues_.try_emplace(tie, Due{truth_.now(), while_link});
}

void TieChecker::settle(const Tie& tie) {
  ties_.erase(tie);
  if (dues_.erase(tie) == 1) tally_.checked(property::d4);
}

void TieChecker::on_linked(std::size_t index, ProcessId process, const Ref& other) {
  const Tie tie{Ref(truth_.id(index), truth_.node(index)->boot(), process, nullptr), other};
  const auto ended = ended_.find(other);
  const bool normally = ended != ended_.end() && ended->second;
  if (normally) return;
  ties_.insert_or_assign(tie, links_ended(tie.near.node(), other.node()));
  held_.insert(tie);
  const bool gone = ended != ended_.end() || !index_of(other.incarnation());
  if (gone) owe(tie);
}

// Neither owes the other anything from here on.
void TieChecker::on_unlinked(std::size_t index, ProcessId process, const Ref& other) {
  const Ref near(truth_.id(index), truth_.node(index)->boot(), process, nullptr);
  for (const Tie& tie : {Tie{near, other}, Tie{other, near}}) {
    ties_.erase(tie);
    dues_.erase(tie);
  }
}

void TieChecker::on_exit_told(std::size_t index, ProcessId process, const Ref& other) {
  settle(Tie{Ref(truth_.id(index), truth_.node(index)->boot(), process, nullptr), other});
}

void TieChecker::on_process_ended(std::size_t index, ProcessId process, const ExitReason& reason) {
  const Ref ended(truth_.id(index), truth_.node(index)->boot(), process, nullptr);
  const bool normally = reason.kind() == ExitKind::normal;
  std::vector<Tie> own;
  std::vector<Tie> others;
  for (const auto& [tie, _] : ties_) {
    if (tie.near == ended) own.push_back(tie);
    if (tie.far == ended) others.push_back(tie);
  }
  for (const auto& [tie, _] : dues_) {
    if (tie.near == ended && !ties_.contains(tie)) own.push_back(tie);
  }
  if (own.empty() && others.empty()) return;
  ended_[ended] = normally;
  for (const Tie& tie : own) {
    if (!normally) owe_unheld(tie);
    settle(tie);
  }
  for (const Tie& tie : others) {
    if (normally) {
      ties_.erase(tie);
      dues_.erase(tie);
    } else {
      owe(tie);
    }
  }
}

// The far node never heard of the link, though the link that brought the news has lasted.
void TieChecker::owe_unheld(const Tie& tie) {
  const Tie back{tie.far, tie.near};
  const auto made = ties_.find(tie);
  const std::uint64_t now = links_ended(tie.near.node(), tie.far.node());
  if (made == ties_.end() || made->second != now) return;
  if (!held_.contains(back) && is_alive(back.near)) owe(back, now);
}

void TieChecker::on_link_down(std::size_t index, const Incarnation& peer) {
  ++links_ended_[{truth_.id(index), peer.id}];
  const NodeId& here = truth_.id(index);
  for (const auto& [tie, _] : ties_) {
    if (tie.near.node() == here && tie.far.lives_on(peer)) owe(tie);
  }
}

void TieChecker::on_node_ended(const Incarnation& node) {
  std::erase_if(ties_, [&](const auto& tie) { return tie.first.near.lives_on(node); });
  std::erase_if(dues_, [&](const auto& due) { return due.first.near.lives_on(node); });
  for (const auto& [tie, _] : ties_) {
    if (tie.far.lives_on(node)) owe(tie);
  }
}

// What was to be told over a link that is gone may have been lost with it.
bool TieChecker::is_over(const Tie& tie, const Due& due) const {
  const Incarnation far = tie.far.incarnation();
  return due.while_link &&
         (!index_of(far) || links_ended(far.id, tie.near.node()) != *due.while_link);
}

Instant TieChecker::late_after(const Tie& tie, Instant since) const {
  const std::size_t here = machines_.at(tie.near.node());
  const std::size_t there = machines_.at(tie.far.node());
  const Duration bound = detection_bound(truth_.node(here)->options()) + truth_.latency_max();
  const Instant touched = truth_.undisturbed_since(here, there);
  if (touched < truth_.now()) return std::max(since, touched) + bound;
  return std::max(since, truth_.undisturbed_since(here, here)) + bounds_under_faults * bound;
}

void TieChecker::look() {
  std::erase_if(dues_, [this](const auto& due) { return is_over(due.first, due.second); });
  for (const auto& [tie, due] : dues_) {
    const Instant late = late_after(tie, due.since);
    if (truth_.now() <= late) continue;
    tally_.violated(
        property::d4, truth_.now(),
        fmt::format("{} lives on, {} ms after {}, to which it is linked, ended or was "
                    "lost",
                    tie.near.text(), to_milliseconds(truth_.now() - due.since), tie.far.text()));
  }
}

}  // namespace noex::sim
