// Options: every bound and every time-out of a node in one place, each with its reason.
//
// A node copies its options when it is made; they never change afterwards. A value that this page
// calls "the same on all nodes" is a part of the protocol: nodes that differ in it misjudge each
// other.
#pragma once

#include <cstddef>
#include <cstdint>

#include "noex/transport/base/time.h"

namespace noex {

// The bounds and time-outs of one node. The defaults suit a data centre, or a laptop.
struct Options {
  // --- Failure detection (docs/PROTOCOL.md, "Membership") ---
  // How often a control frame goes to every linked peer. Shorter: faster detection, more traffic.
  Duration heartbeat_interval = 1s;
  // A link that has brought no byte for this long is closed, and its node is suspected unless
  // another node still hears it.
  Duration suspicion_after = 3s;
  // After this much silence, other nodes are asked whether they hear the silent one. At most two
  // thirds of suspicion_after, so that the answer comes before the verdict.
  Duration probe_after = 2s;
  // A suspect that nobody clears is declared down after this long, once enough other nodes accuse
  // it too or no other could. With the defaults: 4.5 s after its last byte. Longer: fewer false
  // alarms.
  Duration suspicion_timeout = 1500ms;
  // An accusation that no other node joins lasts up to this many times as long (Lifeguard).
  std::uint32_t suspicion_spread = 2;
  // Changes to the member table, and news of other nodes' names, are collected for this long, then
  // sent to every linked peer.
  Duration gossip_delay = 100ms;

  // --- Dialling ---
  // How long a dial may take, its handshake included; a full backlog counts as silence.
  Duration dial_timeout = 1s;
  // Pause after the first failed dial; it doubles, with jitter, up to redial_max. There is no last
  // attempt.
  Duration redial_min = 100ms;
  // The longest pause between two dials of one node.
  Duration redial_max = 5s;
  // An accepted connection that has not finished its handshake by then is closed.
  Duration handshake_timeout = 5s;
  // In a cluster of up to this many members, every node is linked to every other. In a larger one,
  // each node keeps at most ten links of its own and opens others when they are needed. The same on
  // all nodes.
  std::size_t mesh_max = 32;
  // In a larger cluster: how often a dead member, or a seed that has not been found, is dialled.
  Duration dead_redial_interval = 10s;
  // In a larger cluster: a link opened on demand that has been unused for this long is closed by
  // agreement of its two ends.
  Duration link_idle_timeout = 30s;
  // How long a leaving node waits for its peers' acknowledgements.
  Duration leave_timeout = 1s;

  // --- What others may say of time, and of this node's boot (docs/PROTOCOL.md, "Time") ---
  // A clock reading or a boot from another node is not believed if it is further ahead of this
  // node's wall clock than this. Wide enough for honest clocks that are years wrong; narrow enough
  // that no peer can push a clock or a boot to the end of its range.
  Duration clock_ahead_max = 24h * 365 * 20;
  // A node that learns of a later boot of its own id starts again in place, this many times without
  // a pause: it may meet several peers that each know a different boot.
  std::uint32_t restarts_at_once = 3;
  // The first pause after those; it doubles with each further restart, so that no peer can keep the
  // node from its work.
  Duration restart_pause_min = 1s;
  // The longest such pause. After six times as long without a restart, all are forgotten.
  Duration restart_pause_max = 10min;

