#include "noex/sim/scenario/send_point.h"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <variant>

#include "noex/runtime/membership/control.h"
#include "noex/runtime/registry/registry_wire.h"
#include "noex/runtime/remote/wire.h"
#include "noex/transport/handshake.h"

namespace noex::sim {

namespace {

enum class Layer : std::uint8_t { control, data, registry };

struct Point {
  Layer layer;
  std::uint8_t kind;
  SendPoint point;
};

template <class Kind>
constexpr Point of(Kind kind, std::string_view name, std::string_view what) {
  constexpr Layer layer = std::same_as<Kind, MessageKind>    ? Layer::data
                          : std::same_as<Kind, RegistryKind> ? Layer::registry
                                                             : Layer::control;
  return {layer, static_cast<std::uint8_t>(kind), {name, what}};
}

constexpr std::array points = {
    of(HandshakeKind::hello, "hello", "a dialler says who it is"),
    of(HandshakeKind::ack, "hello_ack", "the answer: accepted, or why not"),
    of(HandshakeKind::confirm, "confirm", "the dialler wants the link"),
    of(HandshakeKind::ready, "ready", "the link stands"),
    of(ControlKind::heartbeat, "heartbeat", "I am alive"),
    of(ControlKind::table, "table", "whom I know"),
    of(ControlKind::ping, "ping", "are you alive at this moment?"),
    of(ControlKind::pong, "pong", "I am"),
    of(ControlKind::ping_request, "ping_request", "do you hear that node?"),
    of(ControlKind::nack, "nack", "I do not"),
    of(ControlKind::leave, "leave", "good-bye"),
    of(ControlKind::leave_ack, "leave_ack", "good-bye was heard"),
    of(ControlKind::release, "release", "I need this link no more"),
    of(ControlKind::release_ack, "release_ack", "nor do I, or I still need it"),
    of(RegistryKind::snapshot, "snapshot", "all names of a node"),
    of(RegistryKind::delta, "delta", "a change of names"),
    of(RegistryKind::claim, "claim", "asks an arbiter for a name"),
    of(RegistryKind::grant, "grant", "the arbiter promises it"),
    of(RegistryKind::refuse, "refuse", "the arbiter does not"),
    of(RegistryKind::held, "held", "the arbiter lets another claim go first"),
    of(RegistryKind::wanted, "wanted", "a smaller claim waits behind the promise"),
    of(RegistryKind::abort, "abort", "a claim is given up"),
    of(RegistryKind::applied, "applied", "a change of names was taken in"),
    of(RegistryKind::vector, "vector", "which names of others are known"),
    of(RegistryKind::pull, "pull", "asks for names of others"),
    of(RegistryKind::find, "find", "asks an arbiter who has a name"),
    of(RegistryKind::found, "found", "its answer"),
    of(MessageKind::cast, "cast", "a message to a process"),
    of(MessageKind::multicast, "multicast", "a message to several processes"),
    of(MessageKind::call, "call", "a request"),
    of(MessageKind::reply, "reply", "its answer"),
    of(MessageKind::reply_error, "reply_error", "its error"),
    of(MessageKind::cancel, "cancel", "nobody waits for that answer any more"),
    of(MessageKind::monitor, "monitor", "tell me when that process ends"),
    of(MessageKind::demonitor, "demonitor", "do not tell me any more"),
    of(MessageKind::down, "down", "that process has ended"),
    of(MessageKind::overflow, "overflow", "that process refused a message"),
    of(MessageKind::exit, "exit", "that process has to end"),
    of(MessageKind::exit_by, "exit_by", "a process wants that one to end"),
    of(MessageKind::process_link, "process_link", "two processes end together"),
    of(MessageKind::process_unlink, "process_unlink", "not any more"),
    of(MessageKind::process_link_exit, "process_link_exit", "one of the two has ended"),
    of(MessageKind::spawn, "spawn", "start a process"),
    of(MessageKind::spawn_reply, "spawn_reply", "it was started, or why not"),
    of(MessageKind::spawn_confirm, "spawn_confirm", "its spawner knows of it"),
    of(MessageKind::spawn_cancel, "spawn_cancel", "its spawner gave up"),
};

// Each kind of message that there is has a point.
template <class... Messages>
constexpr bool has_all(std::type_identity<std::variant<Messages...>>) {
  const auto has = [](const Point& wanted) {
    return std::ranges::any_of(points, [&](const Point& each) {
      return each.layer == wanted.layer && each.kind == wanted.kind;
    });
  };
  return (has(of(Messages::kind, {}, {})) && ...);
}
template <class... Messages>
constexpr bool has_all(std::type_identity<std::tuple<Messages...>>) {
  return has_all(std::type_identity<std::variant<Messages...>>{});
}
static_assert(has_all(std::type_identity<ControlMessage>{}));
static_assert(has_all(std::type_identity<RegistryMessage>{}));
static_assert(has_all(std::type_identity<wire::All>{}));

constexpr auto names = [] {
  std::array<SendPoint, points.size()> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = points[i].point;
  return all;
}();

}  // namespace

std::span<const SendPoint> send_points() {
  return names;
}

bool is_send_point(std::string_view name) {
  return std::ranges::find(names, name, &SendPoint::name) != names.end();
}

std::string_view send_point_of(const Frame& frame) {
  Layer layer = frame.lane == Lane::control ? Layer::control : Layer::data;
  auto kind = static_cast<std::uint8_t>(frame.payload.front());
  const bool registry = layer == Layer::data && kind == std::uint8_t(MessageKind::registry);
  if (registry && frame.payload.size() > 1) {
    layer = Layer::registry;
    kind = static_cast<std::uint8_t>(frame.payload[1]);
  }
  for (const Point& each : points) {
    if (each.layer == layer && each.kind == kind) return each.point.name;
  }
  return {};
}

}  // namespace noex::sim
