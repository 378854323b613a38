#include "tests/explore/search.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <xxhash.h>

#include "noex/transport/base/check.h"

namespace noex::explore {

namespace {

constexpr std::size_t course_steps_max = 400;

// A broken invariant of a core stops the program; how it came to that is said before.
Search* searching = nullptr;

void say_steps(int) {
  if (searching == nullptr) return;
  for (const auto& line : std::exchange(searching, nullptr)->steps()) {
    std::fputs(fmt::format("  {}\n", line).c_str(), stderr);
  }
}

std::uint64_t hash_of(const Bytes& bytes) {
  return std::max<std::uint64_t>(XXH3_64bits(bytes.data(), bytes.size()), 1);
}

// In which order a fair course takes what is possible; 0: not at all.
int rank(const World& world, const Store& store, const Choice& choice) {
  switch (choice.kind) {
    case ChoiceKind::heal:
      return 1;
    case ChoiceKind::settle:
      return 2;
    case ChoiceKind::ready:
      return 3;
    case ChoiceKind::data:
      return 4;
    case ChoiceKind::control:
      return 5;
    case ChoiceKind::see_cut:
      return 6;
    case ChoiceKind::accept:
      return 7;
    case ChoiceKind::fail_dial:
      return world.view(store, choice.one).others[choice.two].up != 0 ? 8 : 0;
    case ChoiceKind::grace:
      return 9;
    default:
      return 0;
  }
}

}  // namespace

// --- HashSet ---

std::size_t HashSet::place(std::uint64_t hash) const {
  std::size_t at = hash & (slots_.size() - 1);
  while (slots_[at] != 0 && slots_[at] != hash) at = (at + 1) & (slots_.size() - 1);
  return at;
}

bool HashSet::contains(std::uint64_t hash) const {
  return slots_[place(hash)] == hash;
}

bool HashSet::insert(std::uint64_t hash) {
  if (2 * size_ >= slots_.size()) {
    const auto old = std::exchange(slots_, std::vector<std::uint64_t>(slots_.size() * 2));
    for (const std::uint64_t one : old) {
      if (one != 0) slots_[place(one)] = one;
    }
  }
  const std::size_t at = place(hash);
  if (slots_[at] == hash) return false;
  slots_[at] = hash;
  ++size_;
  return true;
}

// --- Roots ---

Search::Search(const Scope& scope)
    : scope_(scope),
      store_(Rules::of(scope.nodes, scope.all_seeds)),
      root_(World::cold(store_, scope.nodes)) {
  searching = this;
  std::signal(SIGABRT, say_steps);
}

Search::~Search() {
  searching = nullptr;
}

void Search::must(const std::string& wrong) const {
  NOEX_CHECK(wrong.empty(), "{}", wrong);
}

void Search::settle_root() {
  std::string wrong;
  while (follow(root_, wrong)) must(wrong);
  must(wrong);
}

void Search::warm_up() {
  settle_root();
  root_.begin_calm();
}

void Search::split() {
  settle_root();
  const auto last = static_cast<std::uint8_t>(scope_.nodes - 1);
  const auto cut = [&](ChoiceKind kind) {
    for (std::uint8_t node = 0; node < last; ++node) must(root_.apply(store_, {kind, node, last}));
  };
  root_.budget = Budget{2, 0, 0, last, 0, 60};
  cut(ChoiceKind::partition);
  // Time passes on both sides, and what can be said is said, until nobody expects the other.
  const auto is_split = [&] {
    for (std::uint8_t node = 0; node < last; ++node) {
      if (root_.view(store_, node).others[last].up != 0) return false;
      if (root_.view(store_, last).others[node].up != 0) return false;
    }
    return true;
  };
  while (!is_split()) {
    must(root_.pass_time(store_));
    deliver_all();
  }
  for (const std::uint8_t node : {last, std::uint8_t{0}}) {
    must(root_.apply(store_, {ChoiceKind::register_name, node, 0}));
    deliver_all();
    NOEX_CHECK(root_.view(store_, node).holds);
  }
}

void Search::bad_link() {
  settle_root();
  root_.budget = Budget{0, 0, 0, 1, 0, 60};
  must(root_.apply(store_, {ChoiceKind::partition, 0, 1}));
  const auto is_linked = [&](std::size_t one, std::size_t two) {
    return root_.view(store_, one).others[two].link != 0;
  };
  while (is_linked(0, 1) || is_linked(1, 0)) {
    must(root_.pass_time(store_));
    deliver_all();
  }
  NOEX_CHECK(root_.view(store_, 0).others[1].up != 0 && root_.view(store_, 1).others[0].up != 0);
  root_.keep_cuts();
  root_.begin_calm();
}

// Everything that can be said is said; nothing heals, and no time passes.
void Search::deliver_all() {
  for (bool any = true; std::exchange(any, false);) {
    for (const Choice& choice : root_.choices(store_)) {
      const int order = rank(root_, store_, choice);
      if (order < 2 || order > 7) continue;
      must(root_.apply(store_, choice));
      any = true;
      break;
    }
  }
}

// --- The search ---

Outcome Search::run() {
  root_.budget = scope_.budget;
  const Bytes first = root_.encoded();
  visited_.insert(hash_of(first));
  origins_.push_back({});
  std::vector<Bytes> level{first};
  std::uint32_t number = 0;
  for (std::size_t depth = 0; depth < scope_.depth && !level.empty(); ++depth) {
    for (const Bytes& state : level) {
      if (!expand(number++, state)) {
        outcome_.states = origins_.size();
        return outcome_;
      }
    }
    level = std::exchange(next_, {});
    outcome_.depth = depth + 1;
  }
  outcome_.exhausted = level.empty();
  outcome_.states = origins_.size();
  outcome_.peers = store_.peers();
  return outcome_;
}

bool Search::expand(std::uint32_t number, const Bytes& state) {
  at_ = number;
  const World world = World::decoded(state);
  const std::vector<Choice> choices = world.choices(store_);
  for (std::size_t i = 0; i < choices.size(); ++i) {
    World after = world;
    tail_.assign(1, world.describe(store_, choices[i]));
    ++outcome_.transitions;
    std::string wrong = after.apply(store_, choices[i]);
    if (!wrong.empty()) return found(std::move(wrong));
    Bytes encoded = after.encoded();
    if (!visited_.insert(hash_of(encoded))) continue;
    origins_.push_back({number, static_cast<std::uint16_t>(i)});
    next_.push_back(std::move(encoded));
    const bool is_fair = scope_.bad_link ? resolves(std::move(after)) : converges(std::move(after));
    if (!is_fair) return false;
  }
  return true;
}

bool Search::converges(World world) {
  world.forget_history();
  std::vector<std::uint64_t> course;
  std::string wrong;
  do {
    const std::uint64_t hash = hash_of(world.encoded());
    if (converging_.contains(hash)) break;
    course.push_back(hash);
    if (course.size() > course_steps_max) return found("this course does not end");
  } while (follow(world, wrong) && wrong.empty());
  if (!wrong.empty()) return found(std::move(wrong));
  for (const std::uint64_t hash : course) converging_.insert(hash);
  return true;
}

// As converges(), but nothing heals, and waits for arbiters end.
bool Search::resolves(World world) {
  world.budget = Budget{};
  world.budget.graces = std::numeric_limits<std::uint8_t>::max();
  std::vector<std::uint64_t> course;
  for (std::string wrong;;) {
    world.budget.graces = std::numeric_limits<std::uint8_t>::max();
    const std::uint64_t hash = hash_of(world.encoded());
    if (converging_.contains(hash)) break;
    course.push_back(hash);
    if (course.size() > course_steps_max) return found("this course does not end");
    if (follow(world, wrong)) {
      if (!wrong.empty()) return found(std::move(wrong));
      continue;
    }
    wrong = world.check_resolved(store_);
    if (!wrong.empty()) return found(std::move(wrong));
    break;
  }
  for (const std::uint64_t hash : course) converging_.insert(hash);
  return true;
}

bool Search::follow(World& world, std::string& wrong) {
  const Choice* best = nullptr;
  int best_rank = 0;
  const std::vector<Choice> choices = world.choices(store_);
  for (const Choice& choice : choices) {
    const int order = rank(world, store_, choice);
    if (order == 0 || (best != nullptr && order >= best_rank)) continue;
    best = &choice;
    best_rank = order;
  }
  if (best != nullptr) {
    tail_.push_back(world.describe(store_, *best));
    wrong = world.apply(store_, *best);
    return true;
  }
  if (world.cuts_last()) return false;
  if (world.is_quiet(store_) && world.agrees(store_)) return false;
  tail_.push_back("time passes");
  wrong = world.pass_time(store_);
  return true;
}

bool Search::found(std::string problem) {
  outcome_.problem = std::move(problem);
  outcome_.steps = steps();
  return false;
}

std::vector<std::string> Search::steps() {
  std::vector<std::uint16_t> taken;
  for (std::uint32_t at = at_; at != 0; at = origins_[at].parent) {
    taken.push_back(origins_[at].choice);
  }
  std::vector<std::string> lines;
  World world = root_;
  for (auto choice = taken.rbegin(); choice != taken.rend(); ++choice) {
    const Choice one = world.choices(store_)[*choice];
    lines.push_back(world.describe(store_, one));
    world.apply(store_, one);
  }
  for (std::size_t i = 0; i < tail_.size(); ++i) {
    if (i == 1) lines.push_back("and then, without further faults:");
    lines.push_back(tail_[i]);
  }
  return lines;
}

std::string Outcome::text(const Scope& scope) const {
  const Budget& most = scope.budget;
  std::string text = fmt::format(
      "{}: {} nodes, {} registrations, {} endings, {} resets, {} partitions, {} crashes, {} steps "
      "of time, {} waits\n  depth {}{}: {} distinct states ({} of a single node), {} transitions\n",
      scope.name, scope.nodes, most.registrations, most.endings, most.resets, most.partitions,
      most.crashes, most.ticks, most.graces, depth, exhausted ? " (there are no more)" : "", states,
      peers, transitions);
  if (problem.empty()) return text;
  text += fmt::format("  {}, after {} steps:\n", problem, steps.size());
  for (const auto& line : steps) text += fmt::format("    {}\n", line);
  return text;
}

}  // namespace noex::explore
