#include "tests/runtime/crowd.h"

#include <algorithm>

#include <fmt/format.h>

#include "noex/runtime/membership/control.h"
#include "noex/transport/base/check.h"

namespace noex {

namespace {

constexpr Duration latency = 1ms;

}  // namespace

Crowd::Crowd(std::size_t nodes) : nodes_(nodes) {
  for (std::size_t node = 0; node < nodes; ++node) {
    nodes_[node].id = NodeId(fmt::format("n{}", node), "h", static_cast<std::uint16_t>(node + 1));
  }
}

void Crowd::start_all() {
  for (std::size_t node = 0; node < size(); ++node) start(node);
}

void Crowd::start(std::size_t index) {
  Node& node = nodes_[index];
  node.boot = ++last_boot_;
  node.silent = false;
  std::vector<NodeId> seeds;
  if (index > 0) seeds = {nodes_[0].id, nodes_[index - 1].id};
  node.core = std::make_unique<Membership>(Incarnation{node.id, node.boot}, seeds, options,
                                           Random(node.boot));
  node.core->start(now);
  settle(index);
}

void Crowd::crash(std::size_t node) {
  end(node, false);
}
void Crowd::power_off(std::size_t node) {
  end(node, true);
}

void Crowd::end(std::size_t index, bool silent) {
  Node& node = nodes_[index];
  deadlines_.erase({node.deadline, index});
  node.deadline = Instant::max();
  node.core.reset();
  node.silent = silent;
  node.dials.clear();
  node.up.clear();
  if (silent) {
    node.links.clear();
    return;
  }
  for (const auto& [other, serial] : std::map(node.links)) unlink(index, other);
}

std::vector<std::size_t> Crowd::running() const {
  std::vector<std::size_t> running;
  for (std::size_t node = 0; node < size(); ++node) {
    if (runs(node)) running.push_back(node);
  }
  return running;
}

bool Crowd::reaches(std::size_t from, std::size_t to) const {
  return !cuts_.contains({from, to}) && !nodes_[to].silent;
}

// --- Time ---

void Crowd::after(Duration delay, std::function<void()> event) {
  events_.emplace(now + delay, std::move(event));
}

void Crowd::run(Duration time) {
  const Instant end = now + time;
  for (;;) {
    const Instant event = events_.empty() ? Instant::max() : events_.begin()->first;
    const Instant deadline = deadlines_.empty() ? Instant::max() : deadlines_.begin()->first;
    if (std::min(event, deadline) > end) break;
    now = std::max(now, std::min(event, deadline));
    if (event <= deadline) {
      const auto todo = events_.extract(events_.begin());
      todo.mapped()();
      continue;
    }
    const std::size_t node = deadlines_.begin()->second;
    core(node).on_time(now);
    settle(node);
    NOEX_CHECK(nodes_[node].deadline > now, "{}", id(node).text());
  }
  now = end;
}

void Crowd::touch(std::size_t index) {
  Node& node = nodes_[index];
  deadlines_.erase({node.deadline, index});
  node.deadline = node.core->next_deadline();
  deadlines_.insert({node.deadline, index});
}

void Crowd::settle(std::size_t node) {
  while (runs(node) && core(node).has_actions()) {
    for (const auto& action : core(node).take_actions()) {
      std::visit([&](const auto& one) { run(node, one); }, action);
    }
  }
  if (runs(node)) touch(node);
}

// --- Links ---

void Crowd::run(std::size_t node, const StartDial& action) {
  const std::size_t to = index_of(action.id);
  NOEX_CHECK(!nodes_[node].links.contains(to) && nodes_[node].dials.insert(to).second);
  const bool answered = reaches(node, to) && reaches(to, node);
  after(answered ? 2 * latency : options.dial_timeout, [this, node, to] { dial(node, to); });
}

void Crowd::run(std::size_t node, const StopDial& action) {
  nodes_[node].dials.erase(index_of(action.id));
}

void Crowd::fail_dial(std::size_t from, std::size_t to, DialFailure failure) {
  nodes_[from].dials.erase(to);
  core(from).on_dial_failed(id(to), failure, now);
  settle(from);
}

void Crowd::dial(std::size_t from, std::size_t to) {
  if (!runs(from) || !nodes_[from].dials.contains(to)) return;
  if (!reaches(from, to) || !reaches(to, from)) return fail_dial(from, to, DialFailure::silent);
  if (!runs(to)) return fail_dial(from, to, DialFailure::refused);
  const Incarnation dialer{id(from), nodes_[from].boot};
  const Incarnation acceptor{id(to), nodes_[to].boot};
  if (!core(from).welcome(acceptor).ok() || !core(to).welcome(dialer).ok()) {
    return fail_dial(from, to, DialFailure::silent);
  }
  nodes_[from].dials.erase(to);
  nodes_[to].dials.erase(from);
  const std::uint64_t serial = ++last_link_;
  nodes_[from].links[to] = serial;
  nodes_[to].links[from] = serial;
  NOEX_CHECK(core(to).on_linked(dialer, now));
  NOEX_CHECK(core(from).on_linked(acceptor, now));
  settle(to);
  settle(from);
}

// The other end hears of it, if it can.
void Crowd::unlink(std::size_t node, std::size_t other) {
  const std::uint64_t serial = nodes_[node].links.at(other);
  nodes_[node].links.erase(other);
  const Incarnation gone{id(node), nodes_[node].boot};
  after(latency, [this, node, other, serial, gone] {
    const auto found = nodes_[other].links.find(node);
    const bool same = found != nodes_[other].links.end() && found->second == serial;
    if (!runs(other) || !same || !reaches(node, other)) return;
    nodes_[other].links.erase(found);
    core(other).on_link_closed(gone, now);
    settle(other);
  });
}

void Crowd::release_idle() {
  for (std::size_t node = 0; node < size(); ++node) {
    for (const auto& [other, serial] : std::map(nodes_[node].links)) {
      if (core(node).is_wanted(id(other)) || core(other).is_wanted(id(node))) continue;
      nodes_[node].links.erase(other);
      nodes_[other].links.erase(node);
      core(node).on_released({id(other), nodes_[other].boot}, now);
      core(other).on_released({id(node), nodes_[node].boot}, now);
      settle(node);
      settle(other);
    }
  }
}

void Crowd::run(std::size_t node, const CloseLink& action) {
  const std::size_t other = index_of(action.peer.id);
  if (nodes_[node].links.contains(other)) unlink(node, other);
}

template <class Handle>
void Crowd::send(std::size_t from, const NodeId& id, const ControlMessage& message, Handle handle) {
  const std::size_t to = index_of(id);
  const auto link = nodes_[from].links.find(to);
  if (link == nodes_[from].links.end()) return;
  if (counts_bytes_) bytes_ += encode_control(message).size() + 4;
  after(latency, [this, from, to, serial = link->second, handle] {
    const auto found = nodes_[to].links.find(from);
    const bool same = found != nodes_[to].links.end() && found->second == serial;
    if (!runs(to) || !same || !reaches(from, to)) return;
    core(to).heard(this->id(from), now);
    handle(core(to));
    settle(to);
  });
}

// --- What they say ---

void Crowd::run(std::size_t node, const SendHeartbeat& action) {
  const std::uint64_t hash = core(node).table_hash();
  send(node, action.to, Heartbeat{hash, 0, 0, 0, action.rumours},
       [this, from = id(node), hash, rumours = action.rumours](Membership& to) {
         to.on_heartbeat(from, hash, rumours, now);
       });
}

void Crowd::run(std::size_t node, const SendTable& action) {
  for (const Table& part : core(node).table()) {
    send(node, action.to, part,
         [this, from = id(node), part](Membership& to) { to.on_table(from, part, now); });
  }
}

void Crowd::run(std::size_t node, const SendPing& action) {
  const std::size_t other = index_of(action.to);
  send(node, action.to, Ping{action.number}, [this, node, other, action](Membership&) {
    send(other, id(node), Pong{action.number},
         [from = action.to, action](Membership& to) { to.on_pong(from, action.number); });
  });
}

void Crowd::run(std::size_t node, const SendPingRequest& action) {
  send(node, action.to, action.request, [this, from = id(node), action](Membership& to) {
    to.on_ping_request(from, action.request, now);
  });
}

void Crowd::run(std::size_t node, const AnswerPingRequest& action) {
  send(node, action.to, Nack{action.number}, [from = id(node), action](Membership& to) {
    if (action.alive) {
      to.on_pong(from, action.number);
    } else {
      to.on_nack(from, action.number);
    }
  });
}

void Crowd::run(std::size_t node, const AnnounceUp& action) {
  NOEX_CHECK(nodes_[node].up.emplace(action.node.id, action.node.boot).second);
}

void Crowd::run(std::size_t node, const AnnounceDown& action) {
  NOEX_CHECK(nodes_[node].up.at(action.node.id) == action.node.boot);
  nodes_[node].up.erase(action.node.id);
  ++nodes_[node].downs;
}

// Names come to everybody by ways of their own.
void Crowd::run(std::size_t node, const TellChange& action) {
  if (action.entry.id != id(node) && action.entry.status == MemberStatus::alive) {
    core(node).on_registry_known({action.entry.id, action.entry.boot});
  }
}

std::string Crowd::disagreement(const std::vector<std::size_t>& members) {
  for (const std::size_t node : members) {
    core(node).check_invariants();
    if (core(node).table_hash() != core(members.front()).table_hash()) {
      return fmt::format("{} and {} have other tables", node, members.front());
    }
    for (const std::size_t other : members) {
      if (other == node) continue;
      const auto found = up(node).find(id(other));
      if (found == up(node).end() || found->second != nodes_[other].boot) {
        return fmt::format("{} has {} not up", node, other);
      }
    }
    if (up(node).size() != members.size() - 1) return fmt::format("{} has others up", node);
    for (const Member& member : core(node).members()) {
      if (member.wanted && !member.linked) {
        return fmt::format("{} is not linked to {}", node, member.incarnation.id.text());
      }
    }
  }
  return {};
}

}  // namespace noex
