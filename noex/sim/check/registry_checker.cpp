#include "noex/sim/check/registry_checker.h"

#include <algorithm>

#include <fmt/format.h>

#include "noex/runtime/node/inspect.h"
#include "noex/sim/check/runtime_properties.h"

namespace noex::sim {

namespace {

// What a cut has stopped goes on that long after it at the latest, with what was queued behind.
constexpr Duration resend_max = 4s;
// Beyond a full mesh, news go from node to node, and a link may have to be made first.
constexpr int detours_max = 8;
// Beyond the latency: bytes are split and held back; after a cut they are sent again.
constexpr Duration delivery_slack = 200ms;
// In a larger cluster, R8 is not looked at: all pairs at each claim would cost more than the run.
constexpr std::size_t whole_nodes_max = 256;

std::string text_of(const NameHolder& holder) {
  return fmt::format("{}/{} (stamp {}.{})", holder.owner.id.text(), holder.entry.process,
                     holder.entry.stamp.wall, holder.entry.stamp.counter);
}

// The order of names, written down a second time on purpose.
const NameHolder* smallest(const std::vector<NameHolder>& entries) {
  const auto at = std::ranges::min_element(
      entries, {}, [](const NameHolder& holder) -> const Stamp& { return holder.entry.stamp; });
  return at != entries.end() ? &*at : nullptr;
}

}  // namespace

RegistryChecker::RegistryChecker(const Truth& truth, Tally& tally,
                                 const MembershipChecker& membership)
    : truth_(truth),
      tally_(tally),
      membership_(membership),
      seen_version_(truth.nodes()),
      promised_(truth.nodes()),
      claims_(truth.nodes()),
      held_(truth.nodes()),
      to_end_(truth.nodes()),
      visibility_(truth, tally, membership),
      each_claim_(truth, tally, membership) {}

const Registry& RegistryChecker::core(std::size_t index) const {
  return registry_of(*truth_.node(index));
}

void RegistryChecker::on_node_started(std::size_t index) {
  on_node_ended(index);
  seen_version_[index] = ~std::uint64_t{0};
}

void RegistryChecker::on_node_ended(std::size_t index) {
  on_disturbance();
  claims_[index].clear();
  held_[index].clear();
  to_end_[index].clear();
  visibility_.on_node_ended(index);
  each_claim_.on_node_ended(index);
  for (auto& [_, contest] : contests_) {
    std::erase_if(contest.open, [index](const auto& claim) { return claim.first == index; });
  }
  std::erase_if(contests_, [](const auto& contest) { return contest.second.open.empty(); });
}

void RegistryChecker::on_disturbance() {
  for (auto& [_, contest] : contests_) contest.undisturbed = false;
}

void RegistryChecker::on_process_ended(std::size_t index, ProcessId process,
                                       const ExitReason& reason) {
  std::erase_if(held_[index], [&](const auto& held) {
    if (held.second.process != process) return false;
    touched_.insert_or_assign(held.first, truth_.now());
    visibility_.on_given_up(index, held.first);
    const auto contest = contests_.find(held.first);
    if (contest != contests_.end() && contest->second.acknowledged > contest->second.given_up) {
      ++contest->second.given_up;
    }
    return true;
  });
  const bool claimant = std::ranges::any_of(
      claims_[index], [&](const auto& claim) { return claim.second.process == process; });
  if (claimant) on_disturbance();
  const bool told = to_end_[index].erase(process) == 1;
  const bool says_so = reason.kind() == ExitKind::name_conflict;
  if (!told && !says_so) return;
  const bool right = told ? says_so : was_told(index, process);
  tally_.expect(property::r4, truth_.now(), right, [&] {
    return fmt::format("process {} of {} {} a name and ends with {}", process,
                       truth_.id(index).text(), told ? "lost" : "did not lose", reason.describe());
  });
}

// Also of one that was told by a message and went on for a while.
bool RegistryChecker::was_told(std::size_t index, ProcessId process) const {
  const Boot boot = truth_.node(index)->boot();
  const auto found = told_.lower_bound({index, boot, process, std::string()});
  return found != told_.end() && std::get<0>(*found) == index && std::get<1>(*found) == boot &&
         std::get<2>(*found) == process;
}

// What was said about the name has reached everybody: an entry that was withdrawn at once may
// still be on its way to somebody who has seen nothing of it, and for a while after a cut waits
// behind what that has held up.
bool RegistryChecker::is_told_everywhere(std::string_view name) const {
  const auto touched = touched_.find(name);
  if (touched == touched_.end()) return true;
  const Instant now = truth_.now() - detours() * (truth_.latency_max() + delivery_slack);
  if (now <= touched->second) return false;
  for (std::size_t a = 0; a < truth_.nodes(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      if (truth_.node(a) == nullptr || truth_.node(b) == nullptr) continue;
      const Instant since = truth_.undisturbed_since(a, b);
      if (now <= since + retransmit_max) return false;
    }
  }
  return true;
}

// Between any two nodes.
int RegistryChecker::detours() const {
  for (std::size_t index = 0; index < truth_.nodes(); ++index) {
    const Node* node = truth_.node(index);
    if (node != nullptr) return truth_.nodes() <= node->options().mesh_max ? 1 : detours_max;
  }
  return 1;
}

// Everybody runs, sees the same, and is linked to whom he should be, and nobody holds, promises or
// wants the name. The claimant has promised it to its own claim by now: what counts is what it had
// before this turn.
bool RegistryChecker::is_whole_and_free(std::size_t claimant, std::string_view name) const {
  if (truth_.nodes() > whole_nodes_max) return false;
  for (std::size_t index = 0; index < truth_.nodes(); ++index) {
    const Node* node = truth_.node(index);
    if (node == nullptr) continue;
    const bool promised = index == claimant ? promised_[index] : core(index).promises() != 0;
    if (promised) return false;
    if (!core(index).entries(name).empty()) return false;
    if (!node->settled()) return false;
  }
  return is_told_everywhere(name) && is_whole();
}

// Everybody has everybody up, and is linked to whom he should be.
bool RegistryChecker::is_whole() const {
  for (std::size_t index = 0; index < truth_.nodes(); ++index) {
    const Node* node = truth_.node(index);
    if (node == nullptr) continue;
    std::size_t up = 0;
    for (const Member& member : node->members()) {
      if (member.wanted && !member.linked) return false;
      if ((member.wanted || member.linked) && !member.up) return false;
      if (member.up) ++up;
    }
    for (std::size_t other = 0; other < truth_.nodes(); ++other) {
      if (other == index || truth_.node(other) == nullptr) continue;
      if (membership_.up_serial(index, truth_.node(other)->incarnation()) == 0) return false;
      --up;
    }
    if (up != 0) return false;
  }
  return true;
}

void RegistryChecker::on_claim_started(std::size_t index, std::uint64_t request,
                                       std::string_view name, ProcessId process) {
  Claim claim{std::string(name), process, truth_.node(index)->loop().now()};
  each_claim_.on_claim_started(index, request, name, process);
  visibility_.on_claim_started(index, request, name, process);
  known_.insert(claim.name);
  Contest& contest = contests_[claim.name];
  if (contest.open.empty()) contest.undisturbed = is_whole_and_free(index, name);
  contest.open.emplace(index, request);
  claims_[index].emplace(request, std::move(claim));
  asked_ = truth_.now();
}

void RegistryChecker::on_claim_ended(std::size_t index, std::uint64_t request,
                                     const Result<void>& result,
                                     const std::optional<NameHolder>& holder) {
  each_claim_.on_claim_ended(index, request, result, holder);
  const auto claim = claims_[index].extract(request);
  asked_ = truth_.now();
  if (claim.empty()) return;
  const std::string& name = claim.mapped().name;
  touched_.insert_or_assign(name, truth_.now());
  if (result) check_visible(index, request, claim.mapped());
  visibility_.on_refused(index, request);
  check_deadline(index, claim.mapped());
  const auto contest = contests_.find(name);
  if (contest == contests_.end()) return;
  if (result) ++contest->second.acknowledged;
  // A spawn that runs out of time cancels its claim.
  const bool timeout = !result && (result.error().code == ErrorCode::timeout ||
                                   result.error().code == ErrorCode::cancelled);
  const bool excused = timeout ? !was_patient(index, claim.mapped())
                               : !result && result.error().code != ErrorCode::name_taken;
  if (excused) contest->second.undisturbed = false;
  contest->second.open.erase({index, request});
  if (!contest->second.open.empty()) return;
  if (contest->second.undisturbed) {
    // A claim that waits may get what the first has given up again.
    const std::uint64_t acknowledged = contest->second.acknowledged;
    const bool one_at_once = acknowledged > 0 && acknowledged - contest->second.given_up <= 1;
    tally_.expect(property::r8, truth_.now(), one_at_once, [&] {
      return fmt::format(
          "\"{}\" was free, all were linked, and of the claims of it {} were acknowledged", name,
          acknowledged);
    });
  }
  contests_.erase(contest);
}

Duration RegistryChecker::time_to_ask(std::size_t index) const {
  const Options& options = truth_.node(index)->options();
  return std::max(options.register_timeout, options.spawn_timeout);
}

// A node that stood still sees to it at its first turn.
void RegistryChecker::check_deadline(std::size_t index, const Claim& claim) {
  const Node& node = *truth_.node(index);
  check_in_time(index, node.loop().now() - claim.began - time_to_ask(index),
                fmt::format("registration of \"{}\"", claim.name));
}

void RegistryChecker::on_find_ended(std::size_t index, Instant deadline) {
  asked_ = truth_.now();
  check_in_time(index, truth_.node(index)->loop().now() - deadline, "search for a name");
}

// Of one whose link is lost nothing is known, and its names are shown until its node is down.
void RegistryChecker::on_down(std::size_t index, const Ref& target, const ExitReason& reason) {
  if (reason.kind() == ExitKind::noconnection) return;
  const Incarnation owner = target.incarnation();
  for (const std::string& name : known_) {
    const bool shown = std::ranges::any_of(core(index).entries(name), [&](const auto& holder) {
      return holder.owner == owner && holder.entry.process == target.process();
    });
    tally_.expect(property::h2, truth_.now(), !shown, [&] {
      return fmt::format("{} handles Down({}) of {}, which it shows as \"{}\"",
                         truth_.id(index).text(), reason.describe(), target.text(), name);
    });
  }
}

void RegistryChecker::check_in_time(std::size_t index, Duration late, std::string_view what) {
  const bool excused =
      late <= clock_grain || truth_.now() - truth_.undisturbed_since(index, index) < late;
  tally_.expect(property::r7, truth_.now(), excused, [&] {
    return fmt::format("{} ended its {} {} ms after the deadline", truth_.id(index).text(), what,
                       to_milliseconds(late));
  });
}

// It ran into its deadline though answers had all the time they could need.
bool RegistryChecker::was_patient(std::size_t index, const Claim& claim) const {
  const Duration waited = truth_.node(index)->loop().now() - claim.began;
  if (waited < detours() * (10 * truth_.latency_max() + 100ms)) return false;
  for (std::size_t a = 0; a < truth_.nodes(); ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      if (truth_.now() - truth_.undisturbed_since(a, b) < waited + resend_max) return false;
    }
  }
  return true;
}

