#include "noex/runtime/registry/owner_set.h"

#include <xxhash.h>

#include "noex/runtime/message/codec.h"
#include "noex/runtime/registry/registry_wire.h"

namespace noex {

namespace {

std::uint64_t hash_of(const Bytes& bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::uint64_t hash_of(const std::string& name, const RegistryEntry& entry) {
  Bytes bytes;
  Writer writer(bytes);
  writer.u8(0);
  writer.string(name);
  encode(writer, to_wire(entry));
  return hash_of(bytes);
}

std::uint64_t hash_of(const GroupMember& member) {
  Bytes bytes;
  Writer writer(bytes);
  writer.u8(1);
  encode(writer, member);
  return hash_of(bytes);
}

}  // namespace

OwnerSet::OwnerSet(const NamesSnapshot& snapshot)
    : boot(snapshot.owner.boot), sequence(snapshot.sequence) {
  for (const auto& [name, entry] : snapshot.names) put(name, from_wire(entry, snapshot.owner.id));
  for (const auto& member : snapshot.members) join(member);
}

OwnerSet::OwnerSet(const OwnerSet& other)
    : boot(other.boot),
      sequence(other.sequence),
      content_(other.content_ ? std::make_unique<Content>(*other.content_) : nullptr) {}

const OwnerSet::Names& OwnerSet::names() const {
  static const Names none;
  return content_ != nullptr ? content_->names : none;
}

const OwnerSet::Members& OwnerSet::members() const {
  static const Members none;
  return content_ != nullptr ? content_->members : none;
}

const RegistryEntry* OwnerSet::find(std::string_view name) const {
  const auto found = names().find(name);
  return found == names().end() ? nullptr : &found->second;
}

void OwnerSet::put(const std::string& name, const RegistryEntry& entry) {
  remove(name);
  Content& all = content();
  all.names.emplace(name, entry);
  all.cost += snapshot_cost(name);
  all.hash ^= hash_of(name, entry);
}

bool OwnerSet::remove(std::string_view name) {
  if (content_ == nullptr) return false;
  const auto found = content_->names.find(name);
  if (found == content_->names.end()) return false;
  content_->hash ^= hash_of(found->first, found->second);
  content_->cost -= snapshot_cost(name);
  content_->names.erase(found);
  drop_if_empty();
  return true;
}

bool OwnerSet::join(const GroupMember& member) {
  Content& all = content();
  if (!all.members.insert(member).second) return false;
  all.cost += snapshot_cost(member.group);
  all.hash ^= hash_of(member);
  return true;
}

bool OwnerSet::leave(const GroupMember& member) {
  if (content_ == nullptr || content_->members.erase(member) == 0) return false;
  content_->cost -= snapshot_cost(member.group);
  content_->hash ^= hash_of(member);
  drop_if_empty();
  return true;
}

std::uint64_t OwnerSet::hash(const NodeId& owner) const {
  Bytes bytes;
  bytes.reserve(64);
  Writer writer(bytes);
  owner.encode_to(writer);
  writer.u64(boot);
  writer.u64(sequence);
  writer.u64(content_ != nullptr ? content_->hash : 0);
  return hash_of(bytes);
}

OwnerSet::Content& OwnerSet::content() {
  if (content_ == nullptr) content_ = std::make_unique<Content>();
  return *content_;
}

void OwnerSet::drop_if_empty() {
  if (content_->names.empty() && content_->members.empty()) content_.reset();
}

}  // namespace noex
