#include "noex/runtime/cluster/link_ends.h"

namespace noex {

void LinkEnds::on_lost(Session& session, ChannelEnd end, std::string_view why) {
  complaints_.connection_ended(session, end, why);
  const Incarnation peer = session.peer();
  drop(session, false);
  if (!life_.quiet()) membership_.on_link_closed(peer, loop_.now());
  turn_.settle();
}

void LinkEnds::break_off(Session& session, std::string_view why) {
  session.abort();
  on_lost(session, ChannelEnd::malformed, why);
}

void LinkEnds::drop(Session& session, bool in_order) {
  const NodeId id = session.peer().id;
  if (in_order) {
    session.close();
  } else {
    session.abort();
  }
  links_.remove(session);
  sessions_.bury(session);
  acceptor_.on_link_gone(id);
  on_end_();
}

void LinkEnds::run(const CloseLink& action) {
  Session* const session = links_.session_to(action.peer.id);
  if (session == nullptr || session->peer() != action.peer) return;
  log_.debug("closed the link to {}: {}", action.peer.id.text(),
             action.silent ? "silence" : "it is gone");
  if (action.silent) {
    complaints_.blame(
        Blame{Blame::What::silent, action.peer.id, action.peer.boot, NodeId(), Refusal::none});
  }
  drop(*session, false);
}

void LinkEnds::give_up(const NodeId& id) {
  if (links_.drop_opening(id)) on_end_();
}

void LinkEnds::give_up_late(Instant now) {
  for (const NodeId& id : links_.late(now)) give_up(id);
}

// --- Idle links ---

void LinkEnds::say_idle(const Session& session) {
  log_.debug("gave up the link to {}: nobody uses it", session.peer().id.text());
}

void LinkEnds::end_idle(Session& session) {
  const Incarnation peer = session.peer();
  say_idle(session);
  drop(session, true);
  membership_.on_released(peer, loop_.now());
}

void LinkEnds::reopen(Session& session) {
  const Incarnation peer = session.peer();
  say_idle(session);
  links_.reopen(*session.link());
  session.close();
  sessions_.bury(session);
  acceptor_.on_link_gone(peer.id);
  membership_.on_released(peer, loop_.now());
  membership_.dial_on_demand(peer.id);
}

}  // namespace noex
