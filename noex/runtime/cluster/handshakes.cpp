#include "noex/runtime/cluster/handshakes.h"

#include <algorithm>
#include <utility>

namespace noex {

// --- Dials ---

bool Handshakes::may_link(const NodeId& id) const {
  return !life_.quiet() || (life_.drains() && links_.is_opening(id));
}

void Handshakes::run(const StartDial& action) {
  if (may_link(action.id)) dialler_.start(action.id);
}

void Handshakes::on_dial_failed(const NodeId& id, DialFailure failure, ErrorCode why, bool again) {
  if (!life_.quiet()) complaints_.dial_failed(id, failure, why);
  membership_.on_dial_failed(id, failure, loop_.now());
  if (again && links_.is_opening(id)) {
    membership_.dial_on_demand(id);
  } else if (failure != DialFailure::simultaneous) {
    ends_.give_up(id);
  }
  turn_.settle();
}

void Handshakes::on_refused(Session& session) {
  const auto holder = dialler_.on_refused(session);
  if (!holder || life_.quiet() || std::exchange(name_refused_, true)) return;
  handler_.on_name_refused(*holder);
}

// --- Others' connections ---

void Handshakes::on_connection(std::unique_ptr<Connection> connection) {
  if (life_.quiet()) return;
  acceptor_.on_connection(std::move(connection));
  turn_.arm();
}

void Handshakes::on_hello(Session& session) {
  const Hello& hello = session.hello();
  const bool is_understood = hello.version == protocol_version;
  if (is_understood && !session.is_bound()) {
    reject(session, "it said a hello of another connection");
  } else if (is_understood && !session.may_be(hello.from)) {
    reject(session, "its certificate does not name that node");
  } else {
    acceptor_.on_hello(session);
  }
  turn_.settle();
}

// A client is the owner's from here on: it is in no table, and this node tells nobody of it.
void Handshakes::on_client_hello(Session& session, ByteView payload) {
  const auto hello = decode_client_hello(payload);
  if (life_.quiet()) {
    acceptor_.drop(session);
  } else if (!hello) {
    reject(session, "a malformed hello of a client");
  } else if (hello->version == protocol_version && !session.is_bound(hello->binding)) {
    reject(session, "it said a hello of another connection");
  } else {
    handler_.on_client(sessions_.release(session), *hello);
  }
  turn_.arm();
}

// --- From a connection to a link ---

void Handshakes::on_established(Session& session) {
  const bool dialer = session.handshake().is_dialer();
  const Hello& hello = session.hello();
  const HelloAck& ack = session.ack();
  const Incarnation peer =
      dialer ? Incarnation{ack.id, ack.boot} : Incarnation{hello.from, hello.boot};
  const bool drains = is_waited_for(peer);
  if (!dialer && !life_.quiet() && own_boot_.hear(hello.known, hello.from)) {
    acceptor_.drop(session);
    return turn_.settle();
  }
  // A higher boot may have become known since the answer was read.
  const bool welcome = rules_.is_welcome(peer, dialer ? hello.known : ack.known);
  if ((life_.quiet() && !drains) || !welcome) {
    return dialer ? dialler_.on_unwelcome(peer.id) : acceptor_.drop(session);
  }
  if (dialer) dialler_.finish(peer.id);
  link(session, peer, drains);
}

// What waits for a link to it shall go over it, though this node leaves.
bool Handshakes::is_waited_for(const Incarnation& peer) const {
  return life_.drains() && links_.is_opening(peer.id) && links_.find(peer.id, peer.boot) != nullptr;
}

void Handshakes::link(Session& session, const Incarnation& peer, bool drains) {
  if (Session* const older = links_.session_to(peer.id)) ends_.drop(*older, false);
  // The owner may have begun to leave, or may be told to start again.
  if ((life_.quiet() && !drains) || !membership_.on_linked(peer, loop_.now(), true)) {
    return sessions_.bury(session);
  }
  complaints_.linked(peer.id);
  sessions_.end_handshake(session);
  session.establish(peer, traffic_);
  const bool dialer = session.handshake().is_dialer();
  clocks_.merge(session, dialer ? session.ack().clock : session.hello().clock);
  links_.add(session);
  turn_.run_actions();
  log_.debug("linked to {}", peer.id.text());
  if (session.open() && may_link(peer.id) && !links_.stand(session)) {
    ends_.break_overfull(*session.link());
  }
  if (drains && session.open()) session.send_control_last(encode_control(Leave{}));
  turn_.settle();
}

// --- Ends ---

void Handshakes::on_handshake_end(Session& session, ChannelEnd end, std::string_view why) {
  complaints_.connection_ended(session, end, why);
  if (session.handshake().is_dialer()) {
    const bool encrypted = end == ChannelEnd::encrypted;
    dialler_.on_ended(session, encrypted ? ErrorCode::unauthorised : ErrorCode::timeout);
  } else {
    acceptor_.drop(session);
    turn_.arm();
  }
}

void Handshakes::reject(Session& session, std::string_view why) {
  session.abort();
  on_handshake_end(session, ChannelEnd::malformed, why);
}

void Handshakes::drop_unwanted() {
  for (const NodeId& id : dialler_.dialled()) {
    if (!may_link(id)) dialler_.stop(id);
  }
  for (Session* session : sessions_.pending()) {
    if (!may_link(session->claimed().id)) acceptor_.drop(*session);
  }
}

// --- Time ---

Instant Handshakes::next_deadline() const {
  return std::min({sessions_.next_deadline(), dialler_.next_deadline(), acceptor_.next_deadline()});
}

void Handshakes::on_time(Instant now) {
  for (const SessionSerial serial : sessions_.late(now)) {
    // One may have ended with one that expired before it.
    if (Session* session = sessions_.find(serial)) expire(*session);
  }
  dialler_.end_waits();
  acceptor_.end_waits();
}

void Handshakes::expire(Session& session) {
  if (session.handshake().is_dialer()) return dialler_.expire(session);
  log_.warning("closed a connection from {}: no handshake in time", session.name());
  acceptor_.drop(session);
}

}  // namespace noex