// What a turn brings is carried out at its end: the process may have ended in the same turn, after
// its claim was granted, and its name with it.
void RegistryChecker::check_visible(std::size_t index, std::uint64_t request, const Claim& claim) {
  if (!truth_.node(index)->is_alive(claim.process)) return;
  const Incarnation self = truth_.node(index)->incarnation();
  const auto entries = core(index).entries(claim.name);
  const auto own = std::ranges::find(entries, self, &NameHolder::owner);
  tally_.expect(property::r6, truth_.now(), own != entries.end(), [&] {
    return fmt::format("{} acknowledged \"{}\" and does not show it itself", self.id.text(),
                       claim.name);
  });
  if (own == entries.end()) return;
  held_[index][claim.name] = Held{claim.process, own->entry.stamp};
  visibility_.on_acknowledged(index, request, claim.name, *own);
}

void RegistryChecker::on_conflict_lost(std::size_t index, const RegistryConflictLost& lost) {
  const Node& node = *truth_.node(index);
  contested_.insert(lost.name);
  touched_.insert_or_assign(lost.name, truth_.now());
  const bool ends = node.is_alive(lost.process) && !handles_name_conflict(node, lost.process);
  if (ends) to_end_[index].insert(lost.process);
  const bool first = told_.emplace(index, node.boot(), lost.process, lost.name).second;
  tally_.expect(property::r4, truth_.now(), first, [&] {
    return fmt::format("process {} of {} is told twice that it lost \"{}\"", lost.process,
                       node.id().text(), lost.name);
  });
  const auto held = held_[index].find(lost.name);
  if (held == held_[index].end() || held->second.process != lost.process) return;
  const bool smaller = lost.winner.entry.stamp < held->second.stamp;
  tally_.expect(property::r4, truth_.now(), smaller, [&] {
    return fmt::format("process {} of {} lost \"{}\" to {}, whose stamp is not the smaller",
                       lost.process, node.id().text(), lost.name, text_of(lost.winner));
  });
  held_[index].erase(held);
  visibility_.on_given_up(index, lost.name);
}

