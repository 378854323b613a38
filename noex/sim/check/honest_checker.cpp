#include "noex/sim/check/honest_checker.h"

#include <algorithm>

#include <fmt/format.h>

#include "noex/sim/check/runtime_properties.h"

namespace noex::sim {

void HonestChecker::on_node_started(std::size_t index) {
  Boot& newest = newest_[truth_.id(index)];
  newest = std::max(newest, truth_.node(index)->boot());
}

void HonestChecker::on_node_leaving(std::size_t index) {
  leaving_.insert(truth_.node(index)->incarnation());
}

void HonestChecker::on_peer_blamed(std::size_t index, const Blame& blame) {
  tally_.expect(property::h1, truth_.now(), is_true(index, blame), [&] {
    const std::string who = blame.peer.empty() ? "a peer" : blame.peer.text();
    return fmt::format("{} says of {} (boot {}): {}; it is honest", truth_.id(index).text(), who,
                       blame.boot, describe(blame));
  });
}

bool HonestChecker::is_true(std::size_t index, const Blame& blame) const {
  switch (blame.what) {
    case Blame::What::malformed:
      return false;
    case Blame::What::stranger:
      // Another machine's node may have taken over its address.
      return blame.found != blame.peer && blame.found.address() == blame.peer.address() &&
             index_of(blame.found).has_value();
    case Blame::What::silent:
    case Blame::What::cutoff:
      return was_out_of_reach(index, blame.peer);
    case Blame::What::refused:
      return is_refusal_true(index, blame);
  }
  return false;
}

bool HonestChecker::is_refusal_true(std::size_t index, const Blame& blame) const {
  const NodeId& self = truth_.id(index);
  const auto newest = newest_.find(blame.peer);
  switch (blame.refusal) {
    case Refusal::none:
    case Refusal::version:
      return false;
    case Refusal::self:
      return blame.peer == self;
    case Refusal::wrong_node:
      return blame.found != self;  // for whom it took us
    case Refusal::name_taken:
      for (std::size_t other = 0; other < truth_.nodes(); ++other) {
        const NodeId& id = truth_.id(other);
        if (id != blame.peer && id.name() == blame.peer.name()) return true;
      }
      return false;
    case Refusal::boot_too_low:
      return newest != newest_.end() && newest->second > blame.boot;
    case Refusal::left:
      return leaving_.contains(Incarnation{blame.peer, blame.boot});
    case Refusal::full:
      return truth_.nodes() > truth_.node(index)->options().members_max;
    case Refusal::simultaneous_dial:  // these say nothing of the peer
    case Refusal::leaving:
    case Refusal::restarting:
      return true;
  }
  return false;
}

// What it has sent, or taken, need not have passed for so long.
bool HonestChecker::was_out_of_reach(std::size_t index, const NodeId& peer) const {
  const auto other = index_of(peer);
  if (!other || truth_.node(*other) == nullptr) return true;
  const Options& options = truth_.node(index)->options();
  const Duration detected = detection_bound(options) + options.stall_timeout;
  const Duration bound = detected + truth_.latency_max() + truth_.clock_slack(detected);
  return truth_.now() - truth_.undisturbed_since(index, *other) <= bound;
}

std::optional<std::size_t> HonestChecker::index_of(const NodeId& id) const {
  for (std::size_t index = 0; index < truth_.nodes(); ++index) {
    if (truth_.id(index) == id) return index;
  }
  return std::nullopt;
}

}  // namespace noex::sim
