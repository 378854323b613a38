// ClusterCore, links: what comes over them, and every way in which they end.
//
// Each end is told to the owner exactly once, ahead of what membership concludes from it, so that
// link_down comes before node_down. Never looks into a data message.
#include <utility>

#include <fmt/format.h>

#include "noex/runtime/cluster/cluster_core.h"
#include "noex/transport/base/check.h"

namespace noex {

// --- What comes over links ---

void ClusterCore::on_control(Session& session, ByteView payload) {
  deliver();
  if (!session.open()) return;
  const auto message = decode_control(payload);
  if (!message) {
    break_link(session, "malformed control message");
    return;
  }
  membership_.believe_boots_until(boot_believed_max());
  teller_ = session.peer().id;
  std::visit([&](const auto& one) { on_message(session, one); }, *message);
  if (quiet()) {
    deliver();
  } else {
    settle();
  }
}

void ClusterCore::on_message(Session& session, const Heartbeat& message) {
  merge(session, ClockReading{message.wall, message.counter});
  if (quiet()) return;
  membership_.on_heartbeat(session.peer().id, message.table_hash, message.rumours, loop_.now());
  PeerLink* link = session.link();
  if (link != nullptr && message.registry_hash != handler_.registry_hash()) {
    handler_.on_registry_differs(*link);
  }
}

void ClusterCore::on_message(Session& session, const Table& message) {
  if (quiet()) return;
  membership_.on_table(session.peer().id, message, loop_.now());
  settle();
}

void ClusterCore::on_message(Session& session, const Ping& message) {
  session.send_control(encode_control(Pong{message.number}));
}

void ClusterCore::on_message(Session& session, const Pong& message) {
  if (on_pong(session.peer().id, message.number) || quiet()) return;
  membership_.on_pong(session.peer().id, message.number);
}

void ClusterCore::on_message(Session& session, const PingRequest& message) {
  if (!quiet()) membership_.on_ping_request(session.peer().id, message, loop_.now());
}

void ClusterCore::on_message(Session& session, const Nack& message) {
  if (!quiet()) membership_.on_nack(session.peer().id, message.number);
}

void ClusterCore::on_message(Session& session, const Leave&) {
  const Incarnation peer = session.peer();
  session.send_control(encode_control(LeaveAck{}));
  drop_link(session, true);
  membership_.on_left(peer, loop_.now());
  settle();
}

void ClusterCore::on_message(Session& session, const LeaveAck&) {
  if (leaving_) {
    drop_link(session, true);
  } else {
    break_link(session, "acknowledged what was not said");
  }
}

void ClusterCore::on_data(Session& session, ByteView message) {
  deliver();
  PeerLink* link = session.link();
  if (halted_ || link == nullptr) return;
  link->touch(loop_.now());
  clock_.observe(loop_.wall_now());  // messages of the registry bring readings, too
  if (!handler_.on_message(*link, message) && session.open()) {
    break_link(session, "malformed message");
  }
}

void ClusterCore::on_room(Session& session) {
  deliver();
  PeerLink* link = session.established() && !halted_ ? session.link() : nullptr;
  if (link != nullptr) handler_.on_writable(*link);
}

// --- The end of a session ---

void ClusterCore::on_session_end(Session& session, ChannelEnd end, std::string_view why) {
  const std::string who = name_of(session);
  if (end == ChannelEnd::closed) {
    log_.debug("the connection to {} ended: {}", who, why);
  } else {
    log_.warning("closed the connection to {}: {}", who, why);
    const bool malformed = end != ChannelEnd::cutoff;
    const Incarnation peer = peer_of(session);
    handler_.on_peer_blamed(Blame{malformed ? Blame::What::malformed : Blame::What::cutoff, peer.id,
                                  peer.boot, NodeId(), Refusal::none});
  }
  if (!session.established()) {
    const bool encrypted = end == ChannelEnd::encrypted;
    on_pending_end(session, encrypted ? ErrorCode::unauthorised : ErrorCode::timeout);
    return;
  }
  const Incarnation peer = session.peer();
  drop_link(session, false);
  if (!quiet()) membership_.on_link_closed(peer, loop_.now());
  settle();
}

// Who it is, as far as it has said so.
Incarnation ClusterCore::peer_of(const Session& session) const {
  if (session.established()) return session.peer();
  if (session.handshake().is_dialer()) return {session.hello().to, 0};
  return {session.hello().from, session.hello().boot};
}

// For people: the node, or at least the address.
std::string ClusterCore::name_of(const Session& session) const {
  const NodeId peer = peer_of(session).id;
  const Address address = session.address();
  if (!peer.empty()) return peer.text();
  if (!address.host.empty()) return fmt::format("{} (it has not said who it is)", address.host);
  return "somebody who has not said who it is";
}

void ClusterCore::on_pending_end(Session& session, ErrorCode why) {
  if (session.handshake().is_dialer()) {
    const NodeId& id = session.hello().to;
    // It learnt from our Confirm that it has to start again above the boot that we know.
    const bool another_boot =
        session.handshake().confirmed() && session.ack().boot < membership_.known_boot(id);
    fail_dial(id, another_boot ? DialFailure::refused : DialFailure::silent, why);
  } else {
    bury(session);
    arm();
  }
}

// The peer sent what no peer sends.
void ClusterCore::break_link(Session& session, std::string_view why) {
  session.abort();
  on_session_end(session, ChannelEnd::malformed, why);
}

// Ends the link, without a word to membership.
void ClusterCore::drop_link(Session& session, bool in_order) {
  const NodeId id = session.peer().id;
  Session* const* const found = links_.find(id);
  NOEX_CHECK(found != nullptr && *found == &session, "{}", id.text());
  links_.erase(id);
  if (in_order) {
    session.close();
  } else {
    session.abort();
  }
  if (session.link() != nullptr) end_link(id);
  bury(session);
  end_probes_of(id);
  if (leaving_ && is_over()) finish_leave();
}

// The session is confirmed: it serves the link that waits for it, or a new one.
void ClusterCore::stand(Session& session) {
  deliver();
  const NodeId id = session.peer().id;
  const auto found = peers_.find(id);
  if (found == peers_.end() || found->second->peer() != session.peer()) {
    drop_opening(id);
    auto link =
        std::make_unique<PeerLink>(session.peer(), ++last_link_, config_.options, loop_.now());
    (void)link->attach(session);
    events_.emplace_back(LinkUp{link.get()});
    peers_[id] = std::move(link);
    return deliver();
  }
  PeerLink& link = *found->second;
  openings_.erase(id);
  const bool was_full = link.queued_bytes() > config_.options.queue_bytes_soft;
  if (!link.attach(session)) {
    break_link(session, "more waited for it than may");
  } else if (was_full && link.queued_bytes() <= config_.options.queue_bytes_soft) {
    events_.emplace_back(LinkWritable{&link});
  }
}

void ClusterCore::bury(Session& session) {
  handshakes_.erase({session.deadline(), session.serial()});
  auto taken = sessions_.extract(session.serial());
  NOEX_CHECK(!taken.empty(), "session {}", session.serial().value());
  session.abort();
  probes_.erase(session.serial());
  refusals_ += session.refusals();
  buried_.push_back(std::move(taken.mapped()));
  if (!std::exchange(reap_posted_, true)) loop_.post(lifeline_.guard([this] { reap(); }));
  if (session.handshake().promised()) end_wait(session.hello().from);
}

// --- The hybrid clock ---

ClockReading ClusterCore::clock_reading() const {
  const Stamp last = clock_.last();
  return ClockReading{last.wall, last.counter};
}

// Of linked peers only.
void ClusterCore::merge(Session& session, const ClockReading& clock) {
  clock_.observe(loop_.wall_now());
  const NodeId& peer = session.peer().id;
  if (clock_.merge(Stamp{clock.wall, clock.counter, peer}) || !session.warn_once()) return;
  log_.warning("the clock of {} is too far ahead of this node's: what it says is not taken over",
               peer.text());
}

}  // namespace noex
