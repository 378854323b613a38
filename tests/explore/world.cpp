#include "tests/explore/world.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "noex/runtime/message/codec.h"

namespace noex::explore {

World World::cold(Store& store, std::size_t nodes) {
  World world;
  world.size_ = nodes;
  for (std::size_t node = 0; node < nodes; ++node) {
    world.peers_[node] = store.add(Peer(store.rules(), node));
    world.step(store, node, EventKind::start, 0, 1);
  }
  return world;
}

// --- Events and what they lead to ---

std::string World::step(Store& store, std::size_t node, EventKind kind, std::size_t other,
                        Boot boot, MessageNumber message) {
  const StoredStep& done = store.step(peers_[node], kind, other, boot, message);
  if (!done.problem.empty()) return done.problem;
  peers_[node] = done.peer;
  for (const StoredEffect& effect : done.effects) {
    if (std::string wrong = carry_out(store, node, effect); !wrong.empty()) return wrong;
  }
  return {};
}

std::string World::carry_out(Store& store, std::size_t node, const StoredEffect& effect) {
  Ends& ends = ends_[node][effect.peer];
  End* far = nullptr;
  switch (effect.kind) {
    case EffectKind::send_data:
      far = ends.current.state == EndState::up ? far_end(node, effect.peer) : nullptr;
      if (far != nullptr) far->data.push_back(effect.message);
      break;
    case EffectKind::send_control:
      far = ends.current.state == EndState::up ? far_end(node, effect.peer) : nullptr;
      if (far == nullptr) break;
      // Two equal heartbeats in a row do what one does.
      if (far->control.empty() || far->control.back() != effect.message) {
        far->control.push_back(effect.message);
      }
      break;
    case EffectKind::close_link:
      break_far_end(node, effect.peer);
      ends.current = End{};
      break;
    case EffectKind::start_dial:
      break;
    case EffectKind::stop_dial:
      if (ends.opening.state == EndState::none) break;
      std::swap(ends.current, ends.opening);
      break_far_end(node, effect.peer);
      std::swap(ends.current, ends.opening);
      ends.opening = End{};
      break;
    case EffectKind::down_restarted:
      if (view(store, effect.peer).boot <= effect.boot) {
        return fmt::format("{} says restarted of {}, which is not", id_of(node).name(),
                           id_of(effect.peer).name());
      }
      break;
  }
  return {};
}

// The other's end of the link that `node` holds to it; nullptr if the other has forgotten it.
World::End* World::far_end(std::size_t node, std::size_t other) {
  const std::uint8_t link = ends_[node][other].current.link;
  Ends& far = ends_[other][node];
  if (far.current.state != EndState::none && far.current.link == link) return &far.current;
  if (far.opening.state != EndState::none && far.opening.link == link) return &far.opening;
  return nullptr;
}

void World::break_far_end(std::size_t node, std::size_t other) {
  if (ends_[node][other].current.state == EndState::none) return;
  if (End* far = far_end(node, other)) far->state = EndState::broken;
}

// The answer to a dial, as HandshakeRules::judge gives it; the handshake's last word to the dialer
// is a step of its own.
std::string World::accept(Store& store, std::size_t dialer, std::size_t acceptor) {
  const PeerView& mine = view(store, acceptor);
  const Boot boot = view(store, dialer).boot;
  if (!store.peer(peers_[acceptor]).welcomes(dialer, boot)) {
    return step(store, dialer, EventKind::dial_silent, acceptor);
  }
  if (mine.others[dialer].dialing) {
    const bool confirmed = ends_[acceptor][dialer].opening.state != EndState::none;
    if (confirmed || id_of(acceptor) < id_of(dialer)) {
      return step(store, dialer, EventKind::dial_simultaneous, acceptor);
    }
    std::string wrong = step(store, acceptor, EventKind::dial_simultaneous, dialer);
    if (!wrong.empty()) return wrong;
  }
  std::uint8_t link = 1;
  const auto is_used = [&](std::uint8_t number) {
    return ends_[acceptor][dialer].current.link == number ||
           ends_[dialer][acceptor].current.link == number;
  };
  while (is_used(link)) ++link;
  break_far_end(acceptor, dialer);
  const MessageNumber clock = store.add(store.peer(peers_[acceptor]).clock());
  ends_[acceptor][dialer].current = End{EndState::up, link, 0, 0, {}, {}};
  ends_[dialer][acceptor].opening =
      End{EndState::opening, link, view(store, acceptor).boot, clock, {}, {}};
  const MessageNumber dialer_clock = store.add(store.peer(peers_[dialer]).clock());
  return step(store, acceptor, EventKind::linked, dialer, boot, dialer_clock);
}

std::string World::ready(Store& store, std::size_t dialer, std::size_t acceptor) {
  Ends& ends = ends_[dialer][acceptor];
  const Boot boot = ends.opening.boot;
  const MessageNumber clock = ends.opening.clock;
  if (!store.peer(peers_[dialer]).welcomes(acceptor, boot)) {
    return fail_dial(store, dialer, acceptor);
  }
  ends.current = std::exchange(ends.opening, End{});
  ends.current.boot = 0;
  ends.current.clock = 0;
  if (ends.current.state == EndState::opening) ends.current.state = EndState::up;
  return step(store, dialer, EventKind::linked, acceptor, boot, clock);
}

std::string World::fail_dial(Store& store, std::size_t dialer, std::size_t target) {
  Ends& ends = ends_[dialer][target];
  if (ends.opening.state != EndState::none) {
    std::swap(ends.current, ends.opening);
    break_far_end(dialer, target);
    std::swap(ends.current, ends.opening);
    ends.opening = End{};
    return step(store, dialer, EventKind::dial_silent, target);
  }
  const bool refused = !view(store, target).running && !cut_[dialer][target];
  return step(store, dialer, refused ? EventKind::dial_refused : EventKind::dial_silent, target);
}

void World::crash(Store& store, std::size_t node) {
  for (std::size_t other = 0; other < size_; ++other) {
    reset(node, other);
    ends_[node][other] = Ends{};
  }
  step(store, node, EventKind::start, 0, 0);
}

void World::reset(std::size_t a, std::size_t b) {
  for (Ends* ends : {&ends_[a][b], &ends_[b][a]}) {
    for (End* end : {&ends->current, &ends->opening}) {
      if (end->state != EndState::none) end->state = EndState::broken;
    }
  }
}

std::string World::apply(Store& store, const Choice& choice) {
  spend(choice);
  std::string wrong = begin_step(store, choice);
  return wrong.empty() ? check(store) : wrong;
}

void World::spend(const Choice& choice) {
  if (choice.kind == ChoiceKind::tick) --budget.ticks;
  if (choice.kind == ChoiceKind::grace) --budget.graces;
  if (choice.kind >= ChoiceKind::tick && choice.kind != ChoiceKind::register_name) calm_ = false;
  if (choice.kind == ChoiceKind::register_name) {
    --budget.registrations;
    claimed_ = true;
  }
  const bool is_ending = choice.kind == ChoiceKind::unregister_name ||
                         choice.kind == ChoiceKind::process_ended ||
                         choice.kind == ChoiceKind::deadline;
  if (is_ending) --budget.endings;
  if (choice.kind == ChoiceKind::reset) --budget.resets;
  if (choice.kind == ChoiceKind::partition) --budget.partitions;
  if (choice.kind == ChoiceKind::crash) --budget.crashes;
}

std::string World::begin_step(Store& store, const Choice& choice) {
  const std::size_t one = choice.one;
  const std::size_t two = choice.two;
  const auto take = [](std::vector<MessageNumber>& lane) {
    const MessageNumber first = lane.front();
    lane.erase(lane.begin());
    return first;
  };
  End& incoming = ends_[two][one].current;
  switch (choice.kind) {
    case ChoiceKind::data:
      return step(store, two, EventKind::data, one, 0, take(incoming.data));
    case ChoiceKind::control:
      return step(store, two, EventKind::control, one, 0, take(incoming.control));
    case ChoiceKind::accept:
      return accept(store, one, two);
    case ChoiceKind::ready:
      return ready(store, one, two);
    case ChoiceKind::fail_dial:
      return fail_dial(store, one, two);
    case ChoiceKind::see_cut:
      ends_[one][two].current = End{};
      return step(store, one, EventKind::link_lost, two);
    case ChoiceKind::settle:
      return step(store, one, EventKind::settle);
    case ChoiceKind::grace:
      return step(store, one, EventKind::grace);
    case ChoiceKind::tick:
      return step(store, one, EventKind::tick);
    case ChoiceKind::register_name:
      return step(store, one, EventKind::register_name);
    case ChoiceKind::unregister_name:
      return step(store, one, EventKind::unregister_name);
    case ChoiceKind::process_ended:
      return step(store, one, EventKind::process_ended);
    case ChoiceKind::deadline:
      return step(store, one, EventKind::deadline);
    case ChoiceKind::reset:
      reset(one, two);
      return {};
    case ChoiceKind::partition:
    case ChoiceKind::heal:
      cut_[one][two] = cut_[two][one] = choice.kind == ChoiceKind::partition;
      return {};
    case ChoiceKind::crash:
      crash(store, one);
      return {};
    case ChoiceKind::restart:
      return step(store, one, EventKind::start, 0, view(store, one).boot + 1);
  }
  return {};
}

std::string World::pass_time(Store& store) {
  Duration next = Duration::max();
  for (std::size_t node = 0; node < size_; ++node) {
    if (view(store, node).running) next = std::min(next, view(store, node).next_tick);
  }
  for (std::size_t node = 0; node < size_; ++node) {
    if (!view(store, node).running) continue;
    // Time zero means to the next deadline, which is now for one node at least.
    if (next.count() == 0 && view(store, node).next_tick.count() != 0) continue;
    const auto time = static_cast<Boot>(next.count());
    std::string wrong = step(store, node, EventKind::tick, 0, time);
    if (!wrong.empty()) return wrong;
  }
  return check(store);
}

// --- What may happen ---

std::vector<Choice> World::choices(const Store& store) const {
  std::vector<Choice> choices;
  for (std::size_t one = 0; one < size_; ++one) {
    add_node_choices(store, one, choices);
    for (std::size_t two = 0; two < size_; ++two) {
      if (one == two) continue;
      add_pair_choices(store, one, two, choices);
      if (one < two) add_faults(store, one, two, choices);
    }
  }
  return choices;
}

void World::add_node_choices(const Store& store, std::size_t node,
                             std::vector<Choice>& choices) const {
  const auto add = [&](bool possible, ChoiceKind kind) {
    if (possible) choices.push_back({kind, static_cast<std::uint8_t>(node), 0});
  };
  const PeerView& at = view(store, node);
  if (!at.running) return add(true, ChoiceKind::restart);
  add(at.posted, ChoiceKind::settle);
  const bool is_idle = at.pending == 0 && !at.holds;
  add(is_idle && budget.registrations > 0, ChoiceKind::register_name);
  add(at.holds && budget.endings > 0, ChoiceKind::unregister_name);
  add(!is_idle && budget.endings > 0, ChoiceKind::process_ended);
  add(at.pending > 0 && budget.endings > 0, ChoiceKind::deadline);
  add(at.waits && budget.graces > 0, ChoiceKind::grace);
  add(budget.ticks > 0, ChoiceKind::tick);
  add(budget.crashes > 0, ChoiceKind::crash);
}

void World::add_pair_choices(const Store& store, std::size_t one, std::size_t two,
                             std::vector<Choice>& choices) const {
  const auto add = [&](bool possible, ChoiceKind kind) {
    if (!possible) return;
    choices.push_back({kind, static_cast<std::uint8_t>(one), static_cast<std::uint8_t>(two)});
  };
  if (cut_[one][two]) {
    const bool dials = view(store, one).running && view(store, one).others[two].dialing;
    add(dials && !cuts_last_, ChoiceKind::fail_dial);
    return;
  }
  const End& incoming = ends_[two][one].current;
  const bool open = incoming.state == EndState::up || incoming.state == EndState::broken;
  add(open && !incoming.data.empty(), ChoiceKind::data);
  add(open && !incoming.control.empty(), ChoiceKind::control);
  const PeerView& at = view(store, one);
  if (!at.running) return;
  add(ends_[one][two].current.state == EndState::broken, ChoiceKind::see_cut);
  if (!at.others[two].dialing) return;
  const EndState opening = ends_[one][two].opening.state;
  const bool is_there = view(store, two).running;
  add(opening == EndState::none && is_there, ChoiceKind::accept);
  add(opening != EndState::none, ChoiceKind::ready);
  add(opening == EndState::broken || (opening == EndState::none && !is_there),
      ChoiceKind::fail_dial);
}

void World::add_faults(const Store&, std::size_t one, std::size_t two,
                       std::vector<Choice>& choices) const {
  const auto add = [&](bool possible, ChoiceKind kind) {
    if (!possible) return;
    choices.push_back({kind, static_cast<std::uint8_t>(one), static_cast<std::uint8_t>(two)});
  };
  const EndState state = ends_[one][two].current.state;
  const EndState other = ends_[two][one].current.state;
  add(budget.resets > 0 && (state == EndState::up || other == EndState::up), ChoiceKind::reset);
  add(budget.partitions > 0 && !cut_[one][two], ChoiceKind::partition);
  add(cut_[one][two] && !cuts_last_, ChoiceKind::heal);
}

}  // namespace noex::explore
