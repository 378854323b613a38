#include "noex/sim/chat/workload.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "noex/sim/chat/script.h"

namespace noex::sim {

namespace {

// The opening, the same in every run: names, then rooms, then everybody joins.
constexpr Instant rooms_from{2s};
constexpr Instant joins_from{4s};
constexpr Instant talk_from{5s};
// One command a user every two seconds, counted over the whole run, quiet phase included, takes
// this pace while there is something to do.
constexpr Duration pause_min = 100ms;
constexpr Duration pause_max = 1300ms;
// More lines than a room keeps.
constexpr std::uint32_t rushes = 2;
constexpr std::uint64_t page_min = 105;
constexpr std::uint64_t page_max = 140;
// More than short mailboxes take at once.
constexpr std::size_t short_mailbox = 64;
constexpr std::uint32_t heaps = 3;
constexpr std::uint64_t heap_min = 13;
constexpr std::uint64_t heap_max = 26;
// A few rooms for a few nodes; a crowd spreads over many, or all would be lines from all.
constexpr std::uint32_t few_nodes = 64;
constexpr std::uint32_t nodes_per_room = 8;

class Planner {
 public:
  Planner(Scenario& scenario, const std::vector<Life>& lives, const Random& random)
      : scenario_(scenario), lives_(lives), random_(random) {
    Random rooms = random.split("rooms");
    const std::uint64_t count = 3 + rooms.below(4);
    rooms_ = std::min<std::uint64_t>(count, scenario.nodes);
    if (scenario.nodes > few_nodes) rooms_ = scenario.nodes / nodes_per_room;
    trouble_ = scenario.has_trouble();
  }

  void plan() {
    plan_rooms();
    plan_page();
    for (std::uint32_t heap = 1; heap <= heaps; ++heap) plan_heap(heap);
    for (std::uint32_t rush = 1; rush <= rushes; ++rush) plan_rush(rush);
    for (const Life& life : lives_) {
      for (std::uint32_t user = 0; user < users_per_node; ++user) plan_user(life, user);
    }
  }

 private:
  void add(Instant at, StepKind kind, std::uint32_t node, std::uint32_t user, std::string text = {},
           std::int64_t amount = 0) {
    if (at >= scenario_.quiet_from) return;
    Step step;
    step.kind = kind;
    step.at = at;
    step.node = node;
    step.user = user;
    step.text = std::move(text);
    step.amount = amount;
    scenario_.steps.push_back(std::move(step));
  }

  // Room i is created by a user of node i; the first one, and some others, on another node. Now
  // and then somebody else wants the same name at the same moment.
  void plan_rooms() {
    const std::uint32_t nodes = scenario_.nodes;
    for (std::uint32_t room = 0; room < rooms_; ++room) {
      Random random = random_.split("room", room);
      const Instant at = rooms_from + Duration{random.between(0, 500'000'000)};
      const bool remote = random.chance(300'000) || room == 0;
      const bool race = random.chance(500'000) && room != 0;
      const auto distance = static_cast<std::uint32_t>(1 + random.below(nodes - 1));
      const std::uint32_t other = (room + distance) % nodes;
      const std::string create = fmt::format("/create {}", room_name(room));
      const std::string there = fmt::format("{} on {}", create, node_name(other));
      add(at, StepKind::command, room, 0, remote ? there : create);
      if (race) add(at, StepKind::command, other, 1, create);
    }
  }

  // In some runs somebody pastes a page into his room, so that it forgets what came before.
  void plan_page() {
    Random random = random_.split("page");
    if (!random.chance(200'000)) return;
    const auto node = static_cast<std::uint32_t>(random.below(scenario_.nodes));
    const auto user = static_cast<std::uint32_t>(random.below(users_per_node));
    const std::uint64_t lines = page_min + random.below(page_max - page_min);
    const Instant at = talk_from + Duration{random.between(0, 2'000'000'000)};
    add(at, StepKind::paste, node, user, "page, line", static_cast<std::int64_t>(lines));
  }

  // Where mailboxes are short, some paste so many lines that they come to others in one heap.
  void plan_heap(std::uint32_t heap) {
    const Duration span = scenario_.quiet_from - talk_from;
    const bool is_short = scenario_.options.mailbox_messages_max <= short_mailbox;
    if (!is_short || span <= Duration::zero()) return;
    Random random = random_.split("heap", heap);
    const auto node = static_cast<std::uint32_t>(random.below(scenario_.nodes));
    const auto user = static_cast<std::uint32_t>(random.below(users_per_node));
    const std::uint64_t lines = heap_min + random.below(heap_max - heap_min);
    const Instant at = talk_from + Duration{random.between(0, span.count() - 1)};
    add(at, StepKind::paste, node, user, fmt::format("heap {}, line", heap),
        static_cast<std::int64_t>(lines));
  }

  // Many want the same new name at nearly the same moment. Some may just have quit, and on a calm
  // day no line may be lost.
  void plan_rush(std::uint32_t rush) {
    Random random = random_.split("rush", rush);
    const Duration span = scenario_.quiet_from - talk_from;
    if (span <= Duration::zero() || !trouble_) return;
    const Instant from = talk_from + Duration{random.between(0, span.count() - 1)};
    for (std::uint32_t node = 0; node < scenario_.nodes; ++node) {
      const Duration after{random.between(0, 3'000'000)};
      const bool wants = random.chance(600'000);
      if (!wants) continue;
      add(from + after, StepKind::command, node, 1, fmt::format("/create rush{}", rush));
    }
  }

  // The first user of node i joins room i, the second one room i + 1.
  std::uint64_t first_room(std::uint32_t node, std::uint32_t user) const {
    return (node + user) % rooms_;
  }

  void plan_user(const Life& life, std::uint32_t user) {
    const std::uint32_t seat = life.node * users_per_node + user;
    Random random = random_.split("user", seat).split("life", lives_of(life));
    Script script(scenario_.nodes, seat, rooms_, trouble_, random.split("script"));
    Instant at = life.from + Duration{random.between(200'000'000, 800'000'000)};
    add(at, StepKind::command, life.node, user, script.set_name());
    if (at < joins_from) {
      at = joins_from + Duration{random.between(0, 800'000'000)};
      if (at < life.to)
        add(at, StepKind::command, life.node, user, script.join(first_room(life.node, user)));
      at = std::max(at, talk_from);
    }
    // A user of a node that ends goes on a little: what is typed into the void is lost, and a
    // node that could not be ended is still used.
    const Instant end = std::min(life.to + 1s, scenario_.quiet_from);
    while (at < end) {
      at += Duration{random.between(pause_min.count(), pause_max.count())};
      for (const ScriptLine& line : script.next()) {
        at += line.after;
        add(at, line.opens ? StepKind::open : StepKind::command, life.node, user, line.text);
      }
    }
  }

  // Which life of its node this is.
  std::uint64_t lives_of(const Life& life) const {
    return static_cast<std::uint64_t>(std::ranges::count_if(lives_, [&](const Life& other) {
      return other.node == life.node && other.from < life.from;
    }));
  }

  Scenario& scenario_;
  const std::vector<Life>& lives_;
  const Random random_;
  std::uint64_t rooms_ = 0;
  bool trouble_ = false;
};

}  // namespace

void plan_users(Scenario& scenario, const std::vector<Life>& lives, const Random& random) {
  Planner(scenario, lives, random).plan();
}

}  // namespace noex::sim
