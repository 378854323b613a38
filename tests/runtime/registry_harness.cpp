#include "tests/runtime/registry_harness.h"

#include <algorithm>
#include <variant>

#include <fmt/format.h>

namespace noex::test {

RegistryHarness::RegistryHarness(std::size_t nodes, Options options) : options_(options) {
  nodes_.resize(nodes);
  for (std::size_t i = 0; i < nodes; ++i) {
    nodes_[i].self.id =
        NodeId(fmt::format("n{}", i), "127.0.0.1", static_cast<std::uint16_t>(i + 1));
    start(i, 1);
  }
}

void RegistryHarness::start(std::size_t node, Boot boot) {
  Node& starting = nodes_[node];
  starting.self.boot = boot;
  starting.registry.reset();
  starting.clock = std::make_unique<HybridClock>(starting.self.id);
  starting.registry = Registry::create(starting.self, options_, *starting.clock);
  starting.ends.assign(nodes_.size(), End{});
  starting.requests.clear();
  starting.held.clear();
}

void RegistryHarness::heal() {
  for (std::size_t a = 0; a < size(); ++a) {
    for (std::size_t b = 0; b < size(); ++b) {
      if (!is_wanted(a, b)) cut(a, b);
      see_cut(a, b);
    }
  }
  for (std::size_t a = 0; a < size(); ++a) settle(a, true);
  for (std::size_t round = 0; round < size() + 3; ++round) {
    for (std::size_t a = 0; a < size(); ++a) {
      for (std::size_t b = 0; b < size(); ++b) {
        if (is_wanted(a, b)) connect(a, b);
        see_link(a, b);
      }
    }
    deliver_all();
    for (std::size_t a = 0; a < size(); ++a) {
      for (std::size_t b = 0; b < size(); ++b) {
        if (nodes_[a].ends[b].up != incarnation(b).boot) node_down(a, b);
        node_up(a, b);
      }
    }
    deliver_all();
    for (std::size_t a = 0; a < size(); ++a) {
      for (std::size_t b = a + 1; b < size(); ++b) compare(a, b);
    }
  }
  deliver_all();
}

void RegistryHarness::set_edges(std::set<std::pair<std::size_t, std::size_t>> edges) {
  edges_ = std::move(edges);
}

void RegistryHarness::open_reached() {
  for (const auto& [a, b] : std::exchange(reached_, {})) {
    connect(a, b);
    see_link(a, b);
    see_link(b, a);
  }
}

bool RegistryHarness::is_wanted(std::size_t a, std::size_t b) const {
  const auto pair = std::minmax(a, b);
  return !edges_ || edges_->contains(pair) || reached_.contains(pair);
}

void RegistryHarness::compare(std::size_t a, std::size_t b) {
  for (const auto& [node, peer] : {std::pair(a, b), std::pair(b, a)}) {
    const End& end = nodes_[node].ends[peer];
    const End& far = nodes_[peer].ends[node];
    if (end.state != EndState::up || far.state != EndState::up) return;
    if (nodes_[node].registry->hash() == nodes_[peer].registry->hash()) return;
  }
  for (const auto& [node, peer] : {std::pair(a, b), std::pair(b, a)}) {
    const Incarnation other{incarnation(peer).id, nodes_[node].ends[peer].link_boot};
    nodes_[node].registry->on_differs(other, now_);
    nodes_[node].registry->on_differs(other, now_);
    after(node);
  }
}

// --- Requests ---

std::uint64_t RegistryHarness::register_name(std::size_t node, const std::string& name,
                                             ProcessId process, Duration timeout) {
  Node& at = nodes_[node];
  const WallTime wall(now_.time_since_epoch() + 1000s + at.wall_skew);
  const auto request = at.registry->register_name(name, process, now_, wall, now_ + timeout);
  if (at.requests.contains(request)) problem(node, "a request's number was used again");
  at.requests[request] = Request{name, process, now_ + timeout, {}};
  after(node);
  return request;
}

bool RegistryHarness::unregister_name(std::size_t node, const std::string& name,
                                      ProcessId process) {
  Node& at = nodes_[node];
  const auto held = at.held.find(name);
  const bool holds = held != at.held.end() && held->second == process;
  const bool done = at.registry->unregister_name(name, process);
  if (done != holds) problem(node, fmt::format("unregister {}: {}", name, done));
  if (holds) at.held.erase(held);
  after(node);
  return done;
}

void RegistryHarness::move_name(std::size_t node, const std::string& name, ProcessId from,
                                ProcessId to) {
  Node& at = nodes_[node];
  const auto held = at.held.find(name);
  const bool holds = held != at.held.end() && held->second == from;
  if (at.registry->move_name(name, from, to) != holds) problem(node, "move_name");
  if (holds) held->second = to;
  after(node);
}

void RegistryHarness::process_ended(std::size_t node, ProcessId process) {
  Node& at = nodes_[node];
  std::erase_if(at.held, [process](const auto& item) { return item.second == process; });
  at.registry->process_ended(process);
  after(node);
  for (const auto& [request, asked] : at.requests) {
    if (asked.process == process && !asked.outcome) problem(node, "pending after its process");
  }
}

void RegistryHarness::cancel(std::size_t node, std::uint64_t request) {
  nodes_[node].registry->cancel(request);
  after(node);
  const auto asked = nodes_[node].requests.find(request);
  if (asked != nodes_[node].requests.end() && !asked->second.outcome) {
    problem(node, "pending after cancel");
  }
}

// --- The cluster ---

void RegistryHarness::connect(std::size_t a, std::size_t b) {
  if (a == b) return;
  End& one = nodes_[a].ends[b];
  End& other = nodes_[b].ends[a];
  if (one.state != EndState::none || other.state != EndState::none) return;
  one.state = other.state = EndState::opening;
  one.link_boot = incarnation(b).boot;
  other.link_boot = incarnation(a).boot;
}

void RegistryHarness::see_link(std::size_t node, std::size_t peer) {
  End& end = nodes_[node].ends[peer];
  if (node == peer || end.state != EndState::opening) return;
  end.state = EndState::up;
  End& other = nodes_[peer].ends[node];
  const Bytes snapshot = nodes_[node].registry->snapshot();
  if (other.state != EndState::none) other.incoming.push_back(snapshot);
  nodes_[node].registry->on_link_up({incarnation(peer).id, end.link_boot});
  after(node);
}

void RegistryHarness::cut(std::size_t a, std::size_t b) {
  if (a == b) return;
  for (End* end : {&nodes_[a].ends[b], &nodes_[b].ends[a]}) {
    if (end->state == EndState::opening) {
      end->state = EndState::none;
      end->incoming.clear();
    } else if (end->state == EndState::up) {
      end->state = EndState::broken;
    }
  }
}

void RegistryHarness::see_cut(std::size_t node, std::size_t peer) {
  End& end = nodes_[node].ends[peer];
  if (node == peer || end.state != EndState::broken) return;
  end.state = EndState::none;
  end.incoming.clear();
  nodes_[node].registry->on_link_down({incarnation(peer).id, end.link_boot});
  after(node);
}

void RegistryHarness::node_up(std::size_t node, std::size_t peer) {
  End& end = nodes_[node].ends[peer];
  if (node == peer || end.up != 0 || end.known == 0) return;
  end.up = end.known;
  nodes_[node].registry->on_node_up({incarnation(peer).id, end.up});
  after(node);
}

void RegistryHarness::node_down(std::size_t node, std::size_t peer) {
  End& end = nodes_[node].ends[peer];
  if (node == peer || end.up == 0) return;
  const Incarnation gone{incarnation(peer).id, std::exchange(end.up, 0)};
  if (end.known == gone.boot) end.known = 0;
  nodes_[node].registry->on_node_down(gone);
  after(node);
}

void RegistryHarness::settle(std::size_t node, bool settled) {
  nodes_[node].registry->set_settled(settled);
  after(node);
}

void RegistryHarness::restart(std::size_t node) {
  for (std::size_t peer = 0; peer < size(); ++peer) cut(node, peer);
  start(node, incarnation(node).boot + 1);
}

// --- Messages and time ---

bool RegistryHarness::deliver(std::size_t from, std::size_t to) {
  End& end = nodes_[to].ends[from];
  const bool open = end.state == EndState::up || end.state == EndState::broken;
  if (from == to || !open || end.incoming.empty()) return false;
  const Bytes bytes = std::move(end.incoming.front());
  end.incoming.pop_front();
  ++delivered_;
  note_delivered(to, bytes);
  const Incarnation peer{incarnation(from).id, end.link_boot};
  if (!nodes_[to].registry->on_message(peer, bytes, now_)) {
    problem(to, fmt::format("took a message of node {} for malformed", from));
  }
  after(to);
  return true;
}

void RegistryHarness::deliver_all() {
  for (bool any = true; any;) {
    any = false;
    for (std::size_t from = 0; from < size(); ++from) {
      for (std::size_t to = 0; to < size(); ++to) any = deliver(from, to) || any;
    }
  }
}

std::vector<std::pair<std::size_t, std::size_t>> RegistryHarness::deliverable() const {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t to = 0; to < size(); ++to) {
    for (std::size_t from = 0; from < size(); ++from) {
      const End& end = nodes_[to].ends[from];
      const bool open = end.state == EndState::up || end.state == EndState::broken;
      if (open && !end.incoming.empty()) pairs.emplace_back(from, to);
    }
  }
  return pairs;
}