// Who does not want to live on without its name ends in that very turn.
void RegistryChecker::check_told(std::size_t index) {
  for (const ProcessId process : to_end_[index]) {
    tally_.violated(property::r4, truth_.now(),
                    fmt::format("process {} of {} lost its name and was not told", process,
                                truth_.id(index).text()));
  }
  to_end_[index].clear();
}

void RegistryChecker::after_event(std::size_t index) {
  const Node* node = truth_.node(index);
  if (node == nullptr) return;
  const Registry& registry = registry_of(*node);
  promised_[index] = registry.promises() != 0;
  check_told(index);
  const std::uint64_t version = registry.version();
  if (version == std::exchange(seen_version_[index], version)) return;
  for (const std::string& name : known_) check_lookup(index, name);
  visibility_.on_changed(index);
  each_claim_.on_changed(index);
}

void RegistryChecker::check_lookup(std::size_t index, const std::string& name) {
  const auto& entries = core(index).entries(name);
  if (entries.empty()) return;
  const auto seen = core(index).lookup(name);
  const NameHolder* best = smallest(entries);
  tally_.expect(property::r1, truth_.now(), seen == *best, [&] {
    return fmt::format("{} looks up \"{}\" and finds {}; the smallest stamp is {}",
                       truth_.id(index).text(), name, seen ? text_of(*seen) : "nobody",
                       text_of(*best));
  });
  for (const NameHolder& holder : entries) {
    const bool own = holder.owner == truth_.node(index)->incarnation();
    // A name is shown a moment before its owner's node_up is announced, never without it.
    const bool up = own || truth_.node(index)->is_up(holder.owner);
    tally_.expect(property::r1, truth_.now(), up, [&] {
      return fmt::format("{} shows \"{}\" of {}, which it has not up", truth_.id(index).text(),
                         name, text_of(holder));
    });
  }
}

