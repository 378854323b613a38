#include "noex/sim/world/dials.h"

#include <utility>

#include <fmt/format.h>

#include "noex/sim/world/fabric.h"
#include "noex/sim/world/streams.h"

namespace noex::sim {

namespace {

class SimDial final : public Dial {
 public:
  SimDial(Dials& dials, std::uint64_t id) : dials_(dials), id_(id) {}
  ~SimDial() override { dials_.cancel(id_); }

 private:
  Dials& dials_;
  const std::uint64_t id_;
};

// A process's attempts stand together, and its machine has no other process meanwhile.
std::uint64_t first_id(Host& host) {
  return std::uint64_t{host.machine().index()} << 40;
}

}  // namespace

std::unique_ptr<Dial> Dials::start(Host& host, const Address& address, Duration timeout,
                                   Network::DialHandler done) {
  const std::uint64_t id = first_id(host) + ++last_id_;
  auto dial = std::make_unique<SimDial>(*this, id);
  if (!host.alive()) return dial;
  Machine& machine = host.machine();
  Attempt& attempt = attempts_[id];
  attempt.host = &host;
  attempt.from = machine.index();
  attempt.port = address.port;
  attempt.started = world_.now();
  attempt.done = std::move(done);
  const Machine* target = machine.is_local(address.host) ? &machine : fabric_.find(address.host);
  if (target == nullptr) {
    attempt.deadline = world_.schedule(
        world_.now(), EventKind::handshake, attempt.from,
        [this, id] { finish(id, fail(ErrorCode::invalid_argument, "unknown host")); },
        &host.loop());
    return dial;
  }
  attempt.to = target->index();
  attempt.local_port = machine.free_port();
  attempt.random =
      world_.random("dial", (std::uint64_t{attempt.from} << 32) | machine.count_dial());
  attempt.deadline = world_.schedule(
      world_.now() + timeout, EventKind::handshake, attempt.from,
      [this, id] { finish(id, fail(ErrorCode::timeout)); }, &host.loop());
  send_syn(id);
  return dial;
}

void Dials::cancel(std::uint64_t id) {
  auto node = attempts_.extract(id);
  if (!node.empty()) forget(node.mapped());
}

void Dials::forget(Attempt& attempt) {
  world_.cancel(attempt.deadline);
  if (attempt.established.valid()) fabric_.streams().abort(attempt.established);
}

void Dials::drop(Host& host) {
  const std::uint64_t first = first_id(host);
  for (auto at = attempts_.lower_bound(first); at != attempts_.end() && at->second.host == &host;
       at = attempts_.lower_bound(first)) {
    cancel(at->first);
  }
}

Dials::Attempt* Dials::find(std::uint64_t id) {
  const auto found = attempts_.find(id);
  return found == attempts_.end() ? nullptr : &found->second;
}

bool Dials::meets_cut(std::uint32_t from, std::uint32_t to) {
  if (fabric_.is_cut(from, to)) {
    world_.hit(fabric_.links().kind_of_cut(from, to), from, to);
    return true;
  }
  return !fabric_.machine(to).powered();
}

Duration Dials::draw_latency(Attempt& attempt, std::uint32_t from, std::uint32_t to) {
  const LinkProfile& link = fabric_.links().profile(from, to);
  if (link.jitter.count() <= 0) return link.latency;
  return link.latency + Duration{attempt.random.between(0, link.jitter.count())};
}

void Dials::send_syn(std::uint64_t id) {
  Attempt* attempt = find(id);
  if (attempt == nullptr) return;
  ++attempt->sent;
  if (meets_cut(attempt->from, attempt->to)) return try_again_later(id, *attempt);
  const Instant at = world_.now() + draw_latency(*attempt, attempt->from, attempt->to);
  world_.schedule(at, EventKind::handshake, attempt->to, [this, id] { syn_arrives(id); });
}

// One second after the first, then after twice as long each time. The clock of the system runs
// even if nobody noticed the loss before: what is overdue is sent at once.
void Dials::try_again_later(std::uint64_t id, Attempt& attempt) {
  const Duration after = std::chrono::seconds{(std::int64_t{1} << attempt.sent) - 1};
  world_.schedule(attempt.started + after, EventKind::handshake, attempt.from,
                  [this, id] { send_syn(id); });
}

void Dials::syn_arrives(std::uint64_t id) {
  Attempt* attempt = find(id);
  if (attempt == nullptr) return;
  Machine& target = fabric_.machine(attempt->to);
  bool lost = meets_cut(attempt->from, attempt->to);
  if (!lost && target.backlog_full()) {
    world_.hit(FaultKind::backlog_full, attempt->to);
    lost = true;
  }
  // The answer meets the same cuts, on its own way back.
  if (lost || meets_cut(attempt->to, attempt->from)) return try_again_later(id, *attempt);
  const auto port = target.ports().find(attempt->port);
  const bool listening =
      port != target.ports().end() && (!port->second.loopback_only || attempt->from == attempt->to);
  attempt->listener = listening ? port->second.id : 0;
  if (world_.tracing()) {
    world_.trace(attempt->to, EventKind::handshake,
                 fmt::format("{} dials {}:{}", fabric_.machine(attempt->from).name(), target.name(),
                             attempt->port));
  }
  const Instant at = world_.now() + draw_latency(*attempt, attempt->to, attempt->from);
  world_.schedule(at, EventKind::handshake, attempt->from, [this, id] { answer_arrives(id); });
}

void Dials::answer_arrives(std::uint64_t id) {
  Attempt* attempt = find(id);
  if (attempt == nullptr) return;
  if (meets_cut(attempt->to, attempt->from)) return try_again_later(id, *attempt);
  HostLoop& loop = attempt->host->loop();
  if (attempt->listener == 0) {
    loop.give(EventKind::handshake,
              [this, id] { finish(id, fail(ErrorCode::connection_refused)); });
    return;
  }
  attempt->established = fabric_.streams().open(*attempt->host, attempt->local_port, attempt->to,
                                                attempt->port, attempt->listener);
  loop.give(EventKind::handshake, [this, id] { tell_established(id); });
}

// The process hears of it; if it was stopped, its own time-out may have been first.
void Dials::tell_established(std::uint64_t id) {
  Attempt* attempt = find(id);
  if (attempt == nullptr) return;
  const EndRef end = std::exchange(attempt->established, {});
  finish(id, fabric_.streams().attach(end));
}

void Dials::finish(std::uint64_t id, Result<std::unique_ptr<Connection>> result) {
  auto node = attempts_.extract(id);
  if (node.empty()) return;
  forget(node.mapped());
  node.mapped().done(std::move(result));
}

}  // namespace noex::sim
