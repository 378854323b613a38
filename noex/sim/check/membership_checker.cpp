#include "noex/sim/check/membership_checker.h"

#include <algorithm>

#include <fmt/format.h>

#include "noex/sim/check/runtime_properties.h"

namespace noex::sim {

namespace {

bool is_doubt(const TableEntry& entry) {
  return entry.status == MemberStatus::suspect || entry.status == MemberStatus::dead;
}

}  // namespace

MembershipChecker::MembershipChecker(const Truth& truth, Tally& tally)
    : truth_(truth),
      tally_(tally),
      up_(truth.nodes()),
      newest_(truth.nodes()),
      hearsay_(truth.nodes()),
      links_(truth.nodes()),
      starts_(truth.nodes()),
      versions_(truth, tally),
      one_way_(truth, tally) {
  for (std::size_t index = 0; index < truth.nodes(); ++index) index_[truth.id(index)] = index;
}

void MembershipChecker::on_node_started(std::size_t index) {
  up_[index].clear();
  hearsay_[index].clear();
  newest_[index].clear();
  links_[index].clear();
  for (auto& [_, known] : left_) known.erase(index);
  versions_.on_node_started(index);
  if (++starts_[index] == 1) return;
  gone_.insert(index);
  std::erase_if(returns_, [index](const Return& one) { return one.index == index; });
  returns_.push_back(
      {index, truth_.node(index)->boot(), truth_.now(), std::vector<bool>(truth_.nodes())});
}
void MembershipChecker::on_node_ended(std::size_t index) {
  up_[index].clear();
  hearsay_[index].clear();
  gone_.insert(index);
  versions_.on_node_ended(index);
  std::erase_if(returns_, [index](const Return& one) { return one.index == index; });
}

std::uint64_t MembershipChecker::up_serial(std::size_t index, const Incarnation& peer) const {
  const auto found = up_[index].find(peer.id);
  return found != up_[index].end() && found->second.boot == peer.boot ? found->second.serial : 0;
}

Boot MembershipChecker::up_boot(std::size_t index, const NodeId& peer) const {
  const auto found = up_[index].find(peer);
  return found != up_[index].end() ? found->second.boot : 0;
}

void MembershipChecker::on_node_up(std::size_t index, const Incarnation& peer) {
  const auto [up, fresh] = up_[index].try_emplace(peer.id, Up{peer.boot, ++serial_, truth_.now()});
  tally_.expect(property::m8, truth_.now(), fresh, [&] {
    return fmt::format("{} announces node_up of {} (boot {}), which it has up already (boot {})",
                       truth_.id(index).text(), peer.id.text(), peer.boot, up->second.boot);
  });
  Boot& newest = newest_[index][peer.id];
  newest = std::max(newest, peer.boot);
  if (const auto at = index_.find(peer.id); at != index_.end()) {
    if (!runs(at->second, peer.boot)) gone_.insert(at->second);
  }
}

void MembershipChecker::on_node_down(std::size_t index, const Incarnation& peer,
                                     DownReason reason) {
  const auto up = up_[index].find(peer.id);
  const bool was_up = up != up_[index].end() && up->second.boot == peer.boot;
  tally_.expect(property::m8, truth_.now(), was_up, [&] {
    return fmt::format("{} announces node_down({}) of {} (boot {}), which it has not up",
                       truth_.id(index).text(), describe(reason), peer.id.text(), peer.boot);
  });
  if (was_up) up_[index].erase(up);
  if (const auto at = index_.find(peer.id); at != index_.end()) {
    one_way_.on_node_down(index, at->second);
  }
  check_accuracy(index, peer, reason);
  check_reason(index, peer, reason);
}

void MembershipChecker::on_member_changed(std::size_t index, const TableEntry& entry,
                                          const NodeId& source) {
  versions_.on_member_changed(index, entry);
  note_left(index, entry);
  if (truth_.calm_so_far()) check_calm(index, entry);
  if (entry.status == MemberStatus::dead && !source.empty()) {
    hearsay_[index].insert(entry.id);
  } else {
    hearsay_[index].erase(entry.id);
  }
  if (is_doubt(entry) && !source.empty()) check_first_hand(index, entry, source);
  const bool accuses = entry.status == MemberStatus::suspect && source.empty() &&
                       entry.reason == DownReason::heartbeat_timeout;
  const auto peer = index_.find(entry.id);
  if (accuses && peer != index_.end() && runs(peer->second, entry.boot)) {
    check_suspicion(index, peer->second);
  }
}

void MembershipChecker::note_left(std::size_t index, const TableEntry& entry) {
  Knowledge& known = left_[entry.id][index];
  if (entry.status == MemberStatus::left && entry.boot > known.boot) {
    known = Knowledge{entry.boot, truth_.now()};
  } else if (entry.boot > known.boot && known.until == Instant::max()) {
    known.until = truth_.now();
  }
}

// A dial with its handshake, or a ping and its answer by way of another, comes in time: four round
// trips.
bool MembershipChecker::dials_come_through(std::size_t observer) const {
  return 8 * truth_.latency_max() < truth_.node(observer)->options().dial_timeout;
}

// Everybody should be linked to everybody.
bool MembershipChecker::is_mesh(std::size_t observer) const {
  return truth_.nodes() <= truth_.node(observer)->options().mesh_max;
}

// Where nothing has gone wrong yet.
void MembershipChecker::check_calm(std::size_t observer, const TableEntry& entry) {
  if (!dials_come_through(observer)) return;
  tally_.expect(property::m2, truth_.now(), !is_doubt(entry), [&] {
    return fmt::format("{} takes {} for {}, and no fault has happened yet",
                       truth_.id(observer).text(), entry.id.text(), describe(entry.status));
  });
}

// Whom it is linked to it doubts on nobody's word.
void MembershipChecker::check_first_hand(std::size_t observer, const TableEntry& entry,
                                         const NodeId& source) {
  const std::vector<Member> members = truth_.node(observer)->members();
  const bool linked = std::ranges::any_of(members, [&entry](const Member& member) {
    return member.incarnation == Incarnation{entry.id, entry.boot} && member.linked;
  });
  tally_.expect(property::m2, truth_.now(), !linked, [&] {
    return fmt::format("{} is linked to {}, and takes it for {} because {} says so",
                       truth_.id(observer).text(), entry.id.text(), describe(entry.status),
                       source.text());
  });
}

// What an earlier boot sent is not heard any more once the next one is up.
void MembershipChecker::on_message(std::size_t index, const Incarnation& from) {
  const auto at = index_.find(from.id);
  if (at == index_.end() || starts_[at->second] < 2) return;
  const auto newest = newest_[index].find(from.id);
  if (newest == newest_[index].end()) return;
  tally_.expect(property::m4, truth_.now(), from.boot >= newest->second, [&] {
    return fmt::format("{} handles a message of boot {} of {}, though boot {} has been up there",
                       truth_.id(index).text(), from.boot, from.id.text(), newest->second);
  });
}

// Whoever runs and has been heard all the time is not silent, even if the observer did not listen.
// A lost link is another matter: that the observer stood still may be why the peer closed it. What
// is believed of hearsay was true for somebody who may have been cut off.
void MembershipChecker::check_accuracy(std::size_t observer, const Incarnation& peer,
                                       DownReason reason) {
  const auto at = index_.find(peer.id);
  const bool silent = reason == DownReason::heartbeat_timeout;
  const bool lost = silent || reason == DownReason::connection_closed;
  if (at == index_.end() || !lost || !runs(at->second, peer.boot)) return;
  const Duration detected = detection_bound(truth_.node(observer)->options());
  Instant since = silent ? truth_.heard_since(observer, at->second, detected)
                         : truth_.undisturbed_since(observer, at->second);
  if (hearsay_[observer].contains(peer.id)) {
    since = std::max(since, undisturbed_for_all_since(at->second));
  }
  const Options& options = truth_.node(observer)->options();
  const Duration converged = convergence_bound(options);
  const Duration bound = converged + truth_.latency_max() + truth_.clock_slack(converged);
  const Duration passed = truth_.now() - since;
  tally_.expect(property::m2, truth_.now(), passed <= bound, [&] {
    return fmt::format("{} announces node_down({}) of {}, which runs and is within reach for {} ms",
                       truth_.id(observer).text(), describe(reason), peer.id.text(),
                       to_milliseconds(passed));
  });
}

// From now on nobody need have it up, though it may wait long for the last who has not heard of it.
void MembershipChecker::on_node_leaving(std::size_t index) {
  check_returns();
  std::erase_if(returns_, [index](const Return& one) { return one.index == index; });
  leaving_.insert(truth_.node(index)->incarnation());
}

void MembershipChecker::on_link_up(std::size_t index, const Incarnation& peer) {
  links_[index].insert_or_assign(peer, truth_.now());
}

// By the same link, without trouble.
bool MembershipChecker::were_linked_since(std::size_t a, std::size_t b, Instant since) const {
  if (truth_.node(a) == nullptr || truth_.node(b) == nullptr) return false;
  if (truth_.undisturbed_since(a, b) >= since) return false;
  const auto there = links_[a].find(truth_.node(b)->incarnation());
  const auto back = links_[b].find(truth_.node(a)->incarnation());
  return there != links_[a].end() && there->second < since && back != links_[b].end() &&
         back->second < since;
}

// Who is linked tells what he knows with his next heartbeat at the latest.
void MembershipChecker::check_reason(std::size_t observer, const Incarnation& peer,
                                     DownReason reason) {
  if (reason == DownReason::graceful_shutdown) {
    tally_.expect(property::m9, truth_.now(), leaving_.contains(peer), [&] {
      return fmt::format("{} announces node_down({}) of {} (boot {}), which did not leave",
                         truth_.id(observer).text(), describe(reason), peer.id.text(), peer.boot);
    });
    return;
  }
  const auto left = left_.find(peer.id);
  if (left == left_.end() || reason == DownReason::restarted || !is_mesh(observer)) return;
  const Options& options = truth_.node(observer)->options();
  const Duration told = options.heartbeat_interval + 2 * options.gossip_delay;
  const Duration bound = told + 2 * truth_.latency_max() + truth_.clock_slack(told);
  for (const auto& [other, known] : left->second) {
    if (other == observer || known.boot != peer.boot) continue;
    // A record is of one boot: who hears of a later one tells of that.
    const Duration telling = std::min(truth_.now(), known.until) - known.since;
    if (telling <= bound || !were_linked_since(observer, other, known.since)) continue;
    tally_.violated(property::m9, truth_.now(),
                    fmt::format("{} announces node_down({}) of {}, which left, as {} has known for "
                                "{} ms",
                                truth_.id(observer).text(), describe(reason), peer.id.text(),
                                truth_.id(other).text(), to_milliseconds(telling)));
  }
}

// Who has been heard all the time is not suspected of silence, though nobody may ever hear of that.
// Beyond the mesh most are not heard, but dialled when they are needed, and a dial may come too
// late (sim --seed 297 --nodes 64).
void MembershipChecker::check_suspicion(std::size_t observer, std::size_t peer) {
  if (!is_mesh(observer) && !dials_come_through(observer)) return;
  const Duration detected = detection_bound(truth_.node(observer)->options());
  const Duration bound = detected + truth_.latency_max() + truth_.clock_slack(detected);
  const Duration passed = truth_.now() - truth_.heard_since(observer, peer, bound);
  tally_.expect(property::m2, truth_.now(), passed <= bound, [&] {
    return fmt::format("{} suspects {} of silence, which runs and is within reach for {} ms",
                       truth_.id(observer).text(), truth_.id(peer).text(), to_milliseconds(passed));
  });
}

bool MembershipChecker::runs(std::size_t index, Boot boot) const {
  const Node* node = truth_.node(index);
  return node != nullptr && node->boot() == boot;
}

// Who knows of a node dials it within the bound, whatever its earlier boot had come to.
void MembershipChecker::check_returns() {
  for (Return& one : returns_) {
    for (std::size_t observer = 0; observer < truth_.nodes(); ++observer) {
      const Node* node = truth_.node(observer);
      if (observer == one.index || node == nullptr || one.seen[observer]) continue;
      const Duration bound = convergence_bound(node->options()) + truth_.latency_max();
      if (truth_.now() - one.since <= bound) continue;
      const Instant since = std::max(one.since, truth_.undisturbed_since(observer, one.index));
      const Duration passed = truth_.now() - since;
      if (passed <= bound) continue;
      one.seen[observer] = true;
      if (!known(observer)[one.index] && !known(one.index)[observer]) continue;
      const bool up = up_serial(observer, {truth_.id(one.index), one.boot}) != 0;
      tally_.expect(property::m4, truth_.now(), up, [&] {
        return fmt::format("{} started again, within reach of {} for {} ms, and is not up there",
                           truth_.id(one.index).text(), truth_.id(observer).text(),
                           to_milliseconds(passed));
      });
    }
  }
}

void MembershipChecker::look() {
  one_way_.look();
  check_returns();
  std::erase_if(gone_, [this](std::size_t peer) { return is_seen_no_more(peer); });
}

// What others say of the peer may be what they have seen until then.
Instant MembershipChecker::undisturbed_for_all_since(std::size_t peer) const {
  Instant since{};
  for (std::size_t other = 0; other < truth_.nodes(); ++other) {
    if (other != peer) since = std::max(since, truth_.undisturbed_since(other, peer));
  }
  return since;
}

// M1 of one that has ended, for all who still have it up. Who was told of it only afterwards was
// told by another, who may have been stopped meanwhile.
bool MembershipChecker::is_seen_no_more(std::size_t peer) {
  bool seen = false;
  for (std::size_t observer = 0; observer < up_.size(); ++observer) {
    const Node* node = truth_.node(observer);
    const Boot boot = node != nullptr ? up_boot(observer, truth_.id(peer)) : 0;
    if (boot == 0 || runs(peer, boot)) continue;
    seen = true;
    const Duration detected = detection_bound(node->options());
    const Duration bound = detected + truth_.latency_max() + truth_.clock_slack(detected);
    Instant since = truth_.undisturbed_since(observer, peer);
    if (up_[observer].at(truth_.id(peer)).since > since) {
      since = std::max(since, undisturbed_for_all_since(peer));
    }
    const Duration passed = truth_.now() - since;
    tally_.expect(property::m1, truth_.now(), passed <= bound, [&] {
      return fmt::format("{} still has {} up, which ended {} ms ago; the bound is {} ms",
                         truth_.id(observer).text(), truth_.id(peer).text(),
                         to_milliseconds(passed), to_milliseconds(bound));
    });
  }
  return !seen;
}

std::vector<bool> MembershipChecker::known(std::size_t index) const {
  std::vector<bool> known(truth_.nodes());
  for (const NodeId& seed : truth_.seeds(index)) known[index_.at(seed)] = true;
  for (const Member& member : truth_.node(index)->members()) {
    const auto at = index_.find(member.incarnation.id);
    if (at != index_.end()) known[at->second] = true;
  }
  return known;
}

std::vector<std::vector<std::size_t>> MembershipChecker::components() const {
  std::vector<std::size_t> group(truth_.nodes());
  for (std::size_t i = 0; i < group.size(); ++i) group[i] = i;
  for (std::size_t a = 0; a < group.size(); ++a) {
    if (truth_.node(a) == nullptr) continue;
    const std::vector<bool> known_to_a = known(a);
    for (std::size_t b = 0; b < group.size(); ++b) {
      if (group[a] == group[b] || truth_.node(b) == nullptr || !known_to_a[b]) continue;
      const std::size_t from = group[b];
      const std::size_t to = group[a];
      std::ranges::replace(group, from, to);
    }
  }
  std::map<std::size_t, std::vector<std::size_t>> sets;
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (truth_.node(i) != nullptr) sets[group[i]].push_back(i);
  }
  std::vector<std::vector<std::size_t>> result;
  for (auto& [_, set] : sets) result.push_back(std::move(set));
  return result;
}

