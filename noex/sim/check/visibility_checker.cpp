#include "noex/sim/check/visibility_checker.h"

#include <algorithm>
#include <array>
#include <functional>

#include <fmt/format.h>
#include <xxhash.h>

#include "noex/runtime/node/inspect.h"
#include "noex/sim/check/runtime_properties.h"

namespace noex::sim {

namespace {

constexpr std::size_t arbiters_max = 5;

std::uint64_t hash_of(std::string_view text) {
  return XXH3_64bits(text.data(), text.size());
}

// The rank of a member for a name, written down a second time on purpose.
std::uint64_t rank_of(std::string_view name, const NodeId& member) {
  std::array<unsigned char, 16> bytes{};
  const std::array<std::uint64_t, 2> hashes{hash_of(name), hash_of(member.text())};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<unsigned char>(hashes[i / 8] >> (i % 8 * 8));
  }
  return XXH3_64bits(bytes.data(), bytes.size());
}

}  // namespace

VisibilityChecker::VisibilityChecker(const Truth& truth, Tally& tally,
                                     const MembershipChecker& membership)
    : truth_(truth),
      tally_(tally),
      membership_(membership),
      asked_(truth.nodes()),
      shown_(truth.nodes()) {}

void VisibilityChecker::on_node_ended(std::size_t index) {
  asked_[index].clear();
  shown_[index].clear();
  for (auto& shown : shown_) {
    std::erase_if(shown, [index](const auto& one) { return one.second.owner == index; });
  }
}

// Those others that are sure to be asked. A node that is not settled asks later, when it may know
// better ones; where all are arbiters, there are none better.
VisibilityChecker::Arbiters VisibilityChecker::arbiters_of(std::size_t index,
                                                           std::string_view name) const {
  const Node& node = *truth_.node(index);
  if (truth_.nodes() > arbiters_max && !node.settled()) return {};
  std::vector<std::pair<std::uint64_t, std::size_t>> ranked{
      {rank_of(name, truth_.id(index)), index}};
  for (std::size_t other = 0; other < truth_.nodes(); ++other) {
    if (other == index || membership_.up_boot(index, truth_.id(other)) == 0) continue;
    ranked.emplace_back(rank_of(name, truth_.id(other)), other);
  }
  std::ranges::sort(ranked, std::greater());
  if (ranked.size() > arbiters_max) ranked.resize(arbiters_max);
  Arbiters arbiters;
  for (const auto& [_, other] : ranked) {
    const Node* arbiter = truth_.node(other);
    if (other == index || arbiter == nullptr) continue;
    const std::uint64_t serial = membership_.up_serial(index, arbiter->incarnation());
    if (serial != 0) arbiters[other] = serial;
  }
  return arbiters;
}

VisibilityChecker::Arbiters VisibilityChecker::members_of(std::size_t index) const {
  Arbiters members;
  for (std::size_t other = 0; other < truth_.nodes(); ++other) {
    const Boot boot = membership_.up_boot(index, truth_.id(other));
    if (boot != 0) members[other] = membership_.up_serial(index, {truth_.id(other), boot});
  }
  return members;
}

void VisibilityChecker::on_claim_started(std::size_t index, std::uint64_t request,
                                         std::string_view name) {
  Asked asked{std::string(name),
              arbiters_of(index, name),
              members_of(index),
              false,
              truth_.node(index)->loop().now(),
              truth_.now()};
  for (auto& requests : asked_) {
    for (auto& [_, other] : requests) {
      if (other.name == name) other.contested = asked.contested = true;
    }
  }
  asked_[index].emplace(request, std::move(asked));
}

// It had a link and the time to answer, and nobody else's claim was in the way. A grace begins anew
// with a link, but never ends sooner.
bool VisibilityChecker::is_in_time(std::size_t index, std::size_t arbiter,
                                   const Asked& asked) const {
  const Options& options = truth_.node(index)->options();
  if (truth_.node(index)->loop().now() - asked.began < options.claim_grace) return true;
  if (asked.contested || 4 * truth_.latency_max() >= options.claim_grace) return false;
  const Duration detected = detection_bound(options);
  const Duration bound = detected + truth_.latency_max() + truth_.clock_slack(detected);
  return truth_.undisturbed_since(index, arbiter) + bound < asked.at;
}

bool VisibilityChecker::shows(std::size_t index, const std::string& name,
                              const NameHolder& entry) const {
  const auto entries = registry_of(*truth_.node(index)).entries(name);
  return std::ranges::find(entries, entry) != entries.end();
}

void VisibilityChecker::on_acknowledged(std::size_t index, std::uint64_t request,
                                        const std::string& name, const NameHolder& own) {
  const auto ended = asked_[index].extract(request);
  if (ended.empty()) return;
  const Asked& asked = ended.mapped();
  const Arbiters members = members_of(index);
  std::size_t shown = 1;
  for (const auto& [other, serial] : asked.arbiters) {
    const Node* node = truth_.node(other);
    const auto member = members.find(other);
    if (member == members.end() || member->second != serial) continue;
    if (node == nullptr || membership_.up_serial(index, node->incarnation()) != serial) {
      ++shown;  // it may have shown the entry before it ended
      continue;
    }
    const std::uint64_t owner_up = membership_.up_serial(other, own.owner);
    const bool is_shown = owner_up != 0 && shows(other, name, own);
    // It may have lost sight of the owner since it answered.
    if (is_shown || owner_up == 0) ++shown;
    if (owner_up == 0) continue;
    if (is_shown) shown_[other][name] = Shown{index, owner_up, own};
    const bool holds = is_shown || !is_in_time(index, other, asked);
    tally_.expect(property::r6, truth_.now(), holds, [&, &arbiter = other] {
      return fmt::format("{} acknowledged \"{}\", and {} does not show it", own.owner.id.text(),
                         name, truth_.id(arbiter).text());
    });
  }
  // Who came meanwhile was asked too.
  const bool nobody_came = std::ranges::includes(asked.members, members);
  if (truth_.nodes() > arbiters_max || !nobody_came) return;
  const std::size_t all = members.size() + 1;
  tally_.expect(property::r6, truth_.now(), shown >= all / 2 + 1, [&] {
    return fmt::format("{} acknowledged \"{}\", and only {} of {} show it", own.owner.id.text(),
                       name, shown, all);
  });
}

void VisibilityChecker::on_given_up(std::size_t index, const std::string& name) {
  for (auto& shown : shown_) {
    const auto found = shown.find(name);
    if (found != shown.end() && found->second.owner == index) shown.erase(found);
  }
}

void VisibilityChecker::on_changed(std::size_t index) {
  std::erase_if(shown_[index], [&](const auto& one) {
    return membership_.up_serial(index, one.second.entry.owner) != one.second.serial;
  });
  for (const auto& [name, shown] : shown_[index]) {
    tally_.expect(property::r6, truth_.now(), shows(index, name, shown.entry), [&, &lost = name] {
      return fmt::format("{} does not show \"{}\" any more, which {} holds",
                         truth_.id(index).text(), lost, truth_.id(shown.owner).text());
    });
  }
}

}  // namespace noex::sim
