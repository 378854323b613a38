#include "noex/runtime/membership/control.h"

#include <algorithm>
#include <type_traits>

#include "noex/runtime/message/codec.h"

namespace noex {

namespace {

constexpr std::size_t usual_bytes = 128;  // a heartbeat with a rumour

bool is_boot(Boot boot) {
  return boot != 0 && boot <= boot_max;
}

bool is_entry(const TableEntry& entry) {
  const bool accused = entry.status == MemberStatus::suspect || entry.status == MemberStatus::dead;
  return is_boot(entry.boot) && entry.version != 0 && entry.version <= member_version_max &&
         accused == entry.reason.has_value();
}

bool is_valid(const Table& table) {
  return table.entries.size() <= table_entries_max && std::ranges::all_of(table.entries, is_entry);
}

bool is_valid(const Heartbeat& heartbeat) {
  const auto is_rumour = [](const Rumour& rumour) {
    return is_entry(rumour.entry) &&
           (!rumour.accuser || rumour.entry.status == MemberStatus::suspect);
  };
  return heartbeat.wall >= 0 && heartbeat.wall <= clock_wall_max &&
         heartbeat.rumours.size() <= rumours_max &&
         std::ranges::all_of(heartbeat.rumours, is_rumour);
}

bool is_valid(const PingRequest& request) {
  return is_boot(request.target.boot);
}

template <class T>
std::optional<ControlMessage> decode_as(ByteView body) {
  T message;
  if constexpr (std::is_empty_v<T>) {
    if (!body.empty()) return std::nullopt;
  } else {
    if (!decode_all(body, message)) return std::nullopt;
  }
  if constexpr (requires { is_valid(message); }) {
    if (!is_valid(message)) return std::nullopt;
  }
  return message;
}

}  // namespace

std::string_view describe(MemberStatus status) {
  constexpr std::string_view words[] = {"alive", "suspect", "dead", "left"};
  return words[static_cast<std::size_t>(status)];
}

Bytes encode_control(const ControlMessage& message) {
  Bytes out;
  out.reserve(usual_bytes);
  Writer writer(out);
  std::visit(
      [&writer]<class T>(const T& value) {
        writer.u8(static_cast<std::uint8_t>(T::kind));
        if constexpr (!std::is_empty_v<T>) encode(writer, value);
      },
      message);
  return out;
}

std::optional<ControlMessage> decode_control(ByteView payload) {
  if (payload.empty()) return std::nullopt;
  const auto kind = static_cast<ControlKind>(payload.front());
  std::optional<ControlMessage> message;
  const auto try_one = [&]<class T>(std::type_identity<T>) {
    if (T::kind == kind) message = decode_as<T>(payload.substr(1));
    return T::kind == kind;
  };
  [&]<class... T>(std::type_identity<std::variant<T...>>) {
    (try_one(std::type_identity<T>{}) || ...);
  }(std::type_identity<ControlMessage>{});
  return message;
}

}  // namespace noex
