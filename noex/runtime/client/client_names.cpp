#include "noex/runtime/client/client_names.h"

#include <utility>

namespace noex {

namespace {

// Names that nobody asked for in a list are found one by one: so many are remembered.
constexpr std::size_t names_known_max = 10'000;

bool begins_with(const std::string& name, std::string_view prefix) {
  return std::string_view(name).starts_with(prefix);
}

}  // namespace

void ClientNames::learn(std::string_view prefix, const std::map<std::string, Ref>& names) {
  std::erase_if(known_, [prefix](const auto& known) { return begins_with(known.first, prefix); });
  known_.insert(names.begin(), names.end());
}

void ClientNames::learn(const std::string& name, const Result<Ref>& holder) {
  if (!holder) {
    known_.erase(name);
    return;
  }
  if (known_.size() >= names_known_max) known_.clear();
  known_[name] = *holder;
}

Future<Result<void>> ClientNames::register_name(std::string, const Ref&, Duration) {
  Completer<Result<void>> completer(waker_());
  Future<Result<void>> future = completer.future();
  completer.complete(
      fail(ErrorCode::invalid_argument,
           "a client has no names: register a process of a member, or spawn it there by name"));
  return future;
}

std::optional<Ref> ClientNames::lookup(std::string_view name) const {
  const auto found = known_.find(name);
  return found != known_.end() ? std::optional(found->second) : std::nullopt;
}

std::map<std::string, Ref> ClientNames::names(std::string_view prefix) const {
  std::map<std::string, Ref> names;
  for (auto known = known_.lower_bound(prefix);
       known != known_.end() && begins_with(known->first, prefix); ++known) {
    names.insert(*known);
  }
  return names;
}

Result<void> ClientGroups::join(const std::string&, const Ref&) {
  return fail(ErrorCode::invalid_argument,
              "a client is in no group: let a process of a member join, and send to the client");
}

std::vector<Ref> ClientGroups::members(std::string_view group) const {
  const auto found = known_.find(group);
  return found != known_.end() ? found->second : std::vector<Ref>();
}

std::vector<std::string> ClientGroups::names() const {
  std::vector<std::string> names;
  for (const auto& [name, members] : known_) names.push_back(name);
  return names;
}

}  // namespace noex
