// Story: what happened in one run, as a person may want to see it; plain data.
//
// Messages with their way, processes, what each node believed, what users saw, what nodes logged.
// Recorded by noex/sim/story/story_recorder.h; nothing of it reaches a fingerprint.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "noex/sim/run/simulation.h"

namespace noex::sim {

// What did not happen.
inline constexpr Instant never = Instant::max();
// An index of nothing.
inline constexpr std::uint32_t nothing = 0xffffffff;

enum class MessageGroup : std::uint8_t {
  handshake,
  heartbeat,
  table,
  ping,
  leave,
  registry,
  cast,
  multicast,
  call,
  reply,
  monitor,
  spawn,
  exit,
  other,
};
inline constexpr std::array<std::string_view, 14> message_groups = {
    "handshake", "heartbeat", "table", "ping",    "leave", "registry", "cast",
    "multicast", "call",      "reply", "monitor", "spawn", "exit",     "other"};
inline std::string_view describe(MessageGroup group) {
  return message_groups[static_cast<std::size_t>(group)];
}

// One message between two nodes; a multicast is one.
struct StoryMessage {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint64_t connection = 0;
  MessageGroup group = MessageGroup::other;
  std::uint64_t bytes = 0;                 // on the wire, with its frames' headers
  Instant written = never;                 // the process gave it to its system
  Instant sent = never;                    // it left the machine
  Instant arrived = never;                 // all of it is in the other machine
  Instant read = never;                    // the other process has it
  Instant handled = never;                 // its handler began, as far as that is told
  Instant lost = never;                    // it will not arrive any more
  bool held = false;                       // met a cut on its way
  std::uint32_t text = 0;                  // what it says, in Story::texts
  std::uint32_t sender = nothing;          // in Story::processes, if the message tells
  std::vector<std::uint32_t> receivers{};  // in Story::processes
};

struct StoryProcess {
  std::uint32_t node = 0;
  std::uint64_t id = 0;
  Instant began = never;
  Instant ended = never;
  std::string role;  // "room general", "Alice in general"; empty: not known
  std::string why;   // why it ended
};

// One start of a node.
struct StoryLife {
  std::uint32_t node = 0;
  Instant began = never;
  Instant ended = never;
  std::string end;  // "crash", "leave", ...; empty: it runs to the end
};

// From here on `node` believes that `peer` is up, or not.
struct StorySight {
  Instant at;
  std::uint32_t node = 0;
  std::uint32_t peer = 0;
  bool up = false;
  std::string why;
};

// From here on `node` believes that `name` is held by a process of `holder`; nothing: by none.
struct StoryName {
  Instant at;
  std::uint32_t node = 0;
  std::uint32_t name = 0;  // in Story::texts
  std::uint32_t holder = nothing;
  std::uint32_t process = nothing;  // in Story::processes
};

struct StoryLine {
  Instant at;
  std::uint32_t node = 0;
  std::uint32_t user = 0;
  bool typed = false;  // else: shown
  std::string text;
};

// Something else that happened in a node.
struct StoryEvent {
  Instant at;
  std::uint32_t node = 0;
  std::string_view kind;  // "cluster", "link", "name", "log", ...
  std::string text;
};

struct Story {
  std::uint32_t nodes = 0;
  std::vector<std::string> texts;
  std::vector<StoryMessage> messages;  // by the moment of writing
  std::vector<StoryProcess> processes;
  std::vector<StoryLife> lives;
  std::vector<StorySight> sights;
  std::vector<StoryName> names;
  std::vector<StoryLine> lines;
  std::vector<StoryEvent> events;
  std::vector<std::uint32_t> steps;  // ids of those that were carried out
  // Whose turn was the last: where a violation was seen, if it came of a turn.
  std::uint32_t last_node = nothing;
  Instant last_turn = never;
  RunSummary summary;
};

}  // namespace noex::sim
