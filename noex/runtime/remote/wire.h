// Wire: the data messages between two nodes, as they travel inside frames.
//
// Each begins with one byte, its kind; then the fields, coded by
// include/noex/runtime/message/codec.h in this order (docs/WIRE.md, "Data messages"). A body comes
// last and takes what is left. Numbers never change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
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

// Followed by the message.
struct Cast {
  ProcessId to = 0;
  TypeId type = 0;
};
struct Multicast {
  std::vector<ProcessId> to;
  TypeId type = 0;
};
struct Call {
  CallId call = 0;
  ProcessId to = 0;
  TypeId type = 0;
  Duration remaining{};  // until the caller stops waiting
};
// Followed by the reply.
struct Reply {
  CallId call = 0;
};
struct ReplyError {
  CallId call = 0;
  ErrorCode code = ErrorCode::ok;
  std::string detail;
};
struct Monitor {
  MonitorId monitor = 0;
  ProcessId process = 0;
};
struct Demonitor {
  MonitorId monitor = 0;
};
struct MonitorDown {
  MonitorId monitor = 0;
  ExitReason reason;
};
struct MonitorOverflow {
  MonitorId monitor = 0;
};
struct Exit {
  ProcessId process = 0;
  ExitReason reason;
};
// Followed by the constructor's arguments.
struct Spawn {
  std::uint64_t spawn = 0;  // the spawner's number
  std::string behavior;
  std::string global_name;  // empty: none
  Duration remaining{};
};
struct SpawnReply {
  std::uint64_t spawn = 0;
  ErrorCode code = ErrorCode::ok;
  std::string detail;
  ProcessId process = 0;
};
struct SpawnConfirm {
  std::uint64_t spawn = 0;
};
struct SpawnCancel {
  std::uint64_t spawn = 0;
};
// A process link is named by who made it and his number.
struct ProcessLink {
  std::uint64_t number = 0;
  ProcessId from = 0;
  ProcessId to = 0;
};
struct ProcessUnlink {
  bool made_by_sender = false;
  std::uint64_t number = 0;
};
struct ProcessLinkExit {
  bool made_by_sender = false;
  std::uint64_t number = 0;
  ExitReason reason;
};
// The caller has given up: not to be executed, if it has not begun.
struct Cancel {
  CallId call = 0;
  ProcessId to = 0;
};
// As Exit, from a process.
struct ExitBy {
  ProcessId from = 0;
  ProcessId to = 0;
  ExitReason reason;
};

}  // namespace wire
}  // namespace noex
