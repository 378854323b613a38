// RegistryHarness, checks: what the registries want done, and what is wrong with it.
#include <algorithm>
#include <variant>

#include <fmt/format.h>

#include "tests/runtime/registry_harness.h"

namespace noex::test {

void RegistryHarness::check_converged() {
  const auto truth = nodes_[0].registry->names();
  for (std::size_t node = 0; node < size(); ++node) {
    const Node& at = nodes_[node];
    if (at.registry->names() != truth) problem(node, "its view differs from node 0's");
    if (at.registry->pending_requests() != 0) problem(node, "a request hangs");
    if (at.registry->promises() != 0) problem(node, "a promise is left");
    if (at.registry->pending_finds() != 0) problem(node, "a find hangs");
    if (at.registry->pulls() != 0) problem(node, "waits for a set");
    if (at.registry->hash() != nodes_[0].registry->hash()) problem(node, "its hash is another");
    const Copy own = own_names(node);
    for (const auto& [name, entry] : own.names) {
      const auto held = truth.find(name);
      if (held == truth.end() || held->second != NameHolder{at.self, entry}) {
        problem(node, fmt::format("{} is ours and is not seen", name));
      }
      if (!at.held.contains(name)) problem(node, fmt::format("{} was never acknowledged", name));
    }
  }
  for (const auto& [name, holder] : truth) {
    if (!nodes_[index_of(holder.owner.id)].held.contains(name)) {
      problem(0, fmt::format("{} is a zombie", name));
    }
  }
}

// --- After each step ---

std::size_t RegistryHarness::index_of(const NodeId& id) const {
  return id.port() - 1U;
}

void RegistryHarness::after(std::size_t node) {
  // A timer that is due: something has begun to wait, and asks for the time.
  if (nodes_[node].registry->next_deadline().value_or(Instant::max()) <= now_) {
    nodes_[node].registry->on_time(now_);
  }
  for (const auto& action : nodes_[node].registry->take_actions()) {
    std::visit([&](const auto& wanted) { take(node, wanted); }, action);
  }
  nodes_[node].registry->check_invariants();
  check_views(node);
  check_holdings(node);
}

void RegistryHarness::take(std::size_t node, const RegistrySend& sent) {
  const std::size_t to = index_of(sent.to);
  const EndState state = nodes_[node].ends[to].state;
  if (state == EndState::none || state == EndState::opening) problem(node, "sends without a link");
  check_order(node, nodes_[node].ends[to], sent);
  if (state == EndState::up) nodes_[to].ends[node].incoming.push_back(sent.message);
}

// Over one link an owner tells its changes in their order.
void RegistryHarness::check_order(std::size_t node, End& end, const RegistrySend& sent) {
  const auto received = decode_registry_message(sent.message);
  const auto* delta = received ? std::get_if<NamesDelta>(&received->message) : nullptr;
  if (delta == nullptr || delta->owner != nodes_[node].self) return;
  const std::pair before = std::exchange(end.told, {sent.link, delta->sequence});
  if (before.first == sent.link && delta->sequence != before.second + 1) {
    problem(node, "tells its changes out of order");
  }
}

void RegistryHarness::take(std::size_t node, const RegistryPublished& published) {
  published_.emplace(published.name, nodes_[node].self, published.entry.stamp);
}

void RegistryHarness::take(std::size_t node, const RegistryFinished& finished) {
  Node& at = nodes_[node];
  at.finished.push_back(finished);
  const ErrorCode code = finished.result ? ErrorCode::ok : finished.result.error().code;
  const auto asked = at.requests.find(finished.request);
  if (asked == at.requests.end()) return problem(node, "an answer that nobody asked for");
  if (asked->second.outcome) return problem(node, "a request ended twice");
  asked->second.outcome = code;
  if (code == ErrorCode::name_taken && finished.holder) {
    const auto& [owner, entry] = *finished.holder;
    if (!published_.contains({asked->second.name, owner, entry.stamp})) {
      problem(node, "is refused a name for one that never had it");
    }
  }
  if (code != ErrorCode::ok) return;
  ++successes_;
  if (at.held.contains(asked->second.name)) problem(node, "acknowledged though held");
  at.held[asked->second.name] = asked->second.process;
  const auto entry = at.registry->entries(asked->second.name);
  for (const NameHolder& holder : entry) {
    if (holder.owner == at.self) at.stamps[asked->second.name] = holder.entry.stamp;
  }
}

void RegistryHarness::take(std::size_t node, const RegistryConflictLost& lost) {
  Node& at = nodes_[node];
  at.lost.push_back(lost);
  const auto held = at.held.find(lost.name);
  if (held == at.held.end() || held->second != lost.process) {
    return problem(node, fmt::format("lost {} without holding it", lost.name));
  }
  at.held.erase(held);
  const auto stamp = at.stamps.find(lost.name);
  if (lost.winner.owner == at.self) problem(node, "lost to itself");
  if (stamp != at.stamps.end() && stamp->second < lost.winner.entry.stamp) {
    problem(node, "the better entry lost");
  }
}

void RegistryHarness::take(std::size_t node, const RegistryFound& found) {
  const auto find = nodes_[node].finds.find(found.request);
  if (find == nodes_[node].finds.end()) return problem(node, "found what nobody looks for");
  std::string& answer = find->second.second;
  if (!answer.empty()) return problem(node, "a find ended twice");
  answer = found.result ? text_of(found.result->owner, found.result->entry.process)
                        : std::string(describe(found.result.error()));
}

void RegistryHarness::take(std::size_t node, const RegistryWinnerChanged& change) {
  const auto watched = nodes_[node].watched.find(change.name);
  if (watched == nodes_[node].watched.end()) return problem(node, "tells what nobody watches");
  if (watched->second == change.winner) problem(node, "tells of a change that is none");
  watched->second = change.winner;
}

void RegistryHarness::take(std::size_t node, const RegistryReach& reach) {
  const std::size_t to = index_of(reach.to);
  if (nodes_[node].ends[to].up == 0) problem(node, "reaches for a node that is not up");
  reached_.insert(std::minmax(node, to));
}

void RegistryHarness::take(std::size_t node, const RegistryKnown& known) {
  Boot& boot = nodes_[node].ends[index_of(known.owner.id)].known;
  boot = std::max(boot, known.owner.boot);
}

void RegistryHarness::note_delivered(std::size_t node, std::size_t from, const Bytes& bytes) {
  const auto received = decode_registry_message(bytes);
  if (!received) return problem(node, "was sent bytes that don't decode");
  const auto replace = [&](const NamesSnapshot& snapshot) {
    const NodeId& owner = snapshot.owner.id;
    End& end = nodes_[node].ends[index_of(owner)];
    Copy& copy = end.copy;
    const std::pair held(copy.boot, copy.sequence);
    const std::pair said(snapshot.owner.boot, snapshot.sequence);
    if (index_of(owner) == from) {
      end.own_word = true;
      const bool ahead = copy.boot == snapshot.owner.boot && said < held;
      end.asked_anew = ahead && !std::exchange(end.doubted, end.doubted || ahead);
      if (end.asked_anew) return;
    } else if (owner == incarnation(node).id || end.own_word || said < held) {
      return;
    }
    copy = Copy{snapshot.owner.boot, snapshot.sequence, {}, {}};
    copy.members.insert(snapshot.members.begin(), snapshot.members.end());
    for (const auto& [name, entry] : snapshot.names) copy.names[name] = from_wire(entry, owner);
  };
  if (const auto* snapshot = std::get_if<NamesSnapshot>(&received->message)) {
    replace(*snapshot);
  } else if (const auto* vector = std::get_if<NamesVector>(&received->message)) {
    for (const auto& [owner, sequence] : vector->versions) {
      if (owner.id == incarnation(node).id) continue;
      const Copy& copy = nodes_[node].ends[index_of(owner.id)].copy;
      const bool is_news = std::pair(copy.boot, copy.sequence) < std::pair(owner.boot, sequence);
      if (sequence == 0 && is_news) replace(NamesSnapshot{owner, 0, false, {}, {}});
    }
  } else if (const auto* delta = std::get_if<NamesDelta>(&received->message)) {
    const NodeId& owner = delta->owner.id;
    End& end = nodes_[node].ends[index_of(owner)];
    Copy& copy = end.copy;
    if (end.own_word && index_of(owner) != from) return;
    if (copy.boot != delta->owner.boot || copy.sequence + 1 != delta->sequence) return;
    copy.sequence = delta->sequence;
    for (const auto& name : delta->removed) copy.names.erase(name);
    for (const auto& [name, entry] : delta->put) copy.names[name] = from_wire(entry, owner);
    for (const auto& member : delta->left) copy.members.erase(member);
    copy.members.insert(delta->joined.begin(), delta->joined.end());
  }
}

RegistryHarness::Copy RegistryHarness::own_names(std::size_t node) const {
  Copy own;
  const auto received = decode_registry_message(nodes_[node].registry->snapshot());
  const auto& snapshot = std::get<NamesSnapshot>(received.value().message);
  own.boot = snapshot.owner.boot;
  own.sequence = snapshot.sequence;
  for (const auto& [name, entry] : snapshot.names) {
    own.names[name] = from_wire(entry, incarnation(node).id);
  }
  own.members.insert(snapshot.members.begin(), snapshot.members.end());
  return own;
}

std::map<std::string, NameHolder> RegistryHarness::naive_winners(std::size_t node) const {
  std::map<std::string, NameHolder> winners;
  const auto consider = [&winners](const Incarnation& owner, const Copy& set) {
    for (const auto& [name, entry] : set.names) {
      const auto [at, is_new] = winners.try_emplace(name, NameHolder{owner, entry});
      if (!is_new && entry.stamp < at->second.entry.stamp) at->second = NameHolder{owner, entry};
    }
  };
  consider(incarnation(node), own_names(node));
  for (std::size_t peer = 0; peer < size(); ++peer) {
    const End& end = nodes_[node].ends[peer];
    if (end.up == 0 || end.up != end.copy.boot) continue;
    consider({incarnation(peer).id, end.up}, end.copy);
  }
  return winners;
}

std::map<std::string, std::set<GroupHolder>> RegistryHarness::naive_groups(std::size_t node) const {
  std::map<std::string, std::set<GroupHolder>> groups;
  const auto add = [&groups](const Incarnation& owner, const Copy& set) {
    for (const auto& [group, process] : set.members) groups[group].insert({owner, process});
  };
  add(incarnation(node), own_names(node));
  for (std::size_t peer = 0; peer < size(); ++peer) {
    const End& end = nodes_[node].ends[peer];
    if (end.up != 0 && end.up == end.copy.boot) add({incarnation(peer).id, end.up}, end.copy);
  }
  return groups;
}

void RegistryHarness::check_views(std::size_t node) {
  const auto groups = naive_groups(node);
  if (nodes_[node].registry->groups().size() != groups.size()) problem(node, "groups()");
  for (const auto& [group, members] : groups) {
    if (nodes_[node].registry->members(group) != members) problem(node, "members()");
  }
  for (const auto& [name, told] : nodes_[node].watched) {
    if (told != nodes_[node].registry->lookup(name)) problem(node, "a change was not told");
  }
  const auto expected = naive_winners(node);
  const Registry& registry = *nodes_[node].registry;
  if (registry.names() != expected) problem(node, "names() differs from the recomputation");
  for (const auto& [name, holder] : expected) {
    if (registry.lookup(name) != holder) problem(node, fmt::format("lookup of {} is wrong", name));
    if (registry.entries(name).front() != holder) problem(node, "entries() is not in order");
  }
}

// What was acknowledged stays, until it is given up or lost; nothing else is ours but what is
// pending.
void RegistryHarness::check_holdings(std::size_t node) {
  const Node& at = nodes_[node];
  const Copy own = own_names(node);
  for (const auto& [name, process] : at.held) {
    const auto entry = own.names.find(name);
    if (entry == own.names.end() || entry->second.process != process) {
      problem(node, fmt::format("{} was acknowledged and is gone", name));
    }
  }
  if (own.names.size() > at.held.size() + at.registry->pending_requests()) {
    problem(node, "an entry that nobody registers");
  }
}

void RegistryHarness::problem(std::size_t node, const std::string& text) {
  problems_.push_back(fmt::format("node {}: {}", node, text));
}

}  // namespace noex::test
