#include "noex/runtime/cluster/cluster.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "noex/runtime/cluster/cluster_core.h"
#include "noex/runtime/membership/verdict.h"
#include "noex/transport/base/check.h"

namespace noex {

std::string describe(const Blame& blame) {
  switch (blame.what) {
    case Blame::What::malformed:
      return "it sent what no peer sends";
    case Blame::What::stranger:
      return fmt::format("{} was found at its address", blame.found.text());
    case Blame::What::silent:
      return "its link brought nothing";
    case Blame::What::cutoff:
      return "it reads nothing";
    case Blame::What::refused:
      return fmt::format("refused: {}", describe(blame.refusal));
  }
  return "unknown";
}

std::unique_ptr<Cluster> Cluster::create(ClusterConfig config, Loop& loop, Network& network,
                                         Random random, HybridClock& clock, Log& log,
                                         ClusterHandler& handler) {
  return std::make_unique<ClusterCore>(std::move(config), loop, network, random, clock, log,
                                       handler);
}

ClusterCore::ClusterCore(ClusterConfig config, Loop& loop, Network& network, Random random,
                         HybridClock& clock, Log& log, ClusterHandler& handler)
    : config_(std::move(config)),
      self_{config_.self, config_.boot},
      loop_(loop),
      network_(network),
      clock_(clock),
      log_(log),
      handler_(handler),
      membership_(self_, config_.seeds, config_.options, random.split("membership")),
      timer_(loop) {
  NOEX_CHECK(self_.boot != 0 && self_.boot <= boot_max, "boot {}", self_.boot);
}

Result<void> ClusterCore::start() {
  NOEX_CHECK(!started_ && !leaving_);
  auto listener = network_.listen(self_.id.address(), [this](std::unique_ptr<Connection> made) {
    on_connection(std::move(made));
  });
  if (!listener) return std::unexpected(listener.error());
  listener_ = std::move(*listener);
  started_ = true;
  membership_.start(loop_.now());
  settle();
  return {};
}

Link* ClusterCore::find(const NodeId& id, Boot boot) const {
  const auto found = peers_.find(id);
  if (found == peers_.end()) return nullptr;
  return boot == 0 || found->second->peer().boot == boot ? found->second.get() : nullptr;
}

void ClusterCore::registry_known(const Incarnation& node) {
  membership_.on_registry_known(node);
  post_settle();
}

std::vector<Member> ClusterCore::members() const {
  auto members = membership_.members();
  for (auto& member : members) {
    member.up = is_up(member.incarnation);
    const auto link = peers_.find(member.incarnation.id);
    member.opening = link != peers_.end() && link->second->peer() == member.incarnation &&
                     link->second->session() == nullptr;
  }
  return members;
}

Boot ClusterCore::up_boot(const NodeId& id) const {
  const Boot* up = up_.find(id);
  return up != nullptr ? *up : 0;
}

bool ClusterCore::is_up(const Incarnation& node) const {
  return node.boot != 0 && up_boot(node.id) == node.boot;
}

std::uint64_t ClusterCore::overload_refusals() const {
  std::uint64_t sum = refusals_;
  for (const auto& [serial, session] : sessions_) sum += session->refusals();
  for (const auto& [id, link] : peers_) sum += link->refusals();
  return sum;
}

// --- Time ---

void ClusterCore::on_timer() {
  const Instant now = loop_.now();
  links_.for_each_in_any_order([this](const NodeId& id, const Session* session) {
    membership_.heard(id, session->last_heard());
  });
  membership_.on_time(now);
  run_actions();  // a dial that it gave up has no handshake to expire any more
  expire_handshakes();
  drop_openings(now);
  if (!quiet() && now >= next_release_) {
    next_release_ = now + config_.options.heartbeat_interval;
    release_idle(now);
  }
  settle();
  if (leave_deadline_ && now >= *leave_deadline_) finish_leave();
}

// One timer for all that is due; moved only when the earliest moment changes.
void ClusterCore::arm() {
  if (!started_ || halted_ || (leaving_ && !leave_deadline_)) {
    timer_.cancel();
    return;
  }
  Instant next = leaving_ ? *leave_deadline_ : membership_.next_deadline();
  if (!handshakes_.empty()) next = std::min(next, handshakes_.begin()->first);
  for (const auto& [id, deadline] : openings_) next = std::min(next, deadline);
  for (const auto& [serial, probe] : probes_) next = std::min(next, probe.deadline);
  for (const auto& [id, dial] : dials_) {
    if (dial.waits_until) next = std::min(next, *dial.waits_until);
  }
  if (timer_.running() && armed_ == next) return;
  armed_ = next;
  timer_.start(next, [this] { on_timer(); });
}

// For calls into Cluster: what follows from them happens in a turn of its own.
void ClusterCore::post_settle() {
  if (std::exchange(settle_posted_, true)) return;
  loop_.post(lifeline_.guard([this] {
    settle_posted_ = false;
    settle();
  }));
}

void ClusterCore::settle() {
  run_actions();
  if (!quiet() && told_settled_ != membership_.settled()) {
    told_settled_ = membership_.settled();
    handler_.on_settled(told_settled_);
  }
  arm();
}

// --- What the owner is told ---

// Never inside a call of the owner, nor inside itself.
void ClusterCore::deliver() {
  if (std::exchange(telling_, true)) return;
  while (!events_.empty() && !halted_) {
    const Event event = std::move(events_.front());
    events_.pop_front();
    std::visit([this](const auto& one) { tell(one); }, event);
  }
  telling_ = false;
}

void ClusterCore::tell(const LinkUp& event) {
  handler_.on_link_up(*event.link);
  begin(*event.link);
}

void ClusterCore::tell(const LinkReopened& event) {
  handler_.on_link_reopened(*event.link);
  begin(*event.link);
}

// What the owner has sent may leave, behind what it began with.
void ClusterCore::begin(PeerLink& link) {
  if (!link.set_told()) break_link(*link.session(), "more waited for it than may");
}

// --- Actions ---

void ClusterCore::run_actions() {
  deliver();
  while (membership_.has_actions()) {
    for (const auto& action : membership_.take_actions()) {
      if (halted_) return;
      std::visit([this](const auto& one) { run(one); }, action);
      deliver();
    }
  }
}

void ClusterCore::run(const StartDial& action) {
  if (quiet() && !drains_to(action.id)) return;
  const Instant deadline = loop_.now() + config_.options.dial_timeout;
  auto done = [this, id = action.id, deadline](Result<std::unique_ptr<Connection>> result) {
    on_dialled(id, deadline, std::move(result));
  };
  NOEX_CHECK(!dials_.contains(action.id), "{}", action.id.text());
  log_.debug("dials {}", action.id.text());
  dials_[action.id].dial =
      network_.connect(action.id.address(), config_.options.dial_timeout, std::move(done));
}

void ClusterCore::run(const StopDial& action) {
  drop_dial(action.id);
}

void ClusterCore::run(const CloseLink& action) {
  Session* const* const found = links_.find(action.peer.id);
  if (found == nullptr || (*found)->peer() != action.peer) return;
  log_.debug("closed the link to {}: {}", action.peer.id.text(),
             action.silent ? "silence" : "it is gone");
  if (action.silent) {
    handler_.on_peer_blamed(
        Blame{Blame::What::silent, action.peer.id, action.peer.boot, NodeId(), Refusal::none});
  }
  drop_link(**found, false);
}

void ClusterCore::run(const AnnounceUp& action) {
  if (quiet()) return;
  log_.info("{} is up (boot {})", action.node.id.text(), action.node.boot);
  up_[action.node.id] = action.node.boot;
  events_.emplace_back(NodeUp{action.node});
}

void ClusterCore::run(const AnnounceDown& action) {
  if (quiet()) return;
  log_.info("{} is down ({})", action.node.id.text(), describe(action.reason));
  up_.erase(action.node.id);  // first: nobody opens a link to it any more
  drop_opening(action.node.id);
  events_.emplace_back(NodeDown{action.node, action.reason});
}

void ClusterCore::send_control(const NodeId& to, const ControlMessage& message) {
  Session* const* const found = links_.find(to);
  if (found != nullptr) (*found)->send_control(encode_control(message));
}

void ClusterCore::run(const SendHeartbeat& action) {
  if (leaving_) return;  // it would say that this node stays
  const ClockReading clock = clock_reading();
  send_control(action.to, Heartbeat{membership_.table_hash(), handler_.registry_hash(), clock.wall,
                                    clock.counter, action.rumours});
}

void ClusterCore::run(const SendTable& action) {
  log_.debug("sends its table to {}: the hashes in their heartbeats differ", action.to.text());
  for (const auto& part : membership_.table_for(action.to)) send_control(action.to, part);
}

void ClusterCore::run(const SendPing& action) {
  log_.debug("pings {} for another node", action.to.text());
  send_control(action.to, Ping{action.number});
}

void ClusterCore::run(const SendPingRequest& action) {
  log_.debug("asks {} whether it hears {}", action.to.text(), action.request.target.id.text());
  send_control(action.to, action.request);
}

void ClusterCore::run(const AnswerPingRequest& action) {
  log_.debug("tells {} that the node it asked for {}", action.to.text(),
             action.alive ? "is heard here" : "is not heard here");
  if (action.alive) {
    send_control(action.to, Pong{action.number});
  } else {
    send_control(action.to, Nack{action.number});
  }
}

void ClusterCore::run(const TellChange& action) {
  handler_.on_member_changed(action.entry, action.source);
}

// A kind of its own for each kind of verdict: a flood of one must not hide the others.
void ClusterCore::run(const TellVerdict& action) {
  handler_.on_verdict(action.verdict);
  if (!log_.enabled(LogLevel::info)) return;
  log_.event(LogLevel::info, noex::name_of(action.verdict.kind),
             visible(describe(action.verdict), log_line_bytes_max));
}

void ClusterCore::run(const BootTooLow& action) {
  if (quiet() || !believes_of_itself(action.boot - 1, teller_)) return;
  log_.warning("{} knows of a boot of this node that is not below its own, {}: it starts again",
               teller_.empty() ? "a node" : teller_.text(), action.boot - 1);
  halted_ = true;
  handler_.on_boot_too_low(action.boot);
}

void ClusterCore::run(const TableFull& action) {
  log_.warning("ignored {} and all further nodes: {} are known already", action.id.text(),
               config_.options.members_max);
}

// --- Leaving ---

void ClusterCore::leave(Task done) {
  NOEX_CHECK(!leaving_);
  leaving_ = true;
  leave_done_ = std::move(done);
  listener_.reset();
  loop_.post(lifeline_.guard([this] { begin_leave(); }));
}

void ClusterCore::begin_leave() {
  drop_pending();
  for (const auto& [id, session] : links_.sorted()) say_leave(**session);
  leave_deadline_ = loop_.now() + config_.options.leave_timeout;
  if (is_over() || halted_) {
    finish_leave();
  } else {
    arm();
  }
}

// All that is no link yet, but where something waits for it.
void ClusterCore::drop_pending() {
  std::vector<NodeId> dialled;
  for (const auto& [id, outgoing] : dials_) {
    if (!drains_to(id)) dialled.push_back(id);
  }
  for (const NodeId& id : dialled) drop_dial(id);
  std::vector<Session*> pending;
  for (const auto& [serial, session] : sessions_) {
    const bool dialer = session->handshake().is_dialer();
    const NodeId& peer = dialer ? session->hello().to : session->hello().from;
    if (!session->established() && !drains_to(peer)) pending.push_back(session.get());
  }
  for (Session* session : pending) bury(*session);
}

void ClusterCore::say_leave(Session& session) {
  session.send_control_last(encode_control(Leave{}));
}

// Called when nobody is left to wait for, or the time is over.
void ClusterCore::finish_leave() {
  if (!leave_deadline_) return;
  leave_deadline_.reset();
  drop_openings(Instant::max());
  drop_pending();
  while (!links_.empty()) drop_link(**links_.sorted().front().second, true);
  timer_.cancel();
  deliver();
  loop_.post(lifeline_.guard([this] {
    Task done = std::move(leave_done_);
    done();  // may destroy this
  }));
}

}  // namespace noex
