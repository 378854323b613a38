#include "noex/runtime/cluster/link_traffic.h"

#include <variant>

namespace noex {

namespace {

constexpr std::string_view unasked = "acknowledged what was not said";

}  // namespace

// --- What has come over a link ---

void LinkTraffic::on_control(Session& session, ByteView payload) {
  events_.deliver();
  if (!session.open()) return;
  const auto message = decode_control(payload);
  if (!message) return ends_.break_off(session, "malformed control message");
  membership_.believe_boots_until(own_boot_.believed_max());
  own_boot_.listen_to(session.peer().id);
  std::visit([&](const auto& one) { on_message(session, one); }, *message);
  if (life_.quiet()) {
    events_.deliver();
  } else {
    turn_.settle();
  }
}

void LinkTraffic::on_data(Session& session, ByteView message) {
  events_.deliver();
  PeerLink* link = session.link();
  if (life_.halted || link == nullptr) return;
  link->touch(loop_.now());
  clocks_.observe();  // messages of the registry bring readings, too
  if (!handler_.on_message(*link, message) && session.open()) {
    ends_.break_off(session, "malformed message");
  }
}

void LinkTraffic::on_room(Session& session) {
  events_.deliver();
  PeerLink* link = life_.halted ? nullptr : session.link();
  if (link != nullptr) handler_.on_writable(*link);
}

// --- Control messages ---

void LinkTraffic::on_message(Session& session, const Heartbeat& message) {
  clocks_.merge(session, ClockReading{message.wall, message.counter});
  if (life_.quiet()) return;
  membership_.on_heartbeat(session.peer().id, message.table_hash, message.rumours, loop_.now());
  PeerLink* link = session.link();
  if (link != nullptr && message.registry_hash != handler_.registry_hash()) {
    handler_.on_registry_differs(*link);
  }
}

void LinkTraffic::on_message(Session& session, const Table& message) {
  if (!life_.quiet()) membership_.on_table(session.peer().id, message, loop_.now());
}

void LinkTraffic::on_message(Session& session, const Ping& message) {
  session.send_control(encode_control(Pong{message.number}));
}

void LinkTraffic::on_message(Session& session, const Pong& message) {
  if (acceptor_.on_pong(session.peer().id, message.number)) return turn_.arm();
  if (!life_.quiet()) membership_.on_pong(session.peer().id, message.number);
}

void LinkTraffic::on_message(Session& session, const PingRequest& message) {
  if (!life_.quiet()) membership_.on_ping_request(session.peer().id, message, loop_.now());
}

void LinkTraffic::on_message(Session& session, const Nack& message) {
  if (!life_.quiet()) membership_.on_nack(session.peer().id, message.number);
}

void LinkTraffic::on_message(Session& session, const Release&) {
  if (session.link() == nullptr || life_.quiet()) return;
  const bool agreed = idle_.on_release(*session.link(), loop_.now());
  session.send_control(encode_control(ReleaseAck{agreed}));
  if (agreed) ends_.end_idle(session);
}

void LinkTraffic::on_message(Session& session, const ReleaseAck& message) {
  if (life_.quiet()) return;
  switch (idle_.on_answer(session.link(), message.agreed, loop_.now())) {
    case IdleLinks::Outcome::kept:
      return;
    case IdleLinks::Outcome::overfull:
      return ends_.break_overfull(*session.link());
    case IdleLinks::Outcome::ended:
      return ends_.end_idle(session);
    case IdleLinks::Outcome::reopened:
      return ends_.reopen(session);
    case IdleLinks::Outcome::unasked:
      return ends_.break_off(session, unasked);
  }
}

void LinkTraffic::on_message(Session& session, const Leave&) {
  const Incarnation peer = session.peer();
  session.send_control(encode_control(LeaveAck{}));
  ends_.drop(session, true);
  membership_.on_left(peer, loop_.now());
  turn_.settle();
}

void LinkTraffic::on_message(Session& session, const LeaveAck&) {
  if (life_.leaving) {
    ends_.drop(session, true);
  } else {
    ends_.break_off(session, unasked);
  }
}

// --- What membership wants said ---

void LinkTraffic::send(const NodeId& to, const ControlMessage& message) {
  if (Session* session = links_.session_to(to)) session->send_control(encode_control(message));
}

void LinkTraffic::run(const SendHeartbeat& action) {
  if (life_.leaving) return;  // it would say that this node stays
  const ClockReading clock = clocks_.reading();
  send(action.to, Heartbeat{membership_.table_hash(), handler_.registry_hash(), clock.wall,
                            clock.counter, action.rumours});
}

void LinkTraffic::run(const SendTable& action) {
  log_.debug("sends its table to {}: the hashes in their heartbeats differ", action.to.text());
  for (const auto& part : membership_.table_for(action.to)) send(action.to, part);
}

void LinkTraffic::run(const SendPing& action) {
  log_.debug("pings {} for another node", action.to.text());
  send(action.to, Ping{action.number});
}

void LinkTraffic::run(const SendPingRequest& action) {
  log_.debug("asks {} whether it hears {}", action.to.text(), action.request.target.id.text());
  send(action.to, action.request);
}

void LinkTraffic::run(const AnswerPingRequest& action) {
  log_.debug("tells {} that the node it asked for {}", action.to.text(),
             action.alive ? "is heard here" : "is not heard here");
  if (action.alive) {
    send(action.to, Pong{action.number});
  } else {
    send(action.to, Nack{action.number});
  }
}

void LinkTraffic::say_leave() {
  for (Session* session : links_.sessions()) {
    session->send_control_last(encode_control(Leave{}));
  }
}

}  // namespace noex
