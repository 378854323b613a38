// World, judged and written down: what no state may look like, and states as text and as bytes.
#include <algorithm>

#include <fmt/format.h>

#include "noex/runtime/membership/control.h"
#include "tests/explore/world.h"

namespace noex::explore {

namespace {

std::string name_of(std::size_t node) {
  return id_of(node).name();
}

}  // namespace

// --- What must hold ---

std::string World::check(const Store& store) const {
  for (std::size_t owner = 0; owner < size_; ++owner) {
    for (std::size_t node = 0; node < size_; ++node) {
      if (owner == node || !view(store, node).running || !view(store, owner).running) continue;
      if (std::string wrong = check_copy(store, owner, node); !wrong.empty()) return wrong;
    }
  }
  if (std::string wrong = check_holders(store); !wrong.empty()) return wrong;
  if (std::string wrong = check_refusals(store); !wrong.empty()) return wrong;
  return is_quiet(store) ? check_quiet(store) : std::string();
}

// What `node` believes of `owner`'s entry.
std::string World::check_copy(const Store& store, std::size_t owner, std::size_t node) const {
  const PeerView& truth = view(store, owner);
  const PeerView& seen = view(store, node);
  const PeerView::Other& copy = seen.others[owner];
  const bool has_all = is_whole(owner, node) && copy.has_snapshot && !has_mail(owner, node);
  if (has_all && copy.copy != truth.own) {
    return fmt::format("{}'s copy of {}'s names is not what it was sent", name_of(node),
                       name_of(owner));
  }
  const bool promised = truth.holds && truth.others[node].shows_us == seen.boot;
  if (promised && copy.up == truth.boot && (!copy.visible || copy.copy != truth.own)) {
    return fmt::format("{} said that it shows {}'s name and does not (R6)", name_of(node),
                       name_of(owner));
  }
  return {};
}

std::string World::check_holders(const Store& store) const {
  std::size_t acknowledged = 0;
  for (std::size_t a = 0; a < size_; ++a) {
    const PeerView& one = view(store, a);
    acknowledged += one.acknowledged;
    for (std::size_t b = a + 1; b < size_; ++b) {
      const PeerView& two = view(store, b);
      if (!one.holds || !two.holds || !is_whole(a, b)) continue;
      const bool know = one.others[b].has_snapshot && two.others[a].has_snapshot &&
                        one.others[b].up == two.boot && two.others[a].up == one.boot;
      if (know && !has_mail(a, b) && !has_mail(b, a)) {
        return fmt::format("{} and {} are linked and both hold the name (R3)", name_of(a),
                           name_of(b));
      }
    }
  }
  if (calm_ && acknowledged > 1) return "two claims of one name are acknowledged (R8)";
  return {};
}

// Whoever was named in a refusal has, or had, an entry.
std::string World::check_refusals(const Store& store) const {
  for (std::size_t node = 0; node < size_; ++node) {
    const auto& holder = view(store, node).told_holder;
    if (!holder) continue;
    const PeerView& owner = view(store, index_of(holder->owner.id));
    if (owner.boot != holder->owner.boot) continue;
    if ((owner.made >> holder->entry.process & 1U) == 0) {
      return fmt::format("{} is refused for an entry of {} that never was (R9)", name_of(node),
                         holder->owner.id.name());
    }
  }
  return {};
}

std::string World::check_resolved(const Store& store) const {
  std::size_t acknowledged = 0;
  for (std::size_t node = 0; node < size_; ++node) {
    const PeerView& at = view(store, node);
    acknowledged += at.acknowledged;
    if (at.pending != 0) return fmt::format("{}'s request hangs (R7, R8)", name_of(node));
    if (at.promises != 0) return fmt::format("{} keeps a promise", name_of(node));
  }
  if (claimed_ && acknowledged == 0) return "no claim is acknowledged (R8)";
  return {};
}

std::string World::check_quiet(const Store& store) const {
  std::size_t acknowledged = 0;
  std::optional<NameHolder> winner;
  for (std::size_t node = 0; node < size_; ++node) {
    const PeerView& at = view(store, node);
    if (!at.running) continue;
    if (at.pending != 0) return fmt::format("{}'s request hangs (R7)", name_of(node));
    if (at.promises != 0) return fmt::format("{} keeps a promise", name_of(node));
    if (at.own) winner = NameHolder{{id_of(node), at.boot}, *at.own};
    acknowledged += at.acknowledged;
  }
  for (std::size_t node = 0; node < size_; ++node) {
    if (!view(store, node).running || view(store, node).winner == winner) continue;
    return fmt::format("{}'s view is not the truth (R2, R5)", name_of(node));
  }
  if (calm_ && claimed_ && acknowledged != 1) return "no claim is acknowledged (R8)";
  return {};
}

bool World::has_mail(std::size_t from, std::size_t to) const {
  return !ends_[to][from].current.data.empty();
}

// Both ends of one link stand.
bool World::is_whole(std::size_t a, std::size_t b) const {
  const End& one = ends_[a][b].current;
  const End& two = ends_[b][a].current;
  return one.state == EndState::up && two.state == EndState::up && one.link == two.link;
}

bool World::is_quiet(const Store& store) const {
  for (std::size_t node = 0; node < size_; ++node) {
    const PeerView& at = view(store, node);
    if (!at.running) continue;
    if (at.posted || !at.settled) return false;
    for (std::size_t other = 0; other < size_; ++other) {
      if (other == node) continue;
      const PeerView& far = view(store, other);
      const Boot expected = far.running ? far.boot : 0;
      if (at.others[other].up != expected || at.others[other].link != expected) return false;
      if (!far.running) continue;
      const End& incoming = ends_[node][other].current;
      if (cut_[node][other] || !is_whole(node, other)) return false;
      if (!incoming.data.empty() || !incoming.control.empty()) return false;
    }
  }
  return true;
}

bool World::agrees(const Store& store) const {
  std::optional<std::uint64_t> first;
  for (std::size_t node = 0; node < size_; ++node) {
    if (!view(store, node).running) continue;
    const std::uint64_t hash = view(store, node).table_hash;
    if (first.value_or(hash) != hash) return false;
    first = hash;
  }
  return true;
}

// --- As text and as bytes ---

namespace {

std::string describe(const Bytes& message) {
  const auto received = decode_registry_message(message);
  if (!received) return "?";
  constexpr std::string_view kinds[] = {"snapshot", "delta",   "claim",  "grant", "refuse",
                                        "abort",    "applied", "vector", "pull",  "find",
                                        "found",    "held",    "wanted"};
  return std::string(kinds[received->message.index()]);
}

}  // namespace

std::string World::describe(const Store& store, const Choice& choice) const {
  const std::string one = name_of(choice.one);
  const std::string two = name_of(choice.two);
  const End& incoming = ends_[choice.two][choice.one].current;
  switch (choice.kind) {
    case ChoiceKind::data:
      return fmt::format("{} -> {}: {}", one, two,
                         explore::describe(store.message(incoming.data.front())));
    case ChoiceKind::control: {
      const auto message = decode_control(store.message(incoming.control.front()));
      return fmt::format("{} -> {}: {}", one, two,
                         std::holds_alternative<Table>(*message) ? "table" : "heartbeat");
    }
    case ChoiceKind::accept:
      return fmt::format("{} answers the dial of {}", two, one);
    case ChoiceKind::ready:
      return fmt::format("{} is linked to {}", one, two);
    case ChoiceKind::fail_dial:
      return fmt::format("the dial of {} to {} fails", one, two);
    case ChoiceKind::see_cut:
      return fmt::format("{} sees the end of its link to {}", one, two);
    case ChoiceKind::settle:
      return fmt::format("{} carries out what was posted", one);
    case ChoiceKind::grace:
      return fmt::format("{} has waited long enough", one);
    case ChoiceKind::tick:
      return fmt::format("time passes on {}", one);
    case ChoiceKind::register_name:
      return fmt::format("{} registers the name", one);
    case ChoiceKind::unregister_name:
      return fmt::format("{} unregisters the name", one);
    case ChoiceKind::process_ended:
      return fmt::format("the process on {} ends", one);
    case ChoiceKind::deadline:
      return fmt::format("the request on {} times out", one);
    case ChoiceKind::reset:
      return fmt::format("the link between {} and {} breaks", one, two);
    case ChoiceKind::partition:
      return fmt::format("{} and {} cannot reach each other", one, two);
    case ChoiceKind::heal:
      return fmt::format("{} and {} reach each other again", one, two);
    case ChoiceKind::crash:
      return fmt::format("{} crashes", one);
    case ChoiceKind::restart:
      return fmt::format("{} starts again", one);
  }
  return {};
}

Bytes World::encoded() const {
  Bytes bytes;
  Writer writer(bytes);
  writer.u8(static_cast<std::uint8_t>(size_ | (calm_ ? 16 : 0) | (claimed_ ? 32 : 0) |
                                      (cuts_last_ ? 64 : 0)));
  for (const auto left : {budget.registrations, budget.endings, budget.resets, budget.partitions,
                          budget.crashes, budget.ticks, budget.graces}) {
    writer.u8(left);
  }
  const auto write_lane = [&writer](const std::vector<MessageNumber>& lane) {
    writer.varint(lane.size());
    for (const MessageNumber message : lane) writer.varint(message);
  };
  for (std::size_t node = 0; node < size_; ++node) {
    writer.varint(peers_[node]);
    for (std::size_t other = 0; other < size_; ++other) {
      if (other == node) continue;
      writer.u8(cut_[node][other] ? 1 : 0);
      for (const End* end : {&ends_[node][other].current, &ends_[node][other].opening}) {
        writer.u8(static_cast<std::uint8_t>(static_cast<int>(end->state) | (end->link << 2)));
        if (end->state == EndState::none) continue;
        writer.varint(end->boot);
        writer.varint(end->clock);
        write_lane(end->data);
        write_lane(end->control);
      }
    }
  }
  return bytes;
}

World World::decoded(ByteView bytes) {
  World world;
  Reader reader(bytes);
  const std::uint8_t head = reader.u8();
  world.size_ = head & 15U;
  world.calm_ = (head & 16U) != 0;
  world.claimed_ = (head & 32U) != 0;
  world.cuts_last_ = (head & 64U) != 0;
  Budget& left = world.budget;
  for (auto* field : {&left.registrations, &left.endings, &left.resets, &left.partitions,
                      &left.crashes, &left.ticks, &left.graces}) {
    *field = reader.u8();
  }
  const auto read_lane = [&reader](std::vector<MessageNumber>& lane) {
    lane.resize(reader.varint());
    for (auto& message : lane) message = static_cast<MessageNumber>(reader.varint());
  };
  for (std::size_t node = 0; node < world.size_; ++node) {
    world.peers_[node] = static_cast<PeerNumber>(reader.varint());
    for (std::size_t other = 0; other < world.size_; ++other) {
      if (other == node) continue;
      world.cut_[node][other] = reader.u8() != 0;
      for (End* end : {&world.ends_[node][other].current, &world.ends_[node][other].opening}) {
        const std::uint8_t state = reader.u8();
        end->state = static_cast<EndState>(state & 3U);
        end->link = static_cast<std::uint8_t>(state >> 2);
        if (end->state == EndState::none) continue;
        end->boot = reader.varint();
        end->clock = static_cast<MessageNumber>(reader.varint());
        read_lane(end->data);
        read_lane(end->control);
      }
    }
  }
  return world;
}

}  // namespace noex::explore