void RegistryChecker::at_end() {
  for (const auto& component : membership_.components()) {
    check_component(component);
    check_contests(component);
  }
  for (std::size_t index = 0; index < truth_.nodes(); ++index) {
    if (truth_.node(index) != nullptr) check_alive(index);
  }
}

void RegistryChecker::check_component(const std::vector<std::size_t>& component) {
  std::map<std::string, NameHolder> truth;
  for (const std::size_t index : component) {
    const Incarnation self = truth_.node(index)->incarnation();
    for (const std::string& name : known_) {
      for (const NameHolder& holder : core(index).entries(name)) {
        if (holder.owner == self) truth.try_emplace(name, holder);
      }
    }
  }
  for (const std::size_t index : component) {
    const auto names = core(index).names();
    tally_.expect(property::r2, truth_.now(), names == truth, [&] {
      return fmt::format("{} shows {} names, their owners hold {}, or they differ",
                         truth_.id(index).text(), names.size(), truth.size());
    });
    // Names, groups and versions of all owners in one number; and nobody waits for a set.
    const bool same = core(index).hash() == core(component.front()).hash();
    tally_.expect(property::r2, truth_.now(), same && core(index).pulls() == 0, [&] {
      return fmt::format("{} holds other sets of names and groups than {}, or waits for {} of them",
                         truth_.id(index).text(), truth_.id(component.front()).text(),
                         core(index).pulls());
    });
  }
}

