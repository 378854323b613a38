#include "noex/sim/scenario/send_point.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "noex/runtime/membership/control.h"
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
constexpr Point of(Layer layer, Kind kind, std::string_view name, std::string_view what) {
  return {layer, static_cast<std::uint8_t>(kind), {name, what}};
}

// The kinds of registry messages are those of docs/WIRE.md.
constexpr std::array points = {
    of(Layer::control, HandshakeKind::hello, "hello", "a dialler says who it is"),
    of(Layer::control, HandshakeKind::ack, "hello_ack", "the answer: accepted, or why not"),
    of(Layer::control, HandshakeKind::confirm, "confirm", "the dialler wants the link"),
    of(Layer::control, HandshakeKind::ready, "ready", "the link stands"),
    of(Layer::control, ControlKind::heartbeat, "heartbeat", "I am alive"),
    of(Layer::control, ControlKind::table, "table", "whom I know"),
    of(Layer::control, ControlKind::leave, "leave", "good-bye"),
    of(Layer::control, ControlKind::leave_ack, "leave_ack", "good-bye was heard"),
    of(Layer::registry, 1, "snapshot", "all names of a node"),
    of(Layer::registry, 2, "delta", "a change of names"),
    of(Layer::registry, 3, "claim", "asks an arbiter for a name"),
    of(Layer::registry, 4, "grant", "the arbiter promises it"),
    of(Layer::registry, 5, "refuse", "the arbiter does not"),
    of(Layer::registry, 6, "abort", "a claim is given up"),
    of(Layer::registry, 7, "applied", "a change of names was taken in"),
    of(Layer::registry, 8, "vector", "which names of others are known"),
    of(Layer::registry, 9, "pull", "asks for names of others"),
    of(Layer::data, MessageKind::cast, "cast", "a message to a process"),
    of(Layer::data, MessageKind::multicast, "multicast", "a message to several processes"),
    of(Layer::data, MessageKind::call, "call", "a request"),
    of(Layer::data, MessageKind::reply, "reply", "its answer"),
    of(Layer::data, MessageKind::reply_error, "reply_error", "its error"),
    of(Layer::data, MessageKind::monitor, "monitor", "tell me when that process ends"),
    of(Layer::data, MessageKind::demonitor, "demonitor", "do not tell me any more"),
    of(Layer::data, MessageKind::down, "down", "that process has ended"),
    of(Layer::data, MessageKind::exit, "exit", "that process has to end"),
    of(Layer::data, MessageKind::spawn, "spawn", "start a process"),
    of(Layer::data, MessageKind::spawn_reply, "spawn_reply", "it was started, or why not"),
    of(Layer::data, MessageKind::spawn_confirm, "spawn_confirm", "its spawner knows of it"),
    of(Layer::data, MessageKind::spawn_cancel, "spawn_cancel", "its spawner gave up"),
    of(Layer::data, MessageKind::cancel, "cancel", "nobody waits for that answer any more"),
};

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
