#include "noex/runtime/cluster/acceptor.h"

#include <utility>

namespace noex {

void Acceptor::on_connection(std::unique_ptr<Connection> connection) {
  if (sessions_.strangers() >= options_.unauthenticated_max) {
    Session& closed = *sessions_.most_dispensable_stranger();
    log_.warning("closed a connection from {}: too many wait for their handshake",
                 closed.address().host);
    drop(closed);
  }
  sessions_.add(std::move(connection), Handshake::acceptor(),
                loop_.now() + options_.handshake_timeout);
}

void Acceptor::drop(Session& session) {
  namesakes_.forget(session.serial());
  const bool promised = session.handshake().promised();
  sessions_.bury(session);
  if (promised) dialler_.end_wait(session.hello().from);
}

// --- Answers ---

void Acceptor::on_hello(Session& session) {
  if (const auto refusal = rules_.judge(session.hello())) {
    const bool own_name = *refusal == Refusal::name_taken;
    answer(session, *refusal, own_name ? std::optional(self_.id) : std::nullopt);
  } else if (!ask_namesake(session)) {
    judge_dials(session);
  }
}

// Of two dials at once the smaller id's stays. This node's own is only given up when the peer
// confirms: a Hello proves nothing about who sent it.
void Acceptor::judge_dials(Session& session) {
  const bool own_goes_first = dialler_.goes_before(session.hello().from);
  answer(session, own_goes_first ? Refusal::simultaneous_dial : Refusal::none);
}

void Acceptor::answer(Session& session, Refusal refusal, std::optional<NodeId> holder) {
  const Hello& hello = session.hello();
  HelloAck ack = rules_.answer(hello, refusal, clocks_.reading());
  ack.holder = std::move(holder);
  session.answer(ack);
  if (refusal == Refusal::none) return;
  complaints_.blame(Blame{Blame::What::refused, hello.from, hello.boot, hello.to, refusal});
  log_.debug("refused {}: {}", session.name(), describe(refusal));
  session.close();
  drop(session);
}

// --- Those whose name may be taken ---

// True if the answer has to wait for a living member's sign of life.
bool Acceptor::ask_namesake(Session& session) {
  if (session.hello().joined) return false;
  for (const auto& holder : membership_.living_namesakes(session.hello().from)) {
    Session* const link = links_.session_to(holder);
    if (link == nullptr) continue;
    const std::uint64_t number = membership_.take_number();
    // Shorter than the joiner's patience, so that it hears the answer.
    const Instant deadline = loop_.now() + options_.dial_timeout * 3 / 4;
    namesakes_.wait(session.serial(), holder, number, deadline);
    link->send_control(encode_control(Ping{number}));
    return true;
  }
  return false;
}

bool Acceptor::on_pong(const NodeId& from, std::uint64_t number) {
  const auto joiner = namesakes_.on_pong(from, number);
  if (!joiner) return false;
  answer(*sessions_.find(*joiner), Refusal::name_taken, from);
  return true;
}

void Acceptor::end_wait(SessionSerial joiner) {
  if (namesakes_.forget(joiner)) judge_dials(*sessions_.find(joiner));
}

void Acceptor::on_link_gone(const NodeId& holder) {
  for (const SessionSerial joiner : namesakes_.waiting_for(holder)) end_wait(joiner);
}

void Acceptor::end_waits() {
  for (const SessionSerial joiner : namesakes_.late(loop_.now())) end_wait(joiner);
}

}  // namespace noex
