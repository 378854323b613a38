// The control messages that linked nodes exchange: heartbeats, the table of members, leaving.
//
// Owns their formats (docs/WIRE.md, "Control messages"); never decides what they mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "transport/base/bytes.h"
#include "transport/handshake.h"
#include "transport/node_id.h"

namespace noex {

// First bytes of control payloads; those below 16 belong to the handshake.
enum class ControlKind : std::uint8_t {
  heartbeat = 16,
  table = 17,
  ping = 18,
  pong = 19,
  leave = 20,
  leave_ack = 21,
};

struct Heartbeat {
  std::uint64_t table_hash = 0;
  std::uint64_t registry_hash = 0;
  std::int64_t wall = 0;  // with counter: the sender's hybrid clock
  std::uint32_t counter = 0;

  bool operator==(const Heartbeat&) const = default;
};

// What a node knows of another: the highest boot, and whether that one said that it leaves.
struct TableEntry {
  NodeId id;
  Boot boot = 0;
  bool left = false;

  bool operator==(const TableEntry&) const = default;
};

// A part of the sender's table, or all of it; parts are merged, in any order.
struct Table {
  std::vector<TableEntry> entries;

  bool operator==(const Table&) const = default;
};

// Answered with a pong of the same number at once: is that node alive at this moment?
struct Ping {
  std::uint64_t number = 0;

  bool operator==(const Ping&) const = default;
};
struct Pong {
  std::uint64_t number = 0;

  bool operator==(const Pong&) const = default;
};

// The last thing that a node says; after all of its data messages.
struct Leave {
  bool operator==(const Leave&) const = default;
};
struct LeaveAck {
  bool operator==(const LeaveAck&) const = default;
};

using ControlMessage = std::variant<Heartbeat, Table, Ping, Pong, Leave, LeaveAck>;

// Entries of one table message: with the longest ids still one frame.
inline constexpr std::size_t table_entries_max = 128;

Bytes encode_control(const ControlMessage& message);
// nullopt: malformed.
std::optional<ControlMessage> decode_control(ByteView payload);

}  // namespace noex
