#include "noex/runtime/cluster/cluster_core.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "noex/runtime/membership/verdict.h"
#include "noex/transport/base/check.h"
#include "noex/transport/base/text.h"

namespace noex {

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
      log_(log),
      handler_(handler),
      membership_(self_, config_.seeds, config_.options, random.split("membership")),
      clocks_(clock, loop, log),
      complaints_(config_.seeds, config_.options, log, handler),
      own_boot_(self_, config_, loop, log, complaints_, membership_),
      rules_(self_, life_, membership_),
      graveyard_(loop, [this] { return clear_graveyard(); }),
      events_(handler, [this](PeerLink& link) { ends_.break_overfull(link); }),
      links_(loop, config_.options, events_, graveyard_),
      sessions_(handshakes_, loop, config_.options, graveyard_),
      dialler_(handshakes_, loop, network, log, self_, config_.options, rules_, clocks_, own_boot_,
               complaints_, sessions_),
      acceptor_(loop, log, self_, config_.options, rules_, clocks_, complaints_, membership_,
                links_, sessions_, dialler_),
      idle_(links_, membership_, handler, config_.options),
      ends_(*this, loop, log, life_, membership_, complaints_, links_, sessions_, acceptor_,
            [this] { departure_.on_link_gone(); }),
      traffic_(*this, loop, log, life_, handler, membership_, clocks_, own_boot_, events_, links_,
               ends_, idle_, acceptor_),
      handshakes_(*this, loop, log, life_, handler, rules_, membership_, clocks_, own_boot_,
                  complaints_, links_, ends_, sessions_, dialler_, acceptor_, traffic_),
      departure_(*this, loop, config_.options, life_, events_, links_, ends_, traffic_,
                 handshakes_),
      timer_(loop) {
  NOEX_CHECK(self_.boot != 0 && self_.boot <= boot_max, "boot {}", self_.boot);
}

Result<void> ClusterCore::start() {
  NOEX_CHECK(!life_.started && !life_.leaving);
  auto listener = network_.listen(self_.id.address(), [this](std::unique_ptr<Connection> made) {
    handshakes_.on_connection(std::move(made));
  });
  if (!listener) return std::unexpected(listener.error());
  listener_ = std::move(*listener);
  life_.started = true;
  membership_.start(loop_.now());
  settle();
  return {};
}

void ClusterCore::leave(Task done) {
  listener_.reset();
  departure_.start(std::move(done));
}

// The link can be used at once, and keeps what is sent; the owner is told in a later turn.
Link* ClusterCore::open(const NodeId& id, Boot boot) {
  if (links_.find(id) != nullptr) return find(id, boot);
  const Incarnation peer{id, up_boot(id)};
  const bool reachable = peer.boot != 0 && (boot == 0 || peer.boot == boot);
  // Its end may be known, and about to be told.
  if (life_.quiet() || !reachable || !membership_.lives(peer)) return nullptr;
  PeerLink& link = links_.open(peer);
  dialler_.note_opened(id);
  membership_.dial_on_demand(id);
  log_.debug("opens a link to {}", id.text());
  post_settle();
  return &link;
}

void ClusterCore::registry_known(const Incarnation& node) {
  membership_.on_registry_known(node);
  post_settle();
}

std::vector<Member> ClusterCore::members() const {
  auto members = membership_.members();
  for (auto& member : members) {
    const Incarnation& node = member.incarnation;
    member.up = is_up(node);
    const PeerLink* link = links_.find(node.id);
    member.opening = link != nullptr && link->peer() == node && link->session() == nullptr;
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

// --- Time ---

void ClusterCore::on_timer() {
  const Instant now = loop_.now();
  links_.for_each_session_in_any_order([this](const Session& session) {
    membership_.heard(session.peer().id, session.last_heard());
  });
  membership_.on_time(now);
  run_actions();  // a dial that it gave up has no handshake to expire any more
  handshakes_.on_time(now);
  ends_.give_up_late(now);
  if (!life_.quiet()) idle_.look(now);
  settle();
  departure_.on_time(now);
}

// One timer for all that is due; moved only when the earliest moment changes.
void ClusterCore::arm() {
  const std::optional<Instant> own =
      life_.leaving ? departure_.deadline() : membership_.next_deadline();
  if (!life_.started || life_.halted || !own) {
    timer_.cancel();
    return;
  }
  const Instant next = std::min({*own, handshakes_.next_deadline(), links_.next_deadline()});
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
  if (!life_.quiet() && told_settled_ != membership_.settled()) {
    told_settled_ = membership_.settled();
    handler_.on_settled(told_settled_);
  }
  arm();
}

// Halted, the owner was not told of the end of its links, and ends its processes yet, which send
// over them.
bool ClusterCore::clear_graveyard() {
  events_.deliver();
  return !life_.halted;
}

// --- What membership wants ---

void ClusterCore::run_actions() {
  events_.deliver();
  while (membership_.has_actions()) {
    for (const auto& action : membership_.take_actions()) {
      if (life_.halted) return;
      std::visit([this](const auto& one) { run(one); }, action);
      events_.deliver();
    }
  }
}

void ClusterCore::run(const AnnounceUp& action) {
  if (life_.quiet()) return;
  log_.info("{} is up (boot {})", action.node.id.text(), action.node.boot);
  up_[action.node.id] = action.node.boot;
  events_.add(OwnerEvents::NodeUp{action.node});
}

void ClusterCore::run(const AnnounceDown& action) {
  if (life_.quiet()) return;
  log_.info("{} is down ({})", action.node.id.text(), describe(action.reason));
  up_.erase(action.node.id);  // first: nobody opens a link to it any more
  ends_.give_up(action.node.id);
  events_.add(OwnerEvents::NodeDown{action.node, action.reason});
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
  if (life_.quiet() || !own_boot_.may_restart_with(action.boot)) return;
  life_.halted = true;
  events_.stop();
  handler_.on_boot_too_low(action.boot);
}

void ClusterCore::run(const TableFull& action) {
  log_.warning("ignored {} and all further nodes: {} are known already", action.id.text(),
               config_.options.members_max);
}

}  // namespace noex
