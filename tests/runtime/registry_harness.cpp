#include "tests/runtime/registry_harness.h"

#include <algorithm>
#include <variant>

#include <fmt/format.h>

namespace noex::test {

RegistryHarness::RegistryHarness(std::size_t nodes, Options options) : options_(options) {
  options_.gossip_delay = 0ns;  // no time passes while messages are delivered
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
  starting.finds.clear();
  for (auto& [name, told] : starting.watched) {
    told.reset();
    starting.registry->watch(name);
  }
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
  beat_ = std::max(beat_, now_) + options_.heartbeat_interval;
  for (const auto& [node, peer] : {std::pair(a, b), std::pair(b, a)}) {
    const LinkSerial link = nodes_[node].ends[peer].serial;
    nodes_[node].registry->on_differs(link, beat_);
    nodes_[node].registry->on_differs(link, beat_);
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

std::uint64_t RegistryHarness::find(std::size_t node, const std::string& name, Duration timeout) {
  const auto request = nodes_[node].registry->find(name, now_, now_ + timeout);
  nodes_[node].finds[request] = {now_ + timeout, {}};
  after(node);
  return request;
}

void RegistryHarness::join_group(std::size_t node, const std::string& group, ProcessId process) {
  if (!nodes_[node].registry->join_group(group, process)) problem(node, "join_group");
  after(node);
}

void RegistryHarness::leave_group(std::size_t node, const std::string& group, ProcessId process) {
  const bool was_there = own_names(node).members.contains({group, process});
  if (nodes_[node].registry->leave_group(group, process) != was_there) problem(node, "leave_group");
  after(node);
}

void RegistryHarness::watch(std::size_t node, const std::string& name) {
  nodes_[node].registry->watch(name);
  nodes_[node].watched[name] = nodes_[node].registry->lookup(name);
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
  end.own_word = end.doubted = end.asked_anew = false;
  End& other = nodes_[peer].ends[node];
  const Bytes snapshot = nodes_[node].registry->snapshot();
  if (other.state != EndState::none) other.incoming.push_back(snapshot);
  end.serial = ++last_serial_;
  nodes_[node].registry->on_link_up({incarnation(peer).id, end.link_boot}, end.serial);
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
  end.own_word = end.doubted = end.asked_anew = false;
  nodes_[node].registry->on_link_down(end.serial);
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
  note_delivered(to, from, bytes);
  if (!nodes_[to].registry->on_message(end.serial, bytes, now_)) {
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
    for (const auto& [request, find] : nodes_[node].finds) {
      if (find.first <= now_ && find.second.empty()) problem(node, "finds after the deadline");
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

std::string RegistryHarness::text_of(const Incarnation& owner, ProcessId process) {
  return fmt::format("{}:{}", owner.id.name(), process);
}

std::string RegistryHarness::found(std::size_t node, std::uint64_t request) const {
  return nodes_[node].finds.at(request).second;
}

std::vector<std::string> RegistryHarness::members(std::size_t node,
                                                  const std::string& group) const {
  std::vector<std::string> texts;
  for (const auto& [owner, process] : nodes_[node].registry->members(group)) {
    texts.push_back(text_of(owner, process));
  }
  return texts;
}

std::string RegistryHarness::seen(std::size_t node, const std::string& name) const {
  const auto holder = nodes_[node].registry->lookup(name);
  return holder ? text_of(holder->owner, holder->entry.process) : "";
}

}  // namespace noex::test