void RegistryHarness::advance(Duration time) {
  now_ += time;
  for (std::size_t node = 0; node < size(); ++node) {
    nodes_[node].registry->on_time(now_);
    after(node);
    for (const auto& [request, asked] : nodes_[node].requests) {
      if (asked.deadline <= now_ && !asked.outcome) problem(node, "pending after its deadline");
    }
  }
}

void RegistryHarness::skew_wall(std::size_t node, Duration by) {
  nodes_[node].wall_skew += by;
}

// --- What is seen ---

const std::vector<RegistryFinished>& RegistryHarness::finished(std::size_t node) const {
  return nodes_[node].finished;
}

const std::vector<RegistryConflictLost>& RegistryHarness::lost(std::size_t node) const {
  return nodes_[node].lost;
}

std::optional<ErrorCode> RegistryHarness::outcome(std::size_t node, std::uint64_t request) const {
  const auto asked = nodes_[node].requests.find(request);
  return asked == nodes_[node].requests.end() ? std::nullopt : asked->second.outcome;
}

std::size_t RegistryHarness::successes() const {
  return successes_;
}

std::size_t RegistryHarness::links() const {
  std::size_t ends = 0;
  for (const Node& node : nodes_) {
    ends += static_cast<std::size_t>(std::ranges::count(node.ends, EndState::up, &End::state));
  }
  return ends / 2;
}

