// Wire: the data messages between two nodes, as they travel inside frames.
//
// Each begins with one byte, its kind; then the fields, coded by
// include/noex/runtime/message/codec.h in this order (docs/WIRE.md, "Data messages"). A body comes
// last and takes what is left. Each struct states its kind. Numbers never change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "noex/runtime/core/ids.h"
#include "noex/runtime/message/exit_reason.h"
#include "noex/runtime/message/message.h"
#include "noex/transport/base/error.h"

namespace noex {

enum class MessageKind : std::uint8_t {
  registry = 1,
  cast = 2,
  multicast = 3,
  call = 4,
  reply = 5,
  reply_error = 6,
  monitor = 7,
  demonitor = 8,
  down = 9,
  overflow = 10,
  exit = 11,
  spawn = 12,
  spawn_reply = 13,
  spawn_confirm = 14,
  spawn_cancel = 15,
  process_link = 16,
  process_unlink = 17,
  process_link_exit = 18,
  cancel = 19,
  exit_by = 20,
};

namespace wire {

// Of a text that says what went wrong: it is cut where it is sent, malformed beyond.
inline constexpr std::size_t detail_bytes_max = 1000;

// Followed by the registry's message, which has a kind of its own.
struct Registry {
  static constexpr auto kind = MessageKind::registry;
};
// Of the number of a call that is made for a client: the caller's node does not know what the bytes
// of the message are worth.
inline constexpr std::uint64_t relayed_call_bit = std::uint64_t{1} << 63;
constexpr bool is_relayed(CallId call) {
  return (call & relayed_call_bit) != 0;
}

// Followed by the message.
struct Cast {
  static constexpr auto kind = MessageKind::cast;
  ProcessId to = 0;
  TypeId type = 0;
};
struct Multicast {
  static constexpr auto kind = MessageKind::multicast;
  std::vector<ProcessId> to;
  TypeId type = 0;
};
// For a client, marked by a first receiver that nobody is.
constexpr bool is_relayed(const Multicast& cast) {
  return !cast.to.empty() && cast.to.front() == 0;
}
struct Call {
  static constexpr auto kind = MessageKind::call;
  CallId call = 0;
  ProcessId to = 0;
  TypeId type = 0;
  Duration remaining{};  // until the caller stops waiting
};
// Followed by the reply.
struct Reply {
  static constexpr auto kind = MessageKind::reply;
  CallId call = 0;
};
struct ReplyError {
  static constexpr auto kind = MessageKind::reply_error;
  CallId call = 0;
  ErrorCode code = ErrorCode::ok;
  std::string detail;
};
// The detail of a ReplyError of call 0 and incompatible_type: a cast was dropped.
struct CastRefused {
  ProcessId to = 0;
  TypeId type = 0;                 // of the cast
  std::vector<std::string> takes;  // what that process takes, as MessageType::text(): some, or all
};
struct Monitor {
  static constexpr auto kind = MessageKind::monitor;
  MonitorId monitor = 0;
  ProcessId process = 0;
};
struct Demonitor {
  static constexpr auto kind = MessageKind::demonitor;
  MonitorId monitor = 0;
};
struct MonitorDown {
  static constexpr auto kind = MessageKind::down;
  MonitorId monitor = 0;
  ExitReason reason;
};
struct MonitorOverflow {
  static constexpr auto kind = MessageKind::overflow;
  MonitorId monitor = 0;
};
struct Exit {
  static constexpr auto kind = MessageKind::exit;
  ProcessId process = 0;
  ExitReason reason;
};
// Followed by the constructor's arguments.
struct Spawn {
  static constexpr auto kind = MessageKind::spawn;
  std::uint64_t spawn = 0;  // the spawner's number
  std::string behavior;
  std::string global_name;  // empty: none
  Duration remaining{};
};
struct SpawnReply {
  static constexpr auto kind = MessageKind::spawn_reply;
  std::uint64_t spawn = 0;
  ErrorCode code = ErrorCode::ok;
  std::string detail;
  ProcessId process = 0;
};
struct SpawnConfirm {
  static constexpr auto kind = MessageKind::spawn_confirm;
  std::uint64_t spawn = 0;
};
struct SpawnCancel {
  static constexpr auto kind = MessageKind::spawn_cancel;
  std::uint64_t spawn = 0;
};
// A process link is named by who made it and his number.
struct ProcessLink {
  static constexpr auto kind = MessageKind::process_link;
  std::uint64_t number = 0;
  ProcessId from = 0;
  ProcessId to = 0;
};
struct ProcessUnlink {
  static constexpr auto kind = MessageKind::process_unlink;
  bool made_by_sender = false;
  std::uint64_t number = 0;
};
struct ProcessLinkExit {
  static constexpr auto kind = MessageKind::process_link_exit;
  bool made_by_sender = false;
  std::uint64_t number = 0;
  ExitReason reason;
};
// The caller has given up: not to be executed, if it has not begun.
struct Cancel {
  static constexpr auto kind = MessageKind::cancel;
  CallId call = 0;
  ProcessId to = 0;
};
// As Exit, from a process.
struct ExitBy {
  static constexpr auto kind = MessageKind::exit_by;
  ProcessId from = 0;
  ProcessId to = 0;
  ExitReason reason;
};

// Every kind but registry, whose messages have kinds of their own.
using All = std::tuple<Cast, Multicast, Call, Reply, ReplyError, Monitor, Demonitor, MonitorDown,
                       MonitorOverflow, Exit, Spawn, SpawnReply, SpawnConfirm, SpawnCancel,
                       ProcessLink, ProcessUnlink, ProcessLinkExit, Cancel, ExitBy>;

}  // namespace wire
}  // namespace noex