// Of those who were given the name and have neither ended nor lost it, there is one at most; and
// he, if anybody, has an entry of it.
void RegistryChecker::check_contests(const std::vector<std::size_t>& component) {
  for (const std::string& name : known_) {
    std::size_t holders = 0;
    std::size_t contenders = 0;
    for (const std::size_t index : component) {
      const Incarnation self = truth_.node(index)->incarnation();
      const auto entries = core(index).entries(name);
      holders += std::ranges::count(entries, self, &NameHolder::owner) > 0 ? 1 : 0;
      contenders += held_[index].contains(name) ? 1 : 0;
    }
    const bool one = holders <= 1 && contenders <= holders;
    if (one && !contested_.contains(name)) continue;
    tally_.expect(property::r3, truth_.now(), one, [&] {
      return fmt::format(
          "{} nodes hold \"{}\" after the heal, and {} of their processes live by it", holders,
          name, contenders);
    });
  }
}

bool RegistryChecker::is_alive(const Incarnation& owner, ProcessId process) const {
  for (std::size_t index = 0; index < truth_.nodes(); ++index) {
    const Node* node = truth_.node(index);
    if (node != nullptr && node->incarnation() == owner) return node->is_alive(process);
  }
  return false;
}

void RegistryChecker::check_alive(std::size_t index) {
  const Registry& registry = core(index);
  const bool nothing =
      registry.promises() == 0 && registry.pending_requests() == 0 && registry.pending_finds() == 0;
  tally_.expect(
      property::x3, truth_.now(), nothing || truth_.now() - asked_ <= time_to_ask(index), [&] {
        return fmt::format("{} still has {} promises and {} requests", truth_.id(index).text(),
                           registry.promises(), registry.pending_requests());
      });
  for (const auto& [name, holder] : core(index).names()) {
    const bool alive = is_alive(holder.owner, holder.entry.process);
    tally_.expect(property::r5, truth_.now(), alive, [&, &zombie = name, &of = holder] {
      return fmt::format("{} shows \"{}\" of {}, which does not live", truth_.id(index).text(),
                         zombie, text_of(of));
    });
  }
  for (const std::string& group : core(index).groups()) {
    const auto lives = [this](const GroupHolder& member) {
      return is_alive(member.owner, member.process);
    };
    const bool alive = std::ranges::all_of(core(index).members(group), lives);
    tally_.expect(property::r5, truth_.now(), alive, [&] {
      return fmt::format("{} shows a member of \"{}\" which does not live", truth_.id(index).text(),
                         group);
    });
  }
  const Incarnation self = truth_.node(index)->incarnation();
  for (const auto& [name, held] : held_[index]) {
    const auto entries = core(index).entries(name);
    const bool holds = std::ranges::any_of(entries, [&, process = held.process](const auto& entry) {
      return entry.owner == self && entry.entry.process == process;
    });
    tally_.expect(property::r4, truth_.now(), holds, [&, &lost = name] {
      return fmt::format("{} lost \"{}\" and its process was never told", self.id.text(), lost);
    });
  }
}

}  // namespace noex::sim
