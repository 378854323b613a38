#include "noex/sim/check/sight_checker.h"

#include <algorithm>

#include <fmt/format.h>

#include "noex/runtime/node/inspect.h"
#include "noex/sim/check/runtime_properties.h"

namespace noex::sim {

void SightChecker::on_node_ended(std::size_t index) {
  links_[index].clear();
  told_[index].clear();
}

void SightChecker::on_link_down(std::size_t index, const Incarnation& peer) {
  const auto link = links_[index].find(peer);
  const bool was_up = link != links_[index].end();
  tally_.expect(property::h2, truth_.now(), was_up, [&] {
    return fmt::format("{} is told link_down of {} (boot {}), of which no link is up",
                       truth_.id(index).text(), peer.id.text(), peer.boot);
  });
  if (was_up && --link->second == 0) links_[index].erase(link);
}

void SightChecker::on_node_up(std::size_t index, const Incarnation& peer) {
  told_[index][peer.id] = peer.boot;
}

void SightChecker::on_node_down(std::size_t index, const Incarnation& peer) {
  told_[index][peer.id] = peer.boot;
  const std::vector<Member> members = truth_.node(index)->members();
  const auto member = std::ranges::find(members, peer, &Member::incarnation);
  const bool stands = member != members.end() && member->linked;
  const bool opens = member != members.end() && member->opening;
  const bool is_up = links_[index].contains(peer);
  tally_.expect(property::h2, truth_.now(), !stands && !opens && !is_up, [&] {
    return fmt::format("{} announces node_down of {} (boot {}) while a link to it {}",
                       truth_.id(index).text(), peer.id.text(), peer.boot,
                       stands  ? "stands"
                       : opens ? "opens"
                               : "is up: its link_down was not told");
  });
}

void SightChecker::on_told(std::size_t index, const NodeId& peer, bool up) {
  const auto told = told_[index].find(peer);
  if (told == told_[index].end()) return;
  const bool shown = registry_of(*truth_.node(index)).shows({peer, told->second});
  tally_.expect(property::h2, truth_.now(), shown == up, [&] {
    return fmt::format("{} calls back for node_{} of {} (boot {}), and {} its names",
                       truth_.id(index).text(), up ? "up" : "down", peer.text(), told->second,
                       shown ? "shows" : "does not show");
  });
}

}  // namespace noex::sim
