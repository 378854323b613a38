// ClusterCore, dials and handshakes: whom to dial, whom to accept, which of two dials stays.
//
// Owns the decisions that need both the links and the members; never keeps time: the deadlines are
// in the one timer of cluster.cpp. Rules: docs/PROTOCOL.md, "Identity" and "Links".
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "noex/runtime/cluster/cluster_core.h"

namespace noex {

namespace {

std::string_view describe(DialFailure failure) {
  switch (failure) {
    case DialFailure::refused:
      return "nobody listens there, or it is another node or boot";
    case DialFailure::silent:
      return "no answer";
    case DialFailure::unfinished:
      return "it answered, or had no time to";
    case DialFailure::simultaneous:
      return "its own dial goes first";
    case DialFailure::left:
      return "it leaves";
    case DialFailure::self:
      return "it is this node itself";
  }
  return "unknown";
}

DialFailure failure_of(const Error& error) {
  return error.code == ErrorCode::connection_refused ? DialFailure::refused : DialFailure::silent;
}

}  // namespace

// --- Connections ---

void ClusterCore::on_connection(std::unique_ptr<Connection> connection) {
  if (quiet()) return;
  const auto waiting = std::ranges::count_if(handshakes_, [this](const auto& item) {
    return !sessions_.at(item.second)->handshake().is_dialer();
  });
  if (static_cast<std::size_t>(waiting) >= config_.options.unauthenticated_max) {
    Session& closed = *most_dispensable_stranger();
    log_.warning("closed a connection from {}: too many wait for their handshake",
                 closed.address().host);
    bury(closed);
  }
  add_session(std::move(connection), Handshake::acceptor(),
              loop_.now() + config_.options.handshake_timeout);
  arm();
}

// Whoever is silent must not keep others out: of the address that has most connections waiting the
// oldest goes, one that has not even said who it is before all others.
Session* ClusterCore::most_dispensable_stranger() {
  std::map<std::string, std::size_t> waiting;
  const auto for_each = [this](auto&& visit) {
    for (const auto& [deadline, serial] : handshakes_) {
      Session& session = *sessions_.at(serial);
      if (!session.handshake().is_dialer()) visit(session, session.address().host);
    }
  };
  for_each([&](Session&, const std::string& host) { ++waiting[host]; });
  Session* found = nullptr;
  std::pair<std::size_t, bool> best;
  for_each([&](Session& session, const std::string& host) {  // the oldest first
    const std::pair rank(waiting[host], !session.handshake().has_hello());
    if (found != nullptr && rank <= best) return;
    found = &session;
    best = rank;
  });
  return found;
}

void ClusterCore::on_dialled(const NodeId& id, Instant deadline,
                             Result<std::unique_ptr<Connection>> result) {
  const auto found = dials_.find(id);
  if (found == dials_.end() || (quiet() && !drains_to(id))) return;
  if (!result) {
    fail_dial(id, noex::failure_of(result.error()), result.error().code);
    return;
  }
  Hello hello;
  hello.from = self_.id;
  hello.boot = self_.boot;
  hello.joined = membership_.joined();
  hello.to = id;
  hello.known = membership_.known_boot(id);
  hello.clock = clock_reading();
  if (const ConnectionProof* proof = (*result)->proof()) hello.binding = proof->binding;
  Session& session = add_session(std::move(*result), Handshake::dialer(std::move(hello)), deadline);
  found->second.session = &session;
  found->second.spoke = loop_.now();
  const auto dial = std::move(found->second.dial);  // not needed any more; may be our caller
  session.say_hello();
  arm();
}

// `id` by value: it may be the key of what is erased.
void ClusterCore::fail_dial(NodeId id, DialFailure failure, ErrorCode why) {
  const auto dial = dials_.find(id);
  const bool is_open = failure == DialFailure::silent || failure == DialFailure::unfinished;
  const bool again = dial != dials_.end() && dial->second.again && is_open;
  if (dial != dials_.end()) log_.debug("the dial to {} failed: {}", id.text(), describe(failure));
  drop_dial(id);
  tell_of_seed(id, failure, why);
  membership_.on_dial_failed(id, failure, loop_.now());
  if (again && openings_.contains(id)) {
    membership_.dial_on_demand(id);
  } else if (failure != DialFailure::simultaneous) {
    drop_opening(id);
  }
  settle();
}

bool ClusterCore::is_seed(const NodeId& id) const {
  return std::ranges::count(config_.seeds, id) > 0;
}

void ClusterCore::tell_of_seed(const NodeId& id, DialFailure failure, ErrorCode why) {
  const bool told = failure == DialFailure::refused || failure == DialFailure::silent;
  if (!told || quiet() || !is_seed(id) || seeds_reached_.contains(id)) return;
  handler_.on_seed_unreachable(id, why);
}

void ClusterCore::drop_dial(const NodeId& id) {
  auto taken = dials_.extract(id);
  if (!taken.empty() && taken.mapped().session != nullptr) bury(*taken.mapped().session);
}

Session& ClusterCore::add_session(std::unique_ptr<Connection> connection, Handshake handshake,
                                  Instant deadline) {
  const SessionSerial serial = ++last_serial_;
  SessionOwner& owner = *this;
  auto session = std::make_unique<Session>(owner, serial, std::move(connection), loop_,
                                           config_.options, std::move(handshake), deadline);
  handshakes_.emplace(deadline, serial);
  return *(sessions_[serial] = std::move(session));
}

void ClusterCore::expire_handshakes() {
  const Instant now = loop_.now();
  std::vector<SessionSerial> late;
  for (const auto& [deadline, serial] : handshakes_) {
    if (deadline > now) break;
    late.push_back(serial);
  }
  for (const auto serial : late) expire(serial);
  std::vector<NodeId> waited;
  for (const auto& [id, dial] : dials_) {
    if (dial.waits_until && *dial.waits_until <= now) waited.push_back(id);
  }
  for (const NodeId& id : waited) {
    if (Session* rival = promised_to(id)) bury(*rival);
    end_wait(id);
  }
  std::vector<SessionSerial> unanswered;
  for (const auto& [serial, probe] : probes_) {
    if (probe.deadline <= now) unanswered.push_back(serial);
  }
  for (const auto serial : unanswered) end_probe(serial);
}

void ClusterCore::expire(SessionSerial serial) {
  const auto found = sessions_.find(serial);
  if (found == sessions_.end()) return;  // ended with one that expired before it
  Session& session = *found->second;
  if (session.handshake().is_dialer()) {
    fail_dial(session.hello().to, silence_of(session));
    return;
  }
  log_.warning("closed a connection from {}: no handshake in time", name_of(session));
  bury(session);
}

// A slow node may be what took the time: it says Hello late, or reads the answer late. The silence
// is the other's only if that one had half of the time, and was not heard.
DialFailure ClusterCore::silence_of(const Session& dialer) const {
  const auto dial = dials_.find(dialer.hello().to);
  const Instant spoke = dial != dials_.end() ? dial->second.spoke : dialer.deadline();
  const bool had_time = dialer.deadline() - spoke >= config_.options.dial_timeout / 2;
  const bool was_heard = dialer.handshake().confirmed();
  return had_time && !was_heard ? DialFailure::silent : DialFailure::unfinished;
}

// --- The acceptor's side ---

// Anybody can say Hello: what it says changes nothing but this connection until Confirm has come.
void ClusterCore::on_hello(Session& session) {
  const Hello& hello = session.hello();
  if (hello.version == protocol_version && !session.is_bound()) {
    break_link(session, "it said a hello of another connection");
  } else if (hello.version == protocol_version && !session.may_be(hello.from)) {
    break_link(session, "its certificate does not name that node");
  } else if (const auto refusal = judge(hello)) {
    const bool own_name = *refusal == Refusal::name_taken;
    answer(session, *refusal, own_name ? std::optional(self_.id) : std::nullopt);
  } else if (!probe_namesake(session)) {
    judge_dials(session);
  }
  settle();
}

// A reason to refuse, whoever else there is.
std::optional<Refusal> ClusterCore::judge(const Hello& hello) const {
  if (hello.version != protocol_version) return Refusal::version;
  if (hello.from == self_.id) {
    if (hello.boot == self_.boot) return Refusal::self;
    return hello.boot < self_.boot ? Refusal::boot_too_low : Refusal::restarting;
  }
  if (hello.to != self_.id) return Refusal::wrong_node;
  if (quiet()) return halted_ ? Refusal::restarting : Refusal::leaving;
  const auto welcome = membership_.welcome(Incarnation{hello.from, hello.boot});
  // Else it is told which boot is known, and may insist by Confirm.
  if (welcome.too_low && welcome.linked) return Refusal::boot_too_low;
  if (welcome.left) return Refusal::left;
  if (welcome.full) return Refusal::full;
  if (!hello.joined && hello.from.name() == self_.id.name()) return Refusal::name_taken;
  return std::nullopt;
}

// `told`: the highest boot of it that the peer knew to be known here when it confirmed. It would
// have started again above that one if it believed in it: so it is the one that is there.
bool ClusterCore::is_welcome(const Incarnation& peer, Boot told) const {
  const auto welcome = membership_.welcome(peer);
  return welcome.ok() || (welcome.ok_if_insists() && told >= membership_.known_boot(peer.id));
}

// A boot began as a reading of a clock, and none is far ahead of ours. So there is always room
// above the boots that a node has to exceed, and nobody can lock it out.
Boot ClusterCore::boot_believed_max() const {
  return static_cast<Boot>(latest_believable(loop_.wall_now(), config_.options.clock_ahead_max));
}

// What linked peers say of us, and those whom we have dialled.
bool ClusterCore::believes_of_itself(Boot boot, const NodeId& teller) {
  if (boot > boot_believed_max()) {
    warn_of(teller, fmt::format("{} says that this node's id was used with a boot that is too far "
                                "ahead of its clock: not believed",
                                teller.text()));
    return false;
  }
  if (loop_.now() >= config_.restart_from) return true;
  if (!std::exchange(told_waits_, true)) {
    log_.warning("{} knows of a later boot of this node, which has restarted too often, and waits",
                 teller.text());
  }
  return false;
}

// True if the answer has to wait for a living member's sign of life.
bool ClusterCore::probe_namesake(Session& session) {
  if (session.hello().joined) return false;
  for (const auto& holder : membership_.living_namesakes(session.hello().from)) {
    Session* const* const link = links_.find(holder);
    if (link == nullptr) continue;
    const std::uint64_t number = membership_.take_number();
    // Shorter than the joiner's patience, so that it hears the answer.
    const Instant deadline = loop_.now() + config_.options.dial_timeout * 3 / 4;
    probes_[session.serial()] = Probe{holder, number, deadline};
    (*link)->send_control(encode_control(Ping{number}));
    return true;
  }
  return false;
}

// False: it answers no ping about a namesake.
bool ClusterCore::on_pong(const NodeId& from, std::uint64_t number) {
  const auto found = std::ranges::find_if(probes_, [&](const auto& item) {
    return item.second.number == number && item.second.holder == from;
  });
  if (found == probes_.end()) return false;
  const SessionSerial serial = found->first;
  probes_.erase(found);
  answer(*sessions_.at(serial), Refusal::name_taken, from);
  arm();
  return true;
}

void ClusterCore::end_probe(SessionSerial serial) {
  if (probes_.erase(serial) != 0) judge_dials(*sessions_.at(serial));
}

void ClusterCore::end_probes_of(const NodeId& holder) {
  std::vector<SessionSerial> ended;
  for (const auto& [serial, probe] : probes_) {
    if (probe.holder == holder) ended.push_back(serial);
  }
  for (const auto serial : ended) end_probe(serial);
}

// Of two dials at once the smaller id's stays. One that is already confirmed stays too: the peer
// may believe in it. The other's own dial is only given up when the peer confirms: a Hello proves
// nothing about who sent it.
void ClusterCore::judge_dials(Session& session) {
  const NodeId peer = session.hello().from;
  const auto own = dials_.find(peer);
  if (own != dials_.end()) {
    const Session* mine = own->second.session;
    const bool confirmed = mine != nullptr && mine->handshake().confirmed();
    if (confirmed || self_.id < peer) {
      answer(session, Refusal::simultaneous_dial);
      return;
    }
  }
  answer(session, Refusal::none);
}

// The session of a dial of that peer's that was accepted and is not confirmed yet.
Session* ClusterCore::promised_to(const NodeId& peer) {
  for (const auto& [deadline, serial] : handshakes_) {
    Session& session = *sessions_.at(serial);
    if (session.handshake().promised() && session.hello().from == peer) return &session;
  }
  return nullptr;
}

void ClusterCore::end_wait(const NodeId& peer) {
  const auto dial = dials_.find(peer);
  if (dial == dials_.end() || !std::exchange(dial->second.waits_until, std::nullopt)) return;
  dial->second.session->confirm();
}

void ClusterCore::answer(Session& session, Refusal refusal, std::optional<NodeId> holder) {
  const Hello& hello = session.hello();
  HelloAck ack;
  ack.refusal = refusal;
  ack.id = self_.id;
  ack.boot = self_.boot;
  ack.known = hello.from == self_.id ? self_.boot : membership_.known_boot(hello.from);
  ack.clock = clock_reading();
  ack.holder = std::move(holder);
  session.answer(ack);
  if (refusal == Refusal::none) return;
  handler_.on_peer_blamed(Blame{Blame::What::refused, hello.from, hello.boot, hello.to, refusal});
  log_.debug("refused {}: {}", name_of(session), describe(refusal));
  session.close();
  bury(session);
}

// --- The dialer's side ---

void ClusterCore::on_accepted(Session& session) {
  const NodeId id = session.hello().to;
  const HelloAck& ack = session.ack();
  if (!proves(session)) {
    fail_dial(id, DialFailure::refused, ErrorCode::unauthorised);
  } else if (ack.id != id) {
    warn_stranger(id, ack.id);
    fail_dial(id, DialFailure::refused, ErrorCode::not_found);
  } else if (starts_above(ack)) {
    fail_dial(id, DialFailure::silent);
  } else if (!is_welcome(Incarnation{ack.id, ack.boot}, session.hello().known)) {
    fail_dial(id, DialFailure::silent);
  } else if (promised_to(id) != nullptr && id < self_.id) {
    // Its own dial goes first, if it is its own.
    const Instant now = loop_.now();
    dials_.at(id).waits_until = now + (session.deadline() - now) / 2;
    arm();
  } else {
    session.confirm();
  }
}

// What a node says of itself it may say if its certificate names it.
bool ClusterCore::proves(Session& session) {
  const NodeId& claimed = session.ack().id;
  if (session.may_be(claimed)) return true;
  warn_of(session.hello().to, fmt::format("closed the connection to {}: the certificate there does "
                                          "not name {}",
                                          session.hello().to.text(), claimed.text()));
  return false;
}

// Whom we wanted to reach, at the address where we believe it, knows of a later boot of ours.
bool ClusterCore::starts_above(const HelloAck& ack) {
  if (ack.known <= self_.boot || !believes_of_itself(ack.known, ack.id)) return false;
  teller_ = ack.id;
  membership_.on_own_boot_seen(ack.known);
  return true;
}

void ClusterCore::on_refused(Session& session) {
  const NodeId id = session.hello().to;
  const HelloAck ack = session.ack();
  log_.debug("{} refused: {}", id.text(), describe(ack.refusal));
  if (!proves(session)) return fail_dial(id, DialFailure::refused, ErrorCode::unauthorised);
  if (ack.refusal == Refusal::boot_too_low && ack.id == id) (void)starts_above(ack);
  const bool stranger = ack.refusal == Refusal::wrong_node;
  fail_dial(id, failure_of(id, ack), stranger ? ErrorCode::not_found : ErrorCode::timeout);
  if (ack.refusal == Refusal::name_taken && !quiet() && !std::exchange(name_refused_, true)) {
    handler_.on_name_refused(*ack.holder);
  }
}

DialFailure ClusterCore::failure_of(const NodeId& id, const HelloAck& ack) {
  switch (ack.refusal) {
    case Refusal::simultaneous_dial:
      return DialFailure::simultaneous;
    case Refusal::self:
      if (ack.id != self_.id || ack.boot != self_.boot) return DialFailure::silent;
      log_.info("{} is this node itself: not dialled any more", id.text());
      return DialFailure::self;
    case Refusal::wrong_node:
      warn_stranger(id, ack.id);
      return DialFailure::refused;
    case Refusal::version:
      warn_of(id, fmt::format("{} speaks another protocol version", id.text()));
      return DialFailure::refused;
    case Refusal::full:
      warn_of(id, fmt::format("{} refused: {}", id.text(), describe(ack.refusal)));
      return DialFailure::silent;
    case Refusal::restarting:
      return DialFailure::refused;
    case Refusal::leaving:
      return membership_.known_boot(id) == ack.boot ? DialFailure::left : DialFailure::silent;
    case Refusal::none:
    case Refusal::name_taken:
    case Refusal::boot_too_low:
    case Refusal::left:
      return DialFailure::silent;
  }
  return DialFailure::silent;
}

void ClusterCore::warn_stranger(const NodeId& expected, const NodeId& found) {
  handler_.on_peer_blamed(Blame{Blame::What::stranger, expected, 0, found, Refusal::none});
  warn_of(expected,
          fmt::format("expected {} and found {} at that address", expected.text(), found.text()));
}

// Dials are repeated for ever, what is to be said of them is not.
void ClusterCore::warn_of(const NodeId& id, std::string text) {
  if (warnings_.size() > config_.options.members_max) warnings_.clear();
  auto& last = warnings_[id];
  if (last == text) return;
  last = std::move(text);
  log_.warning("{}", last);
}

// --- Both sides ---

void ClusterCore::on_established(Session& session) {
  const bool dialer = session.handshake().is_dialer();
  const Hello& hello = session.hello();
  const HelloAck& ack = session.ack();
  const Incarnation peer =
      dialer ? Incarnation{ack.id, ack.boot} : Incarnation{hello.from, hello.boot};
  const Boot told = dialer ? hello.known : ack.known;
  const bool drains = drains_to(peer.id) && peers_.at(peer.id)->peer() == peer;
  if (!dialer && !quiet() && hello.known > self_.boot &&
      believes_of_itself(hello.known, hello.from)) {
    teller_ = hello.from;
    membership_.on_own_boot_seen(hello.known);
    bury(session);
    return settle();
  }
  if ((quiet() && !drains) || !is_welcome(peer, told)) {
    // A higher boot may have become known since the answer was read.
    if (dialer) {
      fail_dial(peer.id, DialFailure::silent);
    } else {
      bury(session);
    }
    return;
  }
  if (dialer) dials_.erase(peer.id);
  if (Session* const* const older = links_.find(peer.id)) drop_link(**older, false);
  // The owner may have begun to leave, or may be told to start again.
  if ((quiet() && !drains) || !membership_.on_linked(peer, loop_.now(), true)) {
    bury(session);
    return;
  }
  warnings_.erase(peer.id);
  if (is_seed(peer.id)) seeds_reached_.insert(peer.id);
  handshakes_.erase({session.deadline(), session.serial()});
  session.establish(peer);
  merge(session, dialer ? ack.clock : hello.clock);
  links_[peer.id] = &session;
  run_actions();
  log_.debug("linked to {}", peer.id.text());
  if (session.open() && (!quiet() || drains_to(peer.id))) stand(session);
  if (drains && session.open()) say_leave(session);
  settle();
}

}  // namespace noex
