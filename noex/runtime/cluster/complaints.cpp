#include "noex/runtime/cluster/complaints.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace noex {

std::string_view describe(DialFailure failure) {
  switch (failure) {
    case DialFailure::refused:
      return "nobody listens there, or it is another node or boot";
    case DialFailure::silent:
      return "no answer";
    case DialFailure::unfinished:
      return "it answered, or had no time to";
    case DialFailure::simultaneous:
      return "its own dial goes first";
    case DialFailure::left:
      return "it leaves";
    case DialFailure::self:
      return "it is this node itself";
  }
  return "unknown";
}

void Complaints::warn(const NodeId& id, std::string text) {
  if (last_.size() > options_.members_max) last_.clear();
  auto& last = last_[id];
  if (last == text) return;
  last = std::move(text);
  log_.warning("{}", last);
}

void Complaints::stranger(const NodeId& expected, const NodeId& found) {
  blame(Blame{Blame::What::stranger, expected, 0, found, Refusal::none});
  warn(expected,
       fmt::format("expected {} and found {} at that address", expected.text(), found.text()));
}

bool Complaints::is_seed(const NodeId& id) const {
  return std::ranges::count(seeds_, id) > 0;
}

void Complaints::dial_failed(const NodeId& id, DialFailure failure, ErrorCode why) {
  const bool is_told = failure == DialFailure::refused || failure == DialFailure::silent;
  if (!is_told || !is_seed(id) || seeds_reached_.contains(id)) return;
  handler_.on_seed_unreachable(id, why);
}

void Complaints::connection_ended(const Session& session, ChannelEnd end, std::string_view why) {
  if (end == ChannelEnd::closed) {
    log_.debug("the connection to {} ended: {}", session.name(), why);
    return;
  }
  log_.warning("closed the connection to {}: {}", session.name(), why);
  const Incarnation peer = session.claimed();
  const auto what = end == ChannelEnd::cutoff ? Blame::What::cutoff : Blame::What::malformed;
  blame(Blame{what, peer.id, peer.boot, NodeId(), Refusal::none});
}

void Complaints::linked(const NodeId& id) {
  last_.erase(id);
  if (is_seed(id)) seeds_reached_.insert(id);
}

}  // namespace noex
