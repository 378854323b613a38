#include "noex/sim/check/order_checker.h"

#include <algorithm>

#include <fmt/format.h>

#include "noex/sim/check/runtime_properties.h"

namespace noex::sim {

std::uint64_t OrderChecker::link_of(std::size_t index, const NodeId& peer) const {
  const auto found = ended_[index].find(peer);
  return found != ended_[index].end() ? found->second : 0;
}

void OrderChecker::on_posted(std::size_t index, std::uint64_t sender, const Ref& to,
                             std::uint64_t number, bool owed) {
  Way& way = ways_[{sender, to}];
  way.from = index;
  way.boot = truth_.node(index)->boot();
  way.under_way.push_back(Parcel{number, link_of(index, to.node()), owed});
}

void OrderChecker::on_owed(std::uint64_t sender, const Ref& to, std::uint64_t number) {
  std::deque<Parcel>& parcels = ways_[{sender, to}].under_way;
  const auto found = std::ranges::find(parcels, number, &Parcel::number);
  if (found != parcels.end()) found->owed = true;
}

// One of the same node was never posted, if it is refused at once: its sender has been told so.
void OrderChecker::on_refused(std::uint64_t sender, const Ref& to, std::uint64_t number) {
  const auto way = ways_.find({sender, to});
  if (way == ways_.end()) return;
  if (std::erase_if(way->second.under_way,
                    [number](const Parcel& each) { return each.number == number; }) != 0) {
    tally_.checked(property::d1);
  }
}

void OrderChecker::on_came(std::uint64_t sender, const Ref& to, std::uint64_t number) {
  std::deque<Parcel>& parcels = ways_[{sender, to}].under_way;
  const auto came = std::ranges::find(parcels, number, &Parcel::number);
  tally_.expect(property::d1, truth_.now(), came != parcels.end(), [&] {
    return fmt::format("parcel {} of sender {} comes to {} twice, or after a later one", number,
                       sender, to.text());
  });
  if (came == parcels.end()) return;
  const auto missing = std::find_if(parcels.begin(), came, [&](const Parcel& each) {
    return each.owed && each.link == came->link;
  });
  tally_.expect(property::d1, truth_.now(), missing == came, [&] {
    return fmt::format("parcel {} of sender {} comes to {} before parcel {} of the same link",
                       number, sender, to.text(), missing->number);
  });
  parcels.erase(parcels.begin(), came + 1);
}

Incarnation OrderChecker::sender(std::uint64_t sender, const Ref& to) const {
  const Way& way = ways_.at({sender, to});
  return Incarnation{truth_.id(way.from), way.boot};
}

bool OrderChecker::runs(const Way& way) const {
  const Node* node = truth_.node(way.from);
  return node != nullptr && node->boot() == way.boot;
}

bool OrderChecker::is_alive(const Ref& process) const {
  for (std::size_t index = 0; index < truth_.nodes(); ++index) {
    const Node* node = truth_.node(index);
    if (node == nullptr || node->id() != process.node()) continue;
    return node->boot() == process.boot() && node->is_alive(process.process());
  }
  return false;
}

// A link that lasts through the quiet phase has brought everything.
void OrderChecker::at_end() {
  for (const auto& [key, way] : ways_) {
    const Ref& to = key.second;
    if (!runs(way) || !is_alive(to)) continue;
    const std::uint64_t link = link_of(way.from, to.node());
    const auto missing = std::ranges::find_if(
        way.under_way, [link](const Parcel& each) { return each.owed && each.link == link; });
    tally_.expect(property::d1, truth_.now(), missing == way.under_way.end(),
                  [&, sender = key.first] {
                    return fmt::format(
                        "parcel {} of sender {} has never come to {}, and the link "
                        "that it went over lasts",
                        missing->number, sender, to.text());
                  });
  }
}

}  // namespace noex::sim
