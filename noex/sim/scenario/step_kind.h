// StepKind: what a step of a scenario does. One row a kind; whoever treats kinds alike asks the
// row.
//
// To add a kind of fault of a shape that exists: a row here and one in faults.h, and its mechanism
// in noex/sim/run/disturbances.cpp. How it is drawn from a seed, text, report, page, shrinking and
// effects follow from the rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "noex/sim/world/faults.h"

namespace noex::sim {

enum class StepKind : std::uint8_t {
  start,         // a node starts on its machine, as `text` and on port `amount` if they are given
  leave,         // a node says good-bye, ends and is gone
  open,          // a user comes back after quitting
  command,       // a user asks for an operation: `text`
  paste,         // a user asks for `amount` at once: `text` and a number each
  crash,         // the process is killed
  power_loss,    // the machine goes silent
  pause,         // the process is stopped for a while
  reset,         // one connection between two nodes is reset
  partition,     // nothing passes between `side` and the rest for a while
  one_way,       // nothing passes from `side` to `others` for a while
  slow_link,     // as little as `amount` bytes a second from `side` to `others` for a while
  half_open,     // nothing passes on one connection between two nodes any more
  slow_node,     // every turn of the process takes `amount` ns for a while
  clock_skew,    // the clocks run `amount` ppm too fast, from the node's next start on
  clock_jump,    // the wall clock jumps by `amount` ns
  backlog_full,  // nobody can connect to the node for a while
  bridge,        // nothing passes between `side` and `others` for a while; both reach the rest
  crash_before,  // killed right before it sends its message `text` for the `amount`th time
  crash_after,   // right after; both if it happens within `lasts`
};
inline constexpr std::size_t step_kinds = static_cast<std::size_t>(StepKind::crash_after) + 1;

// Which fields a step has, and so how it is written, read, told and cut down.
enum class StepShape : std::uint8_t {
  identity,   // node1 as ghost on port 4999
  node,       // node1
  node_for,   // node1 for 3s
  node_slow,  // node1 by 1ms for 3s
  node_skew,  // node1 by -250
  node_jump,  // node1 by 3s
  user,       // node1 user2
  line,       // node1 user2 says /join general
  lines,      // node1 user2 12 lines hello
  pair,       // node1 - node2
  cut_off,    // node1 node2 | rest for 3s
  one_way,    // node1 -> node2 node3 for 3s
  limited,    // node1 -> node2 at 900 for 3s
  two_sides,  // node1 | node2 for 3s
  send_point  // node1 claim 2 for 3s
};

enum class StepRole : std::uint8_t {
  operation,    // what operators do: it is no fault
  by_user,      // what a user of a node does, not the node
  end,          // a fault that ends a process
  crash_point,  // the same, at a certain message
  disturbance,  // any other fault: Disturbances carries it out
};

// Times in 30 s of a run in which a kind is on.
struct Often {
  std::uint64_t mild = 0;
  std::uint64_t hard = 0;
};

struct StepRow {
  StepKind kind;
  std::string_view name;  // part of scenario files: it never changes
  StepShape shape;
  StepRole role;
  // Of a disturbance: the kind that turns it on, and that the world counts when it has changed
  // something on its ways; how often it is drawn.
  std::optional<FaultKind> fault{};
  Often often{};
  bool for_ever = false;  // it goes on hitting after its time
  bool stops = false;     // its process does nothing meanwhile, or little
};
const StepRow& row_of(StepKind kind);

inline std::string_view describe(StepKind kind) {
  return row_of(kind).name;
}
std::optional<StepKind> parse_step_kind(std::string_view text);

// True for what hurts, false for what users and operators do.
inline bool is_fault(StepKind kind) {
  return row_of(kind).role >= StepRole::end;
}
// What a user of a node does, not the node.
inline bool is_by_user(StepKind kind) {
  return row_of(kind).role == StepRole::by_user;
}

}  // namespace noex::sim
