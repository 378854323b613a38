#include "noex/runtime/cluster/dialler.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "noex/transport/base/check.h"

namespace noex {

// --- Connections ---

void Dialler::start(const NodeId& id) {
  const Instant deadline = loop_.now() + options_.dial_timeout;
  auto done = [this, id, deadline](Result<std::unique_ptr<Connection>> result) {
    on_dialled(id, deadline, std::move(result));
  };
  NOEX_CHECK(!dials_.contains(id), "{}", id.text());
  log_.debug("dials {}", id.text());
  dials_[id].dial = network_.connect(id.address(), options_.dial_timeout, std::move(done));
}

void Dialler::on_dialled(const NodeId& id, Instant deadline,
                         Result<std::unique_ptr<Connection>> result) {
  const auto found = dials_.find(id);
  if (found == dials_.end() || !owner_.may_link(id)) return;
  if (!result) {
    const ErrorCode why = result.error().code;
    const bool refused = why == ErrorCode::connection_refused;
    fail(id, refused ? DialFailure::refused : DialFailure::silent, why);
    return;
  }
  Hello hello = rules_.hello(id, clocks_.reading(), (*result)->proof());
  Session& session =
      sessions_.add(std::move(*result), Handshake::dialer(std::move(hello)), deadline);
  found->second.session = &session;
  found->second.spoke = loop_.now();
  const auto dial = std::move(found->second.dial);  // not needed any more; may be our caller
  session.say_hello();
  owner_.arm();
}

void Dialler::stop(const NodeId& id) {
  auto taken = dials_.extract(id);
  if (!taken.empty() && taken.mapped().session != nullptr) sessions_.bury(*taken.mapped().session);
}

// `id` by value: it may be the key of what is erased.
void Dialler::fail(NodeId id, DialFailure failure, ErrorCode why) {
  const auto dial = dials_.find(id);
  const bool is_open = failure == DialFailure::silent || failure == DialFailure::unfinished;
  const bool again = dial != dials_.end() && dial->second.again && is_open;
  if (dial != dials_.end()) log_.debug("the dial to {} failed: {}", id.text(), describe(failure));
  stop(id);
  owner_.on_dial_failed(id, failure, why, again);
}

void Dialler::note_opened(const NodeId& id) {
  if (const auto dial = dials_.find(id); dial != dials_.end()) dial->second.again = true;
}

std::vector<NodeId> Dialler::dialled() const {
  std::vector<NodeId> dialled;
  for (const auto& [id, outgoing] : dials_) dialled.push_back(id);
  return dialled;
}

// --- Answers ---

void Dialler::on_accepted(Session& session) {
  const NodeId id = session.hello().to;
  const HelloAck& ack = session.ack();
  if (!proves(session)) {
    fail(id, DialFailure::refused, ErrorCode::unauthorised);
  } else if (ack.id != id) {
    complaints_.stranger(id, ack.id);
    fail(id, DialFailure::refused, ErrorCode::not_found);
  } else if (own_boot_.hear(ack.known, id) ||
             !rules_.is_welcome(Incarnation{id, ack.boot}, session.hello().known)) {
    fail(id, DialFailure::silent);
  } else if (id < self_.id && sessions_.promised_to(id) != nullptr) {
    // Its own dial goes first, if it is its own.
    const Instant now = loop_.now();
    dials_.at(id).waits_until = now + (session.deadline() - now) / 2;
    owner_.arm();
  } else {
    session.confirm();
  }
}

std::optional<NodeId> Dialler::on_refused(Session& session) {
  const NodeId id = session.hello().to;
  const HelloAck ack = session.ack();
  log_.debug("{} refused: {}", id.text(), describe(ack.refusal));
  if (!proves(session)) {
    fail(id, DialFailure::refused, ErrorCode::unauthorised);
    return std::nullopt;
  }
  if (ack.refusal == Refusal::boot_too_low && ack.id == id) (void)own_boot_.hear(ack.known, id);
  complain(id, ack);
  const bool stranger = ack.refusal == Refusal::wrong_node;
  fail(id, rules_.failure(id, ack), stranger ? ErrorCode::not_found : ErrorCode::timeout);
  return ack.refusal == Refusal::name_taken ? ack.holder : std::nullopt;
}

void Dialler::on_ended(Session& session, ErrorCode why) {
  fail(session.hello().to, rules_.failure_of_end(session.handshake()), why);
}

// What a node says of itself it may say if its certificate names it.
bool Dialler::proves(const Session& session) {
  const NodeId& claimed = session.ack().id;
  if (session.may_be(claimed)) return true;
  const std::string expected = session.hello().to.text();
  complaints_.warn(
      session.hello().to,
      fmt::format("closed the connection to {}: the certificate there does not name {}", expected,
                  claimed.text()));
  return false;
}

void Dialler::complain(const NodeId& id, const HelloAck& ack) {
  if (ack.refusal == Refusal::wrong_node) {
    complaints_.stranger(id, ack.id);
  } else if (ack.refusal == Refusal::version) {
    complaints_.warn(id, fmt::format("{} speaks another protocol version", id.text()));
  } else if (ack.refusal == Refusal::full) {
    complaints_.warn(id, fmt::format("{} refused: {}", id.text(), describe(ack.refusal)));
  } else if (rules_.failure(id, ack) == DialFailure::self) {
    log_.info("{} is this node itself: not dialled any more", id.text());
  }
}

// --- Two dials at once ---

// One that is already confirmed stays, too: the peer may believe in it.
bool Dialler::goes_before(const NodeId& peer) const {
  const auto own = dials_.find(peer);
  if (own == dials_.end()) return false;
  const Session* mine = own->second.session;
  const bool confirmed = mine != nullptr && mine->handshake().confirmed();
  return confirmed || self_.id < peer;
}

void Dialler::end_wait(const NodeId& peer) {
  const auto dial = dials_.find(peer);
  if (dial == dials_.end() || !std::exchange(dial->second.waits_until, std::nullopt)) return;
  dial->second.session->confirm();
}

// --- Time ---

Instant Dialler::next_deadline() const {
  Instant next = Instant::max();
  for (const auto& [id, dial] : dials_) next = std::min(next, dial.waits_until.value_or(next));
  return next;
}

void Dialler::expire(Session& session) {
  fail(session.hello().to, silence_of(session));
}

// A slow node may be what took the time: it says Hello late, or reads the answer late. The silence
// is the other's only if that one had half of the time, and was not heard.
DialFailure Dialler::silence_of(const Session& session) const {
  const auto dial = dials_.find(session.hello().to);
  const Instant spoke = dial != dials_.end() ? dial->second.spoke : session.deadline();
  const bool had_time = session.deadline() - spoke >= options_.dial_timeout / 2;
  const bool was_heard = session.handshake().confirmed();
  return had_time && !was_heard ? DialFailure::silent : DialFailure::unfinished;
}

void Dialler::end_waits() {
  std::vector<NodeId> waited;
  for (const auto& [id, dial] : dials_) {
    if (dial.waits_until && *dial.waits_until <= loop_.now()) waited.push_back(id);
  }
  for (const NodeId& id : waited) {
    if (Session* rival = sessions_.promised_to(id)) sessions_.bury(*rival);
    end_wait(id);
  }
}

}  // namespace noex