std::string RegistryHarness::seen(std::size_t node, const std::string& name) const {
  const auto holder = nodes_[node].registry->lookup(name);
  return holder ? fmt::format("{}:{}", holder->owner.id.name(), holder->entry.process) : "";
}

void RegistryHarness::check_converged() {
  const auto truth = nodes_[0].registry->names();
  for (std::size_t node = 0; node < size(); ++node) {
    const Node& at = nodes_[node];
    if (at.registry->names() != truth) problem(node, "its view differs from node 0's");
    if (at.registry->pending_requests() != 0) problem(node, "a request hangs");
    if (at.registry->promises() != 0) problem(node, "a promise is left");
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
  if (state == EndState::up) nodes_[to].ends[node].incoming.push_back(sent.message);
}

void RegistryHarness::take(std::size_t node, const RegistryFinished& finished) {
  Node& at = nodes_[node];
  at.finished.push_back(finished);
  const ErrorCode code = finished.result ? ErrorCode::ok : finished.result.error().code;
  const auto asked = at.requests.find(finished.request);
  if (asked == at.requests.end()) return problem(node, "an answer that nobody asked for");
  if (asked->second.outcome) return problem(node, "a request ended twice");
  asked->second.outcome = code;
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

void RegistryHarness::take(std::size_t node, const RegistryReach& reach) {
  const std::size_t to = index_of(reach.to);
  if (nodes_[node].ends[to].up == 0) problem(node, "reaches for a node that is not up");
  reached_.insert(std::minmax(node, to));
}

void RegistryHarness::take(std::size_t node, const RegistryKnown& known) {
  Boot& boot = nodes_[node].ends[index_of(known.owner.id)].known;
  boot = std::max(boot, known.owner.boot);
}

void RegistryHarness::note_delivered(std::size_t node, const Bytes& bytes) {
  const auto received = decode_registry_message(bytes);
  if (!received) return problem(node, "was sent bytes that don't decode");
  const auto replace = [&](const NamesSnapshot& snapshot) {
    const NodeId& owner = snapshot.owner.id;
    Copy& copy = nodes_[node].ends[index_of(owner)].copy;
    const std::pair held(copy.boot, copy.sequence);
    if (owner == incarnation(node).id || std::pair(snapshot.owner.boot, snapshot.sequence) < held) {
      return;
    }
    copy = Copy{snapshot.owner.boot, snapshot.sequence, {}};
    for (const auto& [name, entry] : snapshot.names) copy.names[name] = from_wire(entry, owner);
  };
  if (const auto* snapshot = std::get_if<NamesSnapshot>(&received->message)) {
    replace(*snapshot);
  } else if (const auto* vector = std::get_if<NamesVector>(&received->message)) {
    for (const auto& [owner, sequence] : vector->versions) {
      if (sequence == 0) replace(NamesSnapshot{owner, 0, false, {}, {}});
    }
  } else if (const auto* delta = std::get_if<NamesDelta>(&received->message)) {
    const NodeId& owner = delta->owner.id;
    Copy& copy = nodes_[node].ends[index_of(owner)].copy;
    if (copy.boot != delta->owner.boot || copy.sequence + 1 != delta->sequence) return;
    copy.sequence = delta->sequence;
    for (const auto& name : delta->removed) copy.names.erase(name);
    for (const auto& [name, entry] : delta->put) copy.names[name] = from_wire(entry, owner);
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

void RegistryHarness::check_views(std::size_t node) {
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