MembershipChecker::Members MembershipChecker::members_of(std::size_t index) const {
  Members members;
  for (Member& member : truth_.node(index)->members()) {
    const Incarnation id = member.incarnation;
    members.emplace(id, std::move(member));
  }
  return members;
}

void MembershipChecker::at_end() {
  std::vector<Members> members(truth_.nodes());
  for (std::size_t index = 0; index < truth_.nodes(); ++index) {
    if (truth_.node(index) != nullptr) members[index] = members_of(index);
  }
  for (const auto& component : components()) {
    for (const std::size_t observer : component) {
      for (const std::size_t peer : component) {
        if (observer != peer) check_pair(observer, peer, members);
      }
    }
  }
  for (std::size_t observer = 0; observer < truth_.nodes(); ++observer) {
    if (truth_.node(observer) != nullptr) check_nobody_else(observer);
  }
  for (const auto& component : components()) versions_.at_end(component);
}

// Beyond a full mesh the nodes' own word counts for who should be linked, if both say the same.
void MembershipChecker::check_pair(std::size_t observer, std::size_t peer,
                                   const std::vector<Members>& members) {
  const Incarnation expected = truth_.node(peer)->incarnation();
  const auto member = members[observer].find(expected);
  const auto back = members[peer].find(truth_.node(observer)->incarnation());
  const bool known = member != members[observer].end();
  const bool up = known && member->second.up;
  const bool linked = known && member->second.linked;
  const bool wanted = known && member->second.wanted;
  const bool wanted_back = back != members[peer].end() && back->second.wanted;
  const bool agreed = is_mesh(observer) ? wanted : wanted == wanted_back;
  const bool announced = up_serial(observer, expected) != 0;
  tally_.expect(property::m5, truth_.now(), up && agreed && (linked || !wanted) && announced, [&] {
    return fmt::format(
        "{} runs, so {} should have it up, and linked if both want that: up {}, linked {}, "
        "wanted {} and {}, announced {}",
        truth_.id(peer).text(), truth_.id(observer).text(), up, linked, wanted, wanted_back,
        announced);
  });
}

void MembershipChecker::check_nobody_else(std::size_t observer) {
  for (const Member& member : truth_.node(observer)->members()) {
    if (!member.up) continue;
    const auto peer = index_.find(member.incarnation.id);
    const bool real = peer != index_.end() && runs(peer->second, member.incarnation.boot);
    tally_.expect(property::m5, truth_.now(), real, [&] {
      return fmt::format("{} has {} (boot {}) up, and no such node runs",
                         truth_.id(observer).text(), member.incarnation.id.text(),
                         member.incarnation.boot);
    });
  }
}

}  // namespace noex::sim
