// Options: every bound and every time of a node in one place, each with its reason and its end.
#pragma once

#include <cstddef>
#include <cstdint>

#include "noex/transport/base/time.h"

namespace noex {

struct Options {
  // --- Failure detection (docs/PROTOCOL.md, "Membership") ---
  // A control frame to every linked peer this often. Shorter: faster detection, more traffic.
  Duration heartbeat_interval = 1s;
  // A link that brought no byte for this long is closed; its node is suspected unless somebody
  // else hears it.
  Duration suspicion_after = 3s;
  // When others are asked whether they hear it; at most two thirds of suspicion_after, so that the
  // answer comes before the verdict.
  Duration probe_after = 2s;
  // A suspect that nobody clears is down after this long once enough others accuse it too, or
  // nobody else could: 4.5 s after the last byte. Longer: fewer false alarms.
  Duration suspicion_timeout = 1500ms;
  // An accusation that nobody joins lasts up to so many times as long (Lifeguard).
  std::uint32_t suspicion_spread = 2;
  // Changes of the table, and news of others' names, are collected for this long, then told to
  // every linked peer.
  Duration gossip_delay = 100ms;

  // --- Dialling ---
  // A dial and its handshake end by then; a full backlog counts as silence.
  Duration dial_timeout = 1s;
  // Pause after the first failed dial; doubles, with jitter, up to redial_max, for ever.
  Duration redial_min = 100ms;
  Duration redial_max = 5s;
  // A connection that was accepted must finish its handshake by then, or is closed.
  Duration handshake_timeout = 5s;
  // Up to so many members, oneself included, everybody is linked to everybody; beyond, each has ten
  // links of his own at most, and others when they are needed. The same on all nodes.
  std::size_t mesh_max = 32;
  // Beyond the mesh: one who is dead, or a seed that is not found, is dialled this often.
  Duration dead_redial_interval = 10s;
  // A link that should not be, and that nobody has used for this long, is closed by agreement.
  Duration link_idle_timeout = 30s;
  // How long a leaving node waits for its peers' acknowledgements.
  Duration leave_timeout = 1s;

  // --- What others may say of time, and of this node's boot (docs/PROTOCOL.md, "Time") ---
  // What is further ahead of this node's own wall clock is not believed: readings of clocks, and
  // boots that others know of a node. Wider than honest clocks are apart, even if several are years
  // wrong; narrow enough that nobody can push a clock or a boot to the end of its numbers.
  Duration clock_ahead_max = 24h * 365 * 20;
  // A node that learns of a later boot of its id starts again in place; so often at once, since it
  // may meet several that each know another one. Then with a pause that doubles up to the maximum,
  // so that no peer can keep it from its work; forgotten after six times that without a restart.
  std::uint32_t restarts_at_once = 3;
  Duration restart_pause_min = 1s;
  Duration restart_pause_max = 10min;

  // --- Sizes ---
  // A larger message is refused with too_large where it is sent, malformed where it is received.
  std::size_t message_bytes_max = 16 * 1024 * 1024;
  // Handed to the kernel and not accepted by it yet; more waits in the channel, where control
  // frames overtake.
  std::size_t unsent_bytes_max = 256 * 1024;
  // Queued for one peer: above soft, calls, spawns and cast_when_ready() wait for room, in the
  // order in which they came; above hard, casts are refused with overloaded and counted; above
  // cutoff, the peer is cut off: it reads nothing.
  std::size_t queue_bytes_soft = 1 * 1024 * 1024;
  std::size_t queue_bytes_hard = 8 * 1024 * 1024;
  std::size_t queue_bytes_cutoff = 32 * 1024 * 1024;
  // A peer that accepts not one byte of what waits for it for this long is cut off, even if it is
  // heard: memory is not held for somebody who reads nothing. Longer than any pause of a program
  // that is well; seen with the next message, a heartbeat at the latest.
  Duration stall_timeout = 10s;
  // Work that what one peer sends may make in one turn, in small messages (1 KiB more is one more),
  // and handlers that run in one; the rest waits for a later turn, behind other peers and timers,
  // and no more is read from that peer meanwhile.
  // Fewer: more turns; more: a heartbeat may wait behind a flood for longer.
  std::size_t turn_work_max = 2'048;
  // Messages waiting for one process, more than one read from a link can bring; further ones are
  // refused with overloaded and counted. Signals, replies and timers do not count; calls that the
  // process answers later do, until then.
  std::size_t mailbox_messages_max = 32'768;
  // Bytes of other nodes' messages that wait for one process: with this much, further ones are
  // refused as with a full mailbox, so that a few large ones cost no more than many small ones.
  std::size_t mailbox_bytes_max = 64 * 1024 * 1024;
  // Processes that one peer may have asked for and not confirmed yet; a further spawn fails with
  // overloaded.
  std::size_t spawns_per_link_max = 16'384;
  // Connections that have not finished their handshake; for a further one the oldest of the address
  // that has most is closed, one that has said nothing first.
  std::size_t unauthenticated_max = 64;
  // Members that a node remembers. Beyond, a newcomer takes the place of who left, or else is dead,
  // for longest; where there is none, it is ignored with a log line.
  std::size_t members_max = 4096;
  // Tasks that one process runs beside its mailbox; a further one fails with overloaded.
  std::size_t process_tasks_max = 1'024;
  // Processes of one node; a further spawn fails with overloaded. A quarter is kept for the node's
  // own: spawns of other nodes fail at three quarters.
  std::size_t processes_max = 1'000'000;
  // Calls of one node that wait for an answer; a further one fails with overloaded.
  std::size_t calls_max = 1'000'000;
  // Monitors, and as many process links, that one node may have over one link; the same on all
  // nodes. Ours beyond it end at once with an error; a peer's beyond it are malformed.
  std::size_t watches_per_link_max = 262'144;
  // An arbiter that has not answered a claim, or a find, by then is not waited for, if a majority
  // has: for want of a link, or because it stands still. Longer than a round trip on a slow way;
  // shorter than what a user takes for an answer that does not come.
  Duration claim_grace = 500ms;
  // Names, memberships and claims of one node; a further one fails with overloaded. The same on all
  // nodes: a peer's beyond it are malformed.
  std::size_t names_max = 100'000;

  // --- Deadlines, where the caller gives none ---
  Duration call_timeout = 5s;
  Duration spawn_timeout = 5s;
  Duration register_timeout = 5s;

  bool operator==(const Options&) const = default;
};

// From a node's silence to node_down on everybody who should be linked to it; checked by M1: the
// link is closed; a dial and a probe may have just begun; the suspicion lasts its longest, on a
// node that does not trust itself (3/2); and the news travels.
constexpr Duration detection_bound(const Options& options) {
  return options.suspicion_after + 2 * options.dial_timeout +
         options.suspicion_timeout * options.suspicion_spread * 3 / 2 + options.heartbeat_interval +
         2 * options.gossip_delay;
}

// From the end of the last fault to equal views and links everywhere; checked by M5 and R2: what
// is still undetected is detected, then everyone redials (a dial may have just begun into the
// void), then learns of those whom he did not know and dials them too.
constexpr Duration convergence_bound(const Options& options) {
  return detection_bound(options) + 2 * (options.redial_max + 2 * options.dial_timeout) +
         2 * options.heartbeat_interval;
}

}  // namespace noex
