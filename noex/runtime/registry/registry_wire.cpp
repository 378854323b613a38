#include "noex/runtime/registry/registry_wire.h"

#include <algorithm>
#include <functional>
#include <type_traits>
#include <utility>

namespace noex {

namespace {

bool is_valid(const WireEntry& entry) {
  return entry.process != 0;
}
bool is_valid(const std::map<std::string, WireEntry>& names) {
  return std::ranges::all_of(names, [](const auto& item) {
    return is_registry_name(item.first) && is_valid(item.second);
  });
}

bool is_valid(const Incarnation& owner) {
  return owner.boot != 0;
}

bool is_valid(const std::vector<GroupMember>& members) {
  return std::ranges::is_sorted(members, std::ranges::less_equal()) &&
         std::ranges::all_of(members, [](const GroupMember& member) {
           return is_registry_name(member.group) && member.process != 0;
         });
}

bool is_valid(const NamesSnapshot& snapshot) {
  const bool is_empty = snapshot.names.empty() && snapshot.members.empty();
  return is_valid(snapshot.owner) && is_valid(snapshot.names) && is_valid(snapshot.members) &&
         (snapshot.sequence != 0 || is_empty);
}
bool is_valid(const NamesDelta& delta) {
  if (!is_valid(delta.owner) || delta.sequence == 0) return false;
  if (delta.put.empty() && delta.removed.empty() && delta.joined.empty() && delta.left.empty()) {
    return false;
  }
  if (!is_valid(delta.joined) || !is_valid(delta.left)) return false;
  const auto has_left = [&delta](const GroupMember& member) {
    return std::ranges::binary_search(delta.left, member);
  };
  if (std::ranges::any_of(delta.joined, has_left)) return false;
  const bool ascending = std::ranges::is_sorted(delta.removed, std::ranges::less_equal());
  return ascending && is_valid(delta.put) &&
         std::ranges::all_of(delta.removed, [&delta](const std::string& name) {
           return is_registry_name(name) && !delta.put.contains(name);
         });
}
bool is_valid(const NameClaim& claim) {
  return is_registry_name(claim.name) && is_valid(claim.entry);
}
bool is_valid(const ClaimGrant&) {
  return true;
}
bool is_valid(const ClaimRefuse& refuse) {
  return !refuse.holder || is_valid(refuse.holder->entry);
}
bool is_valid(const ClaimAbort&) {
  return true;
}
bool is_valid(const NamesApplied&) {
  return true;
}
bool is_valid(const NamesVector& vector) {
  const auto id = [](const OwnerVersion& version) -> const NodeId& { return version.owner.id; };
  return !vector.versions.empty() &&
         std::ranges::is_sorted(vector.versions, std::ranges::less_equal(), id) &&
         std::ranges::all_of(vector.versions,
                             [](const OwnerVersion& version) { return is_valid(version.owner); });
}
bool is_valid(const NamesPull& pull) {
  return !pull.owners.empty() &&
         std::ranges::is_sorted(pull.owners, std::ranges::less_equal(), &Incarnation::id) &&
         std::ranges::all_of(pull.owners, [](const Incarnation& owner) { return is_valid(owner); });
}
bool is_valid(const NameFind& find) {
  return is_registry_name(find.name);
}
bool is_valid(const NameFound& found) {
  return !found.holder || is_valid(found.holder->entry);
}
bool is_valid(const ClaimHeld&) {
  return true;
}
bool is_valid(const ClaimWanted&) {
  return true;
}

// False: there is no such kind, or it is malformed.
bool decode_kind(Decoder& decoder, RegistryKind kind, RegistryMessage& message) {
  const auto try_one = [&]<class T>(std::type_identity<T>) {
    if (T::kind != kind) return false;
    T& body = message.emplace<T>();
    decode(decoder, body);
    return decoder.complete() && is_valid(body);
  };
  return [&]<class... T>(std::type_identity<std::variant<T...>>) {
    return (try_one(std::type_identity<T>{}) || ...);
  }(std::type_identity<RegistryMessage>{});
}

}  // namespace

void StampTime::encode_to(Writer& writer) const {
  writer.varint(static_cast<std::uint64_t>(wall));
  writer.varint(counter);
}

void StampTime::decode_from(Reader& reader) {
  const std::uint64_t wide_wall = reader.varint();
  const std::uint64_t wide_counter = reader.varint();
  if (wide_wall > static_cast<std::uint64_t>(stamp_wall_max) ||
      wide_counter > std::numeric_limits<std::uint32_t>::max()) {
    reader.fail();
    return;
  }
  wall = static_cast<std::int64_t>(wide_wall);
  counter = static_cast<std::uint32_t>(wide_counter);
}

Bytes encode_registry_message(const RegistryMessage& message, const Stamp& sent) {
  Bytes bytes;
  bytes.reserve(128);
  Writer writer(bytes);
  std::visit(
      [&]<class T>(const T& body) {
        writer.u8(static_cast<std::uint8_t>(T::kind));
        encode(writer, StampTime{sent.wall, sent.counter});
        encode(writer, body);
      },
      message);
  return bytes;
}

std::optional<ReceivedRegistryMessage> decode_registry_message(ByteView bytes) {
  Decoder decoder(bytes);
  const auto kind = static_cast<RegistryKind>(decoder.u8());
  ReceivedRegistryMessage received;
  decode(decoder, received.sent);
  if (!decode_kind(decoder, kind, received.message)) return std::nullopt;
  return received;
}

WireEntry to_wire(const RegistryEntry& entry) {
  return WireEntry{{entry.stamp.wall, entry.stamp.counter}, entry.process};
}

RegistryEntry from_wire(const WireEntry& entry, const NodeId& owner) {
  return RegistryEntry{{entry.time.wall, entry.time.counter, owner}, entry.process};
}

WireHolder to_wire(const NameHolder& holder) {
  return WireHolder{holder.owner.id, holder.owner.boot, to_wire(holder.entry)};
}

NameHolder from_wire(const WireHolder& holder) {
  return NameHolder{{holder.node, holder.boot}, from_wire(holder.entry, holder.node)};
}

}  // namespace noex
