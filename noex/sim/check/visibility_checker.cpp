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

VisibilityChecker::Arbiters VisibilityChecker::running_of(std::size_t index) const {
  Arbiters running;
  for (std::size_t other = 0; other < truth_.nodes(); ++other) {
    const Node* node = truth_.node(other);
    if (other == index || node == nullptr) continue;
    const std::uint64_t serial = membership_.up_serial(index, node->incarnation());
    if (serial != 0) running[other] = serial;
  }
  return running;
}

void VisibilityChecker::on_claim_started(std::size_t index, std::uint64_t request,
                                         std::string_view name, ProcessId process) {
  Asked asked{std::string(name),
              process,
              arbiters_of(index, name),
              {},
              {},
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

// Who comes from now on is not asked any more.
void VisibilityChecker::on_name_published(std::size_t index, std::string_view name,
                                          ProcessId process) {
  for (auto& [_, asked] : asked_[index]) {
    if (asked.name != name || asked.process != process) continue;
    asked.members = members_of(index);
    asked.running = running_of(index);
  }
}

void VisibilityChecker::on_acknowledged(std::size_t index, std::uint64_t request,
                                        const std::string& name, const NameHolder& own) {
  const auto ended = asked_[index].extract(request);
  if (ended.empty()) return;
  const Asked& asked = ended.mapped();
  const Arbiters running = running_of(index);
  for (const auto& [other, serial] : asked.arbiters) {
    const auto still = running.find(other);
    if (still == running.end() || still->second != serial) continue;
    const std::uint64_t owner_up = membership_.up_serial(other, own.owner);
    if (owner_up == 0) continue;
    const bool is_shown = shows(other, name, own);
    if (is_shown) shown_[other][name] = Shown{index, owner_up, own};
    const bool holds = is_shown || !is_in_time(index, other, asked);
    tally_.expect(property::r6, truth_.now(), holds, [&, &arbiter = other] {
      return fmt::format("{} acknowledged \"{}\", and {} does not show it", own.owner.id.text(),
                         name, truth_.id(arbiter).text());
    });
  }
  if (truth_.nodes() <= arbiters_max) check_majority(index, asked, own);
}

// Where all are arbiters. One that showed the entry may have ended, or lost sight of its owner,
// since.
void VisibilityChecker::check_majority(std::size_t index, const Asked& asked,
                                       const NameHolder& own) {
  const auto has = [](const Arbiters& arbiters, const auto& one) {
    const auto found = arbiters.find(one.first);
    return found != arbiters.end() && found->second == one.second;
  };
  const Arbiters members = members_of(index);
  const Arbiters running = running_of(index);
  std::size_t all = 1;
  std::size_t shown = 1;
  for (const auto& one : asked.members) {
    if (!has(members, one)) continue;  // who is down does not count
    ++all;
    const bool may_have = has(running, one) ? membership_.up_serial(one.first, own.owner) == 0 ||
                                                  shows(one.first, asked.name, own)
                                            : has(asked.running, one);
    if (may_have) ++shown;
  }
  tally_.expect(property::r6, truth_.now(), shown >= all / 2 + 1, [&] {
    return fmt::format("{} acknowledged \"{}\", and only {} of {} show it", own.owner.id.text(),
                       asked.name, shown, all);
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
