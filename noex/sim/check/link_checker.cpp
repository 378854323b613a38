#include "noex/sim/check/link_checker.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "noex/sim/check/runtime_properties.h"

namespace noex::sim {

namespace {

// Segments that connecting and shaking hands take, one after the other, generously.
constexpr int segments = 8;

// A dial may fail by a tail of latencies, and be repeated.
Duration relink_bound(const Options& options, const Truth& truth) {
  const Duration bound = 2 * options.dial_timeout + segments * truth.latency_max();
  return bound + truth.clock_slack(bound);
}

const Member* find(const std::vector<Member>& members, const Incarnation& node) {
  const auto found = std::ranges::find(members, node, &Member::incarnation);
  return found == members.end() ? nullptr : &*found;
}

}  // namespace

std::optional<std::size_t> LinkChecker::index_of(const Incarnation& node) const {
  for (std::size_t index = 0; index < truth_.nodes(); ++index) {
    if (truth_.id(index) == node.id) return index;
  }
  return std::nullopt;
}

// One that is still being opened, since somebody wants to send over it, does not stand.
void LinkChecker::on_link_up(std::size_t index, const Incarnation& peer) {
  const std::vector<Member> members = truth_.node(index)->members();
  const Member* member = find(members, peer);
  const auto other = index_of(peer);
  if (!other || member == nullptr || !member->linked) return;
  standing_[{index, *other}] = {peer.boot, truth_.now()};
}

void LinkChecker::on_link_down(std::size_t index, const Incarnation& peer) {
  const auto other = index_of(peer);
  if (!other) return;
  const auto stood = standing_.extract(Pair{index, *other});
  if (stood.empty() || stood.mapped().boot != peer.boot) return;
  const Duration age = truth_.now() - stood.mapped().at;
  const Duration interval = truth_.node(index)->options().heartbeat_interval;
  if (age <= interval + truth_.latency_max() + truth_.clock_slack(interval)) return;
  lost_[{index, *other}] = {peer.boot, truth_.now()};
}

void LinkChecker::on_node_ended(std::size_t index) {
  const auto is_of = [index](const auto& item) {
    return item.first.first == index || item.first.second == index;
  };
  std::erase_if(standing_, is_of);
  std::erase_if(lost_, is_of);
}

// Another trouble came, or the other end did not lose it.
bool LinkChecker::is_over(const Pair& pair, const Ends& ends) const {
  const Node* other = truth_.node(pair.second);
  return other == nullptr || other->boot() != ends.boot ||
         truth_.undisturbed_since(pair.first, pair.second) > ends.at;
}

void LinkChecker::look() {
  for (auto item = lost_.begin(); item != lost_.end();) {
    const auto& [pair, ends] = *item;
    const Duration passed = truth_.now() - ends.at;
    const bool over = is_over(pair, ends);
    const Duration bound = relink_bound(truth_.node(pair.first)->options(), truth_);
    if (!over && passed <= bound) {
      ++item;
      continue;
    }
    if (!over && lost_.contains(Pair{pair.second, pair.first})) check(pair, passed);
    item = lost_.erase(item);
  }
}

void LinkChecker::check(const Pair& pair, Duration passed) {
  const std::vector<Member> members = truth_.node(pair.first)->members();
  const Member* member = find(members, truth_.node(pair.second)->incarnation());
  const bool missing = member != nullptr && member->wanted && !member->linked;
  tally_.expect(property::m5, truth_.now(), !missing, [&] {
    return fmt::format("{} and {} both lost their link {} ms ago, and have no other",
                       truth_.id(pair.first).text(), truth_.id(pair.second).text(),
                       to_milliseconds(passed));
  });
}

}  // namespace noex::sim
