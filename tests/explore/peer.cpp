#include "tests/explore/peer.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "noex/runtime/membership/control.h"
#include "noex/runtime/message/codec.h"

namespace noex::explore {

namespace {

// There is one link to a peer at a time, and its end is always told before the next begins.
LinkSerial serial_of(std::size_t peer) {
  return LinkSerial(peer + 1);
}

}  // namespace

NodeId id_of(std::size_t node) {
  return NodeId(std::string(1, static_cast<char>('a' + node)), "h",
                static_cast<std::uint16_t>(node + 1));
}
std::size_t index_of(const NodeId& id) {
  return id.port() - 1U;
}

Rules Rules::of(std::size_t nodes, bool all_seeds) {
  Rules rules;
  rules.options.heartbeat_interval = 2ns;
  rules.options.suspicion_after = 3ns;
  rules.options.suspicion_timeout = 1ns;
  rules.options.dial_timeout = 0ns;
  rules.options.claim_grace = 1ns;
  rules.options.redial_min = 0ns;
  rules.options.redial_max = 0ns;
  rules.seeds.resize(nodes);
  for (std::size_t node = 0; node < nodes; ++node) {
    for (std::size_t seed = 0; seed < nodes; ++seed) {
      if (seed != node && (all_seeds || seed == 0)) rules.seeds[node].push_back(id_of(seed));
    }
  }
  return rules;
}

Peer::Peer(const Peer& other)
    : rules_(other.rules_),
      index_(other.index_),
      boot_(other.boot_),
      running_(other.running_),
      now_(other.now_),
      others_(other.others_),
      settled_(other.settled_),
      posted_(other.posted_),
      posted_ups_(other.posted_ups_),
      process_(other.process_),
      held_(other.held_),
      acknowledged_(other.acknowledged_),
      registry_time_(other.registry_time_),
      made_(other.made_),
      told_holder_(other.told_holder_) {
  if (!running_) return;
  clock_ = std::make_unique<HybridClock>(*other.clock_);
  membership_ = std::make_unique<Membership>(*other.membership_);
  registry_ = other.registry_->clone(*clock_);
}

std::vector<Effect> Peer::step(const Event& event) {
  switch (event.kind) {
    case EventKind::start:
      if (event.boot == 0) {
        crash();
        return {};
      }
      start(event.boot);
      break;
    case EventKind::data:
      on_data(event);
      break;
    case EventKind::control:
      on_control(event);
      break;
    case EventKind::linked:
      on_linked(event);
      break;
    case EventKind::link_lost: {
      const Incarnation gone{id_of(event.peer), others_[event.peer].link};
      drop_link(event.peer);
      membership_->on_link_closed(gone, now_);
      break;
    }
    case EventKind::dial_refused:
    case EventKind::dial_silent:
    case EventKind::dial_simultaneous: {
      constexpr DialFailure failures[] = {DialFailure::refused, DialFailure::silent,
                                          DialFailure::simultaneous};
      const auto which = static_cast<int>(event.kind) - static_cast<int>(EventKind::dial_refused);
      others_[event.peer].dialing = false;
      membership_->on_dial_failed(id_of(event.peer), failures[which], now_);
      break;
    }
    case EventKind::settle:
      break;
    case EventKind::tick:
      on_tick(Duration(static_cast<std::int64_t>(event.boot)));
      break;
    case EventKind::register_name:
      register_it();
      break;
    case EventKind::unregister_name:
      unregister_it();
      break;
    case EventKind::process_ended:
      end_process();
      break;
    case EventKind::grace:
      pass_registry_time(registry_->next_deadline().value_or(registry_time_));
      break;
    case EventKind::deadline:
      pass_registry_time(registry_time_ + request_time);
      break;
  }
  carry_out_registry();
  // A message of the data lane changes membership in a turn of its own, later.
  if (event.kind != EventKind::data) settle();
  check();
  return std::exchange(effects_, {});
}

// --- Events ---

void Peer::start(Boot boot) {
  boot_ = boot;
  running_ = true;
  now_ = registry_time_ = Instant{};
  made_ = 0;
  clock_ = std::make_unique<HybridClock>(id_of(index_));
  membership_ =
      std::make_unique<Membership>(self(), rules_->seeds[index_], rules_->options, Random(1));
  Options options = rules_->options;
  options.gossip_delay = 0ns;  // its news wait for no time
  registry_ = Registry::create(self(), options, *clock_);
  membership_->start(now_);
}

void Peer::crash() {
  running_ = false;
  clock_.reset();
  registry_.reset();
  membership_.reset();
  others_ = {};
  settled_ = posted_ = false;
  held_.reset();
  told_holder_.reset();
  posted_ups_.clear();
}

void Peer::on_data(const Event& event) {
  Other& other = others_[event.peer];
  membership_->heard(id_of(event.peer), now_);
  note_delivered(event.peer, event.message);
  if (other.link == 0 ||
      !registry_->on_message(serial_of(event.peer), event.message, registry_time_)) {
    wrong("takes a message for malformed");
  }
}

void Peer::on_control(const Event& event) {
  const NodeId peer = id_of(event.peer);
  membership_->heard(peer, now_);
  const auto message = decode_control(event.message);
  if (const auto* heartbeat = std::get_if<Heartbeat>(&*message)) {
    clock_->merge(Stamp{heartbeat->wall, heartbeat->counter, peer});
    membership_->on_heartbeat(peer, heartbeat->table_hash, heartbeat->rumours, now_);
  } else if (const auto* table = std::get_if<Table>(&*message)) {
    membership_->on_table(peer, *table, now_);
  } else if (const auto* ping = std::get_if<Ping>(&*message)) {
    send_control(peer, Pong{ping->number});
  } else if (const auto* pong = std::get_if<Pong>(&*message)) {
    membership_->on_pong(peer, pong->number);
  } else if (const auto* request = std::get_if<PingRequest>(&*message)) {
    membership_->on_ping_request(peer, *request, now_);
  } else {
    membership_->on_nack(peer, std::get<Nack>(*message).number);
  }
}

void Peer::on_linked(const Event& event) {
  Reader reader(event.message);
  const std::int64_t wall = reader.zigzag();
  const auto counter = static_cast<std::uint32_t>(reader.varint());
  clock_->merge(Stamp{wall, counter, id_of(event.peer)});
  Other& other = others_[event.peer];
  other.dialing = false;
  if (other.link != 0) drop_link(event.peer);
  const Incarnation peer{id_of(event.peer), event.boot};
  if (!membership_->on_linked(peer, now_)) return wrong("links to whom it does not welcome");
  other.link = event.boot;
  run_actions();
  if (other.link == 0) return;
  effects_.push_back({EffectKind::send_data, event.peer, 0, registry_->snapshot()});
  registry_->on_link_up(peer, serial_of(event.peer));
}

void Peer::drop_link(std::size_t peer) {
  Other& other = others_[peer];
  other.link = 0;
  other.has_snapshot = other.doubted = other.asked_anew = false;
  registry_->on_link_down(serial_of(peer));
  carry_out_registry();
}

void Peer::on_tick(Duration time) {
  now_ = time.count() == 0 ? std::max(now_, membership_->next_deadline()) : now_ + time;
  if (membership_->next_deadline() <= now_) membership_->on_time(now_);
}

void Peer::register_it() {
  ++process_;
  for (Other& other : others_) other.shows_us = 0;  // what was shown was another entry
  // The wall of a later start is set back.
  const WallTime wall(std::chrono::nanoseconds(1000 - static_cast<std::int64_t>(boot_)));
  told_holder_.reset();
  registry_->register_name(std::string(the_name), process_, registry_time_, wall,
                           registry_time_ + request_time);
}

void Peer::unregister_it() {
  const auto own = own_entry();
  if (registry_->unregister_name(the_name, own ? own->process : process_) != held_.has_value()) {
    wrong("unregisters what it does not hold, or not what it holds");
  }
  held_.reset();
}

void Peer::end_process() {
  held_.reset();
  const auto own = own_entry();
  if (own && own->process != process_) registry_->process_ended(own->process);
  registry_->process_ended(process_);
}

// --- What membership wants ---

void Peer::run_actions() {
  posted_ = false;
  const auto ups = std::exchange(posted_ups_, {});
  for (const AnnounceUp& up : ups) carry_out(up);
  while (membership_->has_actions()) {
    for (const auto& action : membership_->take_actions()) {
      std::visit([this](const auto& one) { carry_out(one); }, action);
    }
  }
}

void Peer::settle() {
  run_actions();
  if (settled_ != membership_->settled()) {
    settled_ = membership_->settled();
    registry_->set_settled(settled_);
  }
  carry_out_registry();
}

void Peer::carry_out(const StartDial& action) {
  Other& other = others_[index_of(action.id)];
  if (other.dialing || other.link != 0) wrong("dials twice");
  other.dialing = true;
  effects_.push_back({EffectKind::start_dial, index_of(action.id), 0, {}});
}

void Peer::carry_out(const StopDial& action) {
  others_[index_of(action.id)].dialing = false;
  effects_.push_back({EffectKind::stop_dial, index_of(action.id), 0, {}});
}

void Peer::carry_out(const CloseLink& action) {
  if (others_[index_of(action.peer.id)].link != action.peer.boot) return;
  drop_link(index_of(action.peer.id));
  effects_.push_back({EffectKind::close_link, index_of(action.peer.id), 0, {}});
}

void Peer::carry_out(const AnnounceUp& action) {
  Other& other = others_[index_of(action.node.id)];
  if (other.up != 0) return wrong("announces a node up that is up (M8)");
  if (action.node.boot < other.last_up) wrong("announces an older boot (M8)");
  other.up = other.last_up = action.node.boot;
  registry_->on_node_up(action.node);
  carry_out_registry();
}

void Peer::carry_out(const AnnounceDown& action) {
  const std::size_t peer = index_of(action.node.id);
  Other& other = others_[peer];
  if (other.up != action.node.boot) return wrong("announces a node down that is not up (M8)");
  if (action.reason == DownReason::connection_refused ||
      action.reason == DownReason::graceful_shutdown) {
    wrong(fmt::format("gives a false reason: {}", describe(action.reason)));
  }
  other.up = 0;
  other.shows_us = 0;
  registry_->on_node_down(action.node);
  carry_out_registry();
  if (action.reason == DownReason::restarted) {
    effects_.push_back({EffectKind::down_restarted, peer, action.node.boot, {}});
  }
}

void Peer::send_control(const NodeId& to, const ControlMessage& message) {
  if (others_[index_of(to)].link == 0) return;
  effects_.push_back({EffectKind::send_control, index_of(to), 0, encode_control(message)});
}

void Peer::carry_out(const SendHeartbeat& action) {
  const Stamp last = clock_->last();
  send_control(action.to,
               Heartbeat{membership_->table_hash(), 0, last.wall, last.counter, action.rumours});
}

void Peer::carry_out(const SendTable& action) {
  for (const auto& part : membership_->table()) send_control(action.to, part);
}

void Peer::carry_out(const SendPing& action) {
  send_control(action.to, Ping{action.number});
}

void Peer::carry_out(const SendPingRequest& action) {
  send_control(action.to, action.request);
}

void Peer::carry_out(const AnswerPingRequest& action) {
  if (action.alive) return send_control(action.to, Pong{action.number});
  send_control(action.to, Nack{action.number});
}

void Peer::carry_out(const BootTooLow&) {
  wrong("is told of a boot above its own");
}
void Peer::carry_out(const TableFull&) {
  wrong("has no room for a node");
}

// --- What the registry wants ---

void Peer::pass_registry_time(Instant to) {
  registry_time_ = std::max(registry_time_, to);
  registry_->on_time(registry_time_);
}

// What begins to wait is told the time at once, as by a timer that is due.
void Peer::carry_out_registry() {
  // Once: what is due again at once, such as news, leaves with the actions.
  if (registry_->next_deadline().value_or(Instant::max()) <= registry_time_) {
    registry_->on_time(registry_time_);
  }
  for (const auto& action : registry_->take_actions()) {
    std::visit([this](const auto& one) { carry_out(one); }, action);
  }
}

void Peer::carry_out(const RegistrySend& action) {
  const std::size_t peer = index_of(action.to);
  if (others_[peer].link == 0) return wrong("sends without a link");
  effects_.push_back({EffectKind::send_data, peer, 0, action.message});
}

void Peer::carry_out(const RegistryPublished& action) {
  const auto own = own_entry();
  if (own && *own != action.entry) wrong("tells of an entry that is not its own");
}

void Peer::carry_out(const RegistryFinished& action) {
  if (!action.result) {
    if (action.result.error().code == ErrorCode::name_taken) told_holder_ = action.holder;
    return;
  }
  const auto own = own_entry();
  if (held_ || !own || own->process != process_) return wrong("acknowledges what is not there");
  held_ = own;
  ++acknowledged_;
}

void Peer::carry_out(const RegistryConflictLost& action) {
  const auto held = std::exchange(held_, std::nullopt);
  if (!held || held->process != action.process) return wrong("loses what it does not hold (R4)");
  if (action.winner.owner == self() || held->stamp < action.winner.entry.stamp) {
    wrong("loses with the better entry (R4)");
  }
}

void Peer::carry_out(const RegistryFound&) {
  wrong("finds what nobody looks for");
}
void Peer::carry_out(const RegistryWinnerChanged&) {
  wrong("tells what nobody watches");
}

// Everybody dials everybody here, whether he is asked to or not.
void Peer::carry_out(const RegistryReach& action) {
  if (others_[index_of(action.to)].link != 0) wrong("reaches for whom it is linked to");
}

// Only messages of the data lane lead to it, so that membership has no other actions.
void Peer::carry_out(const RegistryKnown& action) {
  membership_->on_registry_known(action.owner);
  posted_ = true;
  for (const auto& wanted : membership_->take_actions()) {
    const auto* up = std::get_if<AnnounceUp>(&wanted);
    if (up == nullptr) {
      wrong("does more than to announce a node when its registry is known");
    } else {
      posted_ups_.push_back(*up);
    }
  }
}

}  // namespace noex::explore
