// The control messages that linked nodes exchange: heartbeats with rumours, the table of members,
// probes, leaving.
//
// Owns their formats (docs/WIRE.md, "Control messages"); never decides what they mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "noex/runtime/core/ids.h"
#include "noex/runtime/membership/member.h"
#include "noex/transport/base/bytes.h"
#include "noex/transport/handshake.h"
#include "noex/transport/node_id.h"

namespace noex {

// First bytes of control payloads; those below 16 belong to the handshake.
enum class ControlKind : std::uint8_t {
  heartbeat = 16,
  table = 17,
  ping = 18,
  pong = 19,
  leave = 20,
  leave_ack = 21,
  ping_request = 22,
  nack = 23,
  release = 24,
  release_ack = 25,
};

enum class MemberStatus : std::uint8_t { alive = 0, suspect = 1, dead = 2, left = 3 };
constexpr bool is_known(MemberStatus status) {
  return status <= MemberStatus::left;
}
std::string_view describe(MemberStatus status);  // "alive"

// There is always a boot above, with which a node starts again before its version ends.
inline constexpr std::uint64_t member_version_max = std::uint64_t{1} << 63;

// What a node knows of another: its highest boot, and of that boot the version, which only that
// node itself raises, and what it is taken for.
struct TableEntry {
  NodeId id;
  Boot boot = 0;
  std::uint64_t version = 1;
  MemberStatus status = MemberStatus::alive;
  std::optional<DownReason> reason;  // of suspect and dead: the first evidence

  bool operator==(const TableEntry&) const = default;
};

// An entry that has changed. Who suspects says so by his name: others count the accusers.
struct Rumour {
  TableEntry entry;
  std::optional<NodeId> accuser;  // of a suspect only

  bool operator==(const Rumour&) const = default;
};

struct Heartbeat {
  static constexpr auto kind = ControlKind::heartbeat;
  std::uint64_t table_hash = 0;
  std::uint64_t registry_hash = 0;
  std::int64_t wall = 0;  // with counter: the sender's hybrid clock
  std::uint32_t counter = 0;
  std::vector<Rumour> rumours;

  bool operator==(const Heartbeat&) const = default;
};

// A part of the sender's table, or all of it; parts are merged, in any order.
struct Table {
  static constexpr auto kind = ControlKind::table;
  std::vector<TableEntry> entries;

  bool operator==(const Table&) const = default;
};

// Answered with a pong of the same number at once: is that node alive at this moment?
struct Ping {
  static constexpr auto kind = ControlKind::ping;
  std::uint64_t number = 0;

  bool operator==(const Ping&) const = default;
};
struct Pong {
  static constexpr auto kind = ControlKind::pong;
  std::uint64_t number = 0;

  bool operator==(const Pong&) const = default;
};

// Asks whether `target` gives a sign of life to the receiver: pong, or nack when its time is over.
struct PingRequest {
  static constexpr auto kind = ControlKind::ping_request;
  std::uint64_t number = 0;
  Incarnation target;

  bool operator==(const PingRequest&) const = default;
};
struct Nack {
  static constexpr auto kind = ControlKind::nack;
  std::uint64_t number = 0;

  bool operator==(const Nack&) const = default;
};

// The last thing that a node says; after all of its data messages.
struct Leave {
  static constexpr auto kind = ControlKind::leave;
  bool operator==(const Leave&) const = default;
};
struct LeaveAck {
  static constexpr auto kind = ControlKind::leave_ack;
  bool operator==(const LeaveAck&) const = default;
};

// The sender needs this link no more; after all of its data messages. It sends no data until the
// answer has come.
struct Release {
  static constexpr auto kind = ControlKind::release;
  bool operator==(const Release&) const = default;
};
struct ReleaseAck {
  static constexpr auto kind = ControlKind::release_ack;
  bool agreed = false;  // the link is then closed

  bool operator==(const ReleaseAck&) const = default;
};

using ControlMessage = std::variant<Heartbeat, Table, Ping, Pong, Leave, LeaveAck, PingRequest,
                                    Nack, Release, ReleaseAck>;

// Entries of one table message: with the longest ids still one frame.
inline constexpr std::size_t table_entries_max = 128;
// Rumours of one heartbeat: likewise, each with an accuser.
inline constexpr std::size_t rumours_max = 64;

Bytes encode_control(const ControlMessage& message);
// nullopt: malformed.
std::optional<ControlMessage> decode_control(ByteView payload);

}  // namespace noex