  // --- Sizes ---
  // The largest message, encoded. A larger one fails with too_large where it is sent, and counts as
  // malformed where it arrives.
  std::size_t message_bytes_max = 16 * 1024 * 1024;
  // Bytes handed to the system for one peer that it has not accepted yet. What exceeds this waits
  // in the channel, where control frames can overtake it.
  std::size_t unsent_bytes_max = 256 * 1024;
  // Bytes queued for one peer: above this, calls, spawns and cast_when_ready() wait for room, first
  // come, first served.
  std::size_t queue_bytes_soft = 1 * 1024 * 1024;
  // Above this, casts to that peer fail with overloaded, and are counted.
  std::size_t queue_bytes_hard = 8 * 1024 * 1024;
  // Above this, the link is closed: that peer reads nothing.
  std::size_t queue_bytes_cutoff = 32 * 1024 * 1024;
  // A peer that has accepted not one waiting byte for this long loses its link, even if it is
  // heard: memory is not held for a peer that reads nothing. Longer than any pause of a healthy
  // program. Noticed with the next message, so within a heartbeat.
  Duration stall_timeout = 10s;
  // How much work one peer's bytes may cause in one turn, and how many handlers one turn runs. The
  // unit is a small message; each KiB of a larger one counts as one more. The rest waits for a
  // later turn, behind other peers and timers, and that peer is not read from meanwhile. Smaller:
  // more turns; larger: a heartbeat may wait longer behind a flood.
  std::size_t turn_work_max = 2'048;
  // Messages in one mailbox; further ones fail with overloaded, and are counted. More than one read
  // from a link can bring. Signals, replies and timers do not count; a call that the process
  // answers later counts until it is answered.
  std::size_t mailbox_messages_max = 32'768;
  // Bytes of other nodes' messages in one mailbox; beyond, it is as full as with too many messages,
  // so that a few large messages cost no more than many small ones.
  std::size_t mailbox_bytes_max = 64 * 1024 * 1024;
  // Processes that one peer has asked for and has not confirmed yet; its next spawn fails with
  // overloaded.
  std::size_t spawns_per_link_max = 16'384;
  // Connections that have not finished their handshake. One more, and one from the address that has
  // the most is closed: the oldest that has said nothing, or else the oldest.
  std::size_t unauthenticated_max = 64;
  // Members that a node remembers. When it is full, a newcomer takes the place of the member that
  // left longest ago, or else has been dead for longest; if there is neither, the newcomer is
  // ignored with a line in the log.
  std::size_t members_max = 4096;
  // Tasks that one process runs beside its mailbox; the next one fails with overloaded.
  std::size_t process_tasks_max = 1'024;
  // Processes of one node; the next spawn fails with overloaded. Spawns by other nodes fail at
  // three quarters of it: the last quarter is the node's own.
  std::size_t processes_max = 1'000'000;
  // Calls of one node that wait for an answer; the next one fails with overloaded.
  std::size_t calls_max = 1'000'000;
  // Monitors, and process links, that one node may have over one link. The same on all nodes: this
  // node's own beyond it end at once with an error, a peer's beyond it are malformed.
  std::size_t watches_per_link_max = 262'144;
  // Once a majority of the arbiters has answered a claim or a find, the others are waited for this
  // long: one may have no link, or stand still. Longer than a round trip on a slow link; shorter
  // than users take for no answer at all.
  Duration claim_grace = 500ms;
  // Names, group memberships and claims of one node; the next one fails with overloaded. The same
  // on all nodes: a peer's beyond it are malformed.
  std::size_t names_max = 100'000;

  // --- Clients, which are no members (docs/PROTOCOL.md, "Clients") ---
  // So many at a time; a further one is refused. 0: none are let in.
  std::size_t clients_max = 4'096;
  // Of one client: calls, spawns and what it has been asked itself, that are not answered; a
  // further one ends with overloaded.
  std::size_t client_calls_max = 1'024;
  // Bytes of its calls that wait for room on the way to another node; likewise.
  std::size_t client_bytes_max = 4 * 1024 * 1024;
  // Its monitors; a further one fires at once with an error.
  std::size_t client_watches_max = 1'024;
  // Its processes that others were told of; a further one is not there for them.
  std::size_t client_processes_max = 1'024;
  // Queued for it: messages to it are refused above a half, and above all of it it is cut off. Less
  // than for a member, since there may be a thousand of them.
  std::size_t client_queue_bytes_max = 8 * 1024 * 1024;
  // A client says so often that it is there, and its member closes the connection after three times
  // that without a word; a client that hears no answer within suspicion_after goes to another
  // member. Longer: cheaper; shorter: a member whose machine is gone is left sooner.
  Duration client_ping_interval = 5s;

  // --- Deadlines, where the caller gives none ---
  // From a call to its answer.
  Duration call_timeout = 5s;
  // From a spawn to the process that has been initialised and registered.
  Duration spawn_timeout = 5s;
  // From the claim of a name, or a find, to its result.
  Duration register_timeout = 5s;

  bool operator==(const Options&) const = default;
};

// The longest time from the moment at which a node falls silent to node_down on every node that
// should be linked to it (checked by M1): the link is closed; a dial and a probe may have just
// begun; the suspicion takes its longest, on a node that does not trust itself (3/2); and the news
// travels.
constexpr Duration detection_bound(const Options& options) {
  return options.suspicion_after + 2 * options.dial_timeout +
         options.suspicion_timeout * options.suspicion_spread * 3 / 2 + options.heartbeat_interval +
         2 * options.gossip_delay;
}

// The longest time from the end of the last fault to equal views and links everywhere (checked by
// M5 and R2): what is still undetected is detected; then every node redials (a dial that cannot
// succeed may have just begun), learns of members that it did not know, and dials those too.
constexpr Duration convergence_bound(const Options& options) {
  return detection_bound(options) + 2 * (options.redial_max + 2 * options.dial_timeout) +
         2 * options.heartbeat_interval;
}

}  // namespace noex
