// Registry messages: what two registries say to each other, and how it is coded.
//
// A message is one byte of kind, the sender's time, and the fields below. Whatever is said already
// is left out: an entry's stamp is its owner's, a claim's stamp its claimant's. Decoding
// checks all that can be judged without state; what needs state is the registry's to judge.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "noex/runtime/core/ids.h"
#include "noex/runtime/core/stamp.h"
#include "noex/runtime/message/codec.h"
#include "noex/runtime/registry/registry.h"
#include "noex/transport/base/bytes.h"
#include "noex/transport/handshake.h"

namespace noex {

inline constexpr std::size_t registry_name_bytes_max = 255;
inline constexpr std::int64_t stamp_wall_max = clock_wall_max;

inline bool is_registry_name(std::string_view name) {
  return !name.empty() && name.size() <= registry_name_bytes_max;
}

// The first byte of a message.
enum class RegistryKind : std::uint8_t {
  snapshot = 1,
  delta = 2,
  claim = 3,
  grant = 4,
  refuse = 5,
  abort = 6,
  applied = 7,
  vector = 8,
  pull = 9,
  find = 10,
  found = 11,
  held = 12,
  wanted = 13,
};

// A stamp without its node.
struct StampTime {
  std::int64_t wall = 0;
  std::uint32_t counter = 0;

  bool operator==(const StampTime&) const = default;

  void encode_to(Writer& writer) const;
  void decode_from(Reader& reader);  // fails the reader on a wall out of 0..stamp_wall_max
};

struct WireEntry {
  StampTime time;
  ProcessId process = 0;

  bool operator==(const WireEntry&) const = default;
};

struct WireHolder {
  NodeId node;
  Boot boot = 0;
  WireEntry entry;

  bool operator==(const WireHolder&) const = default;
};

// An owner's whole set. The sender's own is the first message on every link.
// `direct`: its owner was linked to everybody that it had up, and needs nobody to pass it on.
struct NamesSnapshot {
  static constexpr auto kind = RegistryKind::snapshot;
  Incarnation owner;
  std::uint64_t sequence = 0;
  bool direct = false;
  std::map<std::string, WireEntry> names;
  std::vector<GroupMember> members;  // ascending

  bool operator==(const NamesSnapshot&) const = default;
};

// The step from sequence - 1 to sequence of an owner's set; `removed` ascends, apart from `put`.
struct NamesDelta {
  static constexpr auto kind = RegistryKind::delta;
  Incarnation owner;
  std::uint64_t sequence = 0;
  bool direct = false;
  std::map<std::string, WireEntry> put;
  std::vector<std::string> removed;
  std::vector<GroupMember> joined;  // ascending, as `left`, and apart from it
  std::vector<GroupMember> left;

  bool operator==(const NamesDelta&) const = default;
};

// Asks an arbiter for its promise. The claimant numbers every ask anew, also when it repeats one,
// so that an answer to an earlier ask is never taken for the answer to a later one.
struct NameClaim {
  static constexpr auto kind = RegistryKind::claim;
  std::uint64_t number = 0;
  std::string name;
  WireEntry entry;

  bool operator==(const NameClaim&) const = default;
};
struct ClaimGrant {
  static constexpr auto kind = RegistryKind::grant;
  std::uint64_t number = 0;

  bool operator==(const ClaimGrant&) const = default;
};
struct ClaimRefuse {
  static constexpr auto kind = RegistryKind::refuse;
  std::uint64_t number = 0;
  std::optional<WireHolder> holder;

  bool operator==(const ClaimRefuse&) const = default;
};
struct ClaimAbort {
  static constexpr auto kind = RegistryKind::abort;
  std::uint64_t number = 0;

  bool operator==(const ClaimAbort&) const = default;
};
// The sender's views show the receiver's names as of `sequence`.
struct NamesApplied {
  static constexpr auto kind = RegistryKind::applied;
  std::uint64_t sequence = 0;

  bool operator==(const NamesApplied&) const = default;
};

struct OwnerVersion {
  Incarnation owner;
  std::uint64_t sequence = 0;  // 0: an empty set, which nobody has to ask for

  bool operator==(const OwnerVersion&) const = default;
};
// What the sender holds, by ascending id: everything, or what is news.
struct NamesVector {
  static constexpr auto kind = RegistryKind::vector;
  bool full = false;
  std::vector<OwnerVersion> versions;

  bool operator==(const NamesVector&) const = default;
};
// Asks for snapshots of these owners, by ascending id.
struct NamesPull {
  static constexpr auto kind = RegistryKind::pull;
  std::vector<Incarnation> owners;

  bool operator==(const NamesPull&) const = default;
};

// Asks an arbiter who holds the name, as far as it knows; it answers at once.
struct NameFind {
  static constexpr auto kind = RegistryKind::find;
  std::uint64_t number = 0;
  std::string name;

  bool operator==(const NameFind&) const = default;
};
struct NameFound {
  static constexpr auto kind = RegistryKind::found;
  std::uint64_t number = 0;
  std::optional<WireHolder> holder;

  bool operator==(const NameFound&) const = default;
};

// Of an ask that was neither granted nor refused: another claim of the name goes first there.
struct ClaimHeld {
  static constexpr auto kind = RegistryKind::held;
  std::uint64_t number = 0;

  bool operator==(const ClaimHeld&) const = default;
};
// Of an ask that was granted: a smaller claim of the name is held behind it.
struct ClaimWanted {
  static constexpr auto kind = RegistryKind::wanted;
  std::uint64_t number = 0;

  bool operator==(const ClaimWanted&) const = default;
};

using RegistryMessage =
    std::variant<NamesSnapshot, NamesDelta, NameClaim, ClaimGrant, ClaimRefuse, ClaimAbort,
                 NamesApplied, NamesVector, NamesPull, NameFind, NameFound, ClaimHeld, ClaimWanted>;

struct ReceivedRegistryMessage {
  StampTime sent;  // the sender's clock
  RegistryMessage message;
};

Bytes encode_registry_message(const RegistryMessage& message, const Stamp& sent);
// nullopt: malformed.
std::optional<ReceivedRegistryMessage> decode_registry_message(ByteView bytes);

WireEntry to_wire(const RegistryEntry& entry);
RegistryEntry from_wire(const WireEntry& entry, const NodeId& owner);
WireHolder to_wire(const NameHolder& holder);
NameHolder from_wire(const WireHolder& holder);

// An upper bound of a name's bytes in a snapshot; what every set is measured by.
inline std::size_t snapshot_cost(std::string_view name) {
  return name.size() + 27;  // its length 2, wall 10, counter 5, process 10
}
// A set's measure stays under this, so that its snapshot is one message.
inline std::size_t snapshot_cost_max(const Options& options) {
  constexpr std::size_t head = 1024;  // kinds, times, owner, sequence, the router's own bytes
  return options.message_bytes_max - std::min(options.message_bytes_max, head);
}

// So many versions, or owners, stay under that too.
inline std::size_t versions_max(const Options& options) {
  constexpr std::size_t version = 345;  // name 65, host 255, port 3, boot 10, sequence 10
  return std::max<std::size_t>(1, snapshot_cost_max(options) / version);
}

}  // namespace noex
