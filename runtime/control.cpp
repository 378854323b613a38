#include "runtime/control.h"

#include <algorithm>
#include <type_traits>

#include "runtime/codec.h"

namespace noex {

namespace {

template <class T>
constexpr ControlKind kind_of() {
  if constexpr (std::is_same_v<T, Heartbeat>) return ControlKind::heartbeat;
  if constexpr (std::is_same_v<T, Table>) return ControlKind::table;
  if constexpr (std::is_same_v<T, Ping>) return ControlKind::ping;
  if constexpr (std::is_same_v<T, Pong>) return ControlKind::pong;
  if constexpr (std::is_same_v<T, Leave>) return ControlKind::leave;
  if constexpr (std::is_same_v<T, LeaveAck>) return ControlKind::leave_ack;
}

bool is_valid(const Table& table) {
  return table.entries.size() <= table_entries_max &&
         std::ranges::all_of(table.entries, [](const TableEntry& entry) {
           return entry.boot != 0 && entry.boot <= boot_max;
         });
}

bool is_valid(const Heartbeat& heartbeat) {
  return heartbeat.wall >= 0 && heartbeat.wall <= clock_wall_max;
}

template <class T>
std::optional<ControlMessage> decode_as(ByteView body) {
  T message;
  if constexpr (std::is_empty_v<T>) {
    if (!body.empty()) return std::nullopt;
  } else {
    if (!decode_all(body, message)) return std::nullopt;
  }
  if constexpr (std::is_same_v<T, Table> || std::is_same_v<T, Heartbeat>) {
    if (!is_valid(message)) return std::nullopt;
  }
  return message;
}

}  // namespace

Bytes encode_control(const ControlMessage& message) {
  Bytes out;
  Writer writer(out);
  std::visit(
      [&writer]<class T>(const T& value) {
        writer.u8(static_cast<std::uint8_t>(kind_of<T>()));
        if constexpr (!std::is_empty_v<T>) encode(writer, value);
      },
      message);
  return out;
}

std::optional<ControlMessage> decode_control(ByteView payload) {
  if (payload.empty()) return std::nullopt;
  const ByteView body = payload.substr(1);
  switch (static_cast<ControlKind>(payload.front())) {
    case ControlKind::heartbeat:
      return decode_as<Heartbeat>(body);
    case ControlKind::table:
      return decode_as<Table>(body);
    case ControlKind::ping:
      return decode_as<Ping>(body);
    case ControlKind::pong:
      return decode_as<Pong>(body);
    case ControlKind::leave:
      return decode_as<Leave>(body);
    case ControlKind::leave_ack:
      return decode_as<LeaveAck>(body);
  }
  return std::nullopt;
}

}  // namespace noex
