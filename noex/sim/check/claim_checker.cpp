#include "noex/sim/check/claim_checker.h"

#include <algorithm>

#include <fmt/format.h>

#include "noex/runtime/node/inspect.h"
#include "noex/runtime/registry/registry_peers.h"
#include "noex/sim/check/runtime_properties.h"

namespace noex::sim {

namespace {

// A promise to one who is gone or stands still ends with its link: suspicion_after, a
// heartbeat_interval, and a second more. What a cut has stopped goes on within it, too.
constexpr Duration promise_lasts = 5s;

}  // namespace

const Registry& ClaimChecker::core(std::size_t index) const {
  return registry_of(*truth_.node(index));
}

bool ClaimChecker::all_are_arbiters() const {
  return truth_.nodes() <= arbiters_max;
}

std::size_t ClaimChecker::members_up(std::size_t index) const {
  const std::vector<Member> members = truth_.node(index)->members();
  return 1 + static_cast<std::size_t>(std::ranges::count_if(members, &Member::up));
}

std::set<ClaimChecker::Pair> ClaimChecker::links() const {
  std::set<Pair> links;
  for (std::size_t index = 0; index < truth_.nodes(); ++index) {
    if (truth_.node(index) == nullptr) continue;
    for (const Member& member : truth_.node(index)->members()) {
      for (std::size_t other = 0; member.linked && other < truth_.nodes(); ++other) {
        if (truth_.id(other) == member.incarnation.id) links.emplace(index, other);
      }
    }
  }
  return links;
}

void ClaimChecker::on_claim_started(std::size_t index, std::uint64_t request, std::string_view name,
                                    ProcessId process) {
  Claim claim;
  claim.name = name;
  claim.process = process;
  claim.began = truth_.node(index)->loop().now();
  claim.at = truth_.now();
  if (all_are_arbiters()) {
    for (std::size_t other = 0; other < truth_.nodes(); ++other) {
      const Node* node = truth_.node(other);
      if (other == index || node == nullptr) continue;
      claim.up[other] = membership_.up_serial(index, node->incarnation());
    }
    claim.members = members_up(index);
    claim.links = links();
    claim.settled = truth_.node(index)->settled();
    for (std::size_t other = 0; other < truth_.nodes(); ++other) {
      for (auto& [_, rival] : claims_[other]) {
        if (rival.name != name) continue;
        rival.rivals.insert(index);
        claim.rivals.insert(other);
      }
    }
  }
  claims_[index].emplace(request, std::move(claim));
}

void ClaimChecker::on_claim_ended(std::size_t index, std::uint64_t request,
                                  const Result<void>& result,
                                  const std::optional<NameHolder>& holder) {
  const auto ended = claims_[index].extract(request);
  if (ended.empty() || result) return;
  const ErrorCode code = result.error().code;
  if (code == ErrorCode::name_taken && holder) check_holder(index, ended.mapped(), *holder);
  // A spawn that runs out of time cancels its claim.
  const bool out_of_time = code == ErrorCode::timeout || code == ErrorCode::cancelled;
  if (out_of_time && all_are_arbiters()) check_success(index, ended.mapped());
}

// Told at once: an entry can lose, or its process end, in the turn that made it.
void ClaimChecker::on_name_published(std::size_t index, std::string_view name,
                                     const RegistryEntry& entry) {
  const Incarnation self = truth_.node(index)->incarnation();
  made_.emplace(name, self.id, self.boot, entry.stamp);
}

void ClaimChecker::on_changed(std::size_t index) {
  const Incarnation self = truth_.node(index)->incarnation();
  for (auto& [_, claim] : claims_[index]) {
    if (claim.published) continue;
    claim.published =
        std::ranges::any_of(core(index).entries(claim.name), [&](const NameHolder& holder) {
          return holder.owner == self && holder.entry.process == claim.process;
        });
    if (claim.published && all_are_arbiters()) check_promises(index, claim);
  }
}

bool ClaimChecker::is_calm(std::size_t a, std::size_t b, Instant at) const {
  return truth_.undisturbed_since(a, b) + promise_lasts < at;
}

// A claim becomes an entry when all have promised it the name, or, after its grace, a majority: and
// they keep the promise until the entry has come. Who was in trouble may have lost the link.
void ClaimChecker::check_promises(std::size_t index, const Claim& claim) {
  const Node& owner = *truth_.node(index);
  const Duration detected = detection_bound(owner.options());
  const Duration bound = detected + truth_.latency_max() + truth_.clock_slack(detected);
  std::size_t asked = 0;
  std::size_t unpromised = 0;
  for (std::size_t other = 0; other < truth_.nodes(); ++other) {
    const Node* node = truth_.node(other);
    if (other == index || node == nullptr) continue;
    // Also one that came while the claim was under way: it is asked, too.
    if (membership_.up_serial(index, node->incarnation()) == 0) continue;
    ++asked;
    const bool calm = truth_.undisturbed_since(index, other) + bound < claim.at;
    if (calm && core(other).promises() == 0) ++unpromised;
  }
  if (asked == 0) return;
  const std::size_t majority = (asked + 1) / 2 + 1;
  const bool early = owner.loop().now() - claim.began < owner.options().claim_grace;
  const std::size_t needed = early ? asked + 1 : majority;
  tally_.expect(property::r8, truth_.now(), asked + 1 - unpromised >= needed, [&] {
    return fmt::format(
        "{} makes an entry of \"{}\", which {} of the {} others have promised to nobody",
        truth_.id(index).text(), claim.name, unpromised, asked);
  });
}

// The others that it was linked to all the while, undisturbed; itself too.
std::set<std::size_t> ClaimChecker::reached(std::size_t index, const Claim& claim) const {
  std::set<std::size_t> reached;
  if (!is_calm(index, index, claim.at)) return reached;
  reached.insert(index);
  const std::set<Pair> now = links();
  for (const auto& [other, serial] : claim.up) {
    const Node* node = truth_.node(other);
    if (serial == 0 || node == nullptr || !is_calm(index, other, claim.at)) continue;
    if (membership_.up_serial(index, node->incarnation()) != serial) continue;
    const auto linked = [&](const std::set<Pair>& links) {
      return links.contains({index, other}) && links.contains({other, index});
    };
    if (linked(claim.links) && linked(now)) reached.insert(other);
  }
  return reached;
}

// A promise to the rival may have waited there for the end of its link.
bool ClaimChecker::is_stuck(std::size_t rival, std::size_t arbiter, const Claim& claim) const {
  if (is_calm(rival, arbiter, claim.at)) return false;
  return claim.links.contains({arbiter, rival}) || links().contains({arbiter, rival});
}

// It had all the time that its grace, that of others, and the answers could need.
void ClaimChecker::check_success(std::size_t index, const Claim& claim) {
  const Node& node = *truth_.node(index);
  const Duration waited = node.loop().now() - claim.began;
  const Duration needed = 4 * node.options().claim_grace + 30 * truth_.latency_max();
  if (!claim.settled || waited < needed || members_up(index) != claim.members) return;
  const std::set<std::size_t> reached = this->reached(index, claim);
  if (reached.size() < claim.members / 2 + 1) return;
  for (const std::size_t rival : claim.rivals) {
    if (rival == index) continue;
    if (!is_calm(rival, rival, claim.at)) return;
    const auto stuck = [&](std::size_t arbiter) { return is_stuck(rival, arbiter, claim); };
    if (std::ranges::any_of(reached, stuck)) return;
  }
  tally_.violated(property::r8, truth_.now(),
                  fmt::format("{} waited {} ms for \"{}\" and has neither it nor a refusal, though "
                              "it reaches {} of {} nodes",
                              truth_.id(index).text(), to_milliseconds(waited), claim.name,
                              reached.size(), claim.members));
}

void ClaimChecker::check_holder(std::size_t index, const Claim& claim, const NameHolder& holder) {
  const bool exists =
      made_.contains({claim.name, holder.owner.id, holder.owner.boot, holder.entry.stamp});
  tally_.expect(property::r9, truth_.now(), exists, [&] {
    return fmt::format("{} is refused \"{}\" for {}, which never had it", truth_.id(index).text(),
                       claim.name, holder.owner.id.text());
  });
}

}  // namespace noex::sim
