#include "noex/sim/plan/scenario_maker.h"

#include <algorithm>
#include <utility>

#include "noex/sim/plan/fault_plan.h"
#include "noex/transport/base/check.h"
#include "noex/transport/base/random.h"

namespace noex::sim {

namespace {

constexpr Duration active_min = 5s;

// Swarm testing (Groce et al., 2012): leaving kinds out at random finds more than always having
// all of them, since some faults hide what others would show.
void choose_faults(Scenario& scenario, const FaultChoice& choice, Random random) {
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    const bool chosen = random.chance(row_of(static_cast<FaultKind>(i)).rarer ? 350'000 : 600'000);
    const bool hard = random.chance(400'000);
    if (!choice.kinds.test(i) || (choice.swarm && !chosen)) continue;
    scenario.faults[i] = hard ? Severity::hard : Severity::mild;
  }
}

void choose_links(Scenario& scenario, Random random) {
  const auto microseconds = [&random](std::int64_t low, std::int64_t high) {
    return Duration{random.between(low, high) * 1000};
  };
  LinkProfile calm;
  calm.latency = random.chance(700'000) ? microseconds(100, 2'000) : microseconds(2'000, 30'000);
  calm.jitter = calm.latency / 2;
  scenario.calm = calm;
  scenario.links = calm;
  const Severity tails = scenario.faults[static_cast<std::size_t>(FaultKind::latency)];
  const Duration mild_tail = microseconds(20'000, 200'000);
  const Duration hard_tail = microseconds(200'000, 1'200'000);
  if (tails == Severity::mild) {
    scenario.links.tail_chance = 10'000;
    scenario.links.tail = mild_tail;
  } else if (tails == Severity::hard) {
    scenario.links.tail_chance = 40'000;
    scenario.links.tail = hard_tail;
  }
  const Severity chunks = scenario.faults[static_cast<std::size_t>(FaultKind::chunking)];
  if (chunks == Severity::mild) scenario.links.chunk_chance = 20'000;
  if (chunks == Severity::hard) scenario.links.chunk_chance = 300'000;
}

// Short deadlines, so that answers come too late now and then.
void choose_options(Scenario& scenario, Random random) {
  const auto deadline = [&random] {
    constexpr Duration choices[] = {300ms, 1s, 2s, 5s};
    return choices[random.below(std::size(choices))];
  };
  scenario.options.call_timeout = deadline();
  scenario.options.spawn_timeout = deadline();
  scenario.options.register_timeout = deadline();
  // The quiet phase has to suffice for a round over all who are gone; beyond the mesh they are
  // dialled one after the other.
  if (scenario.nodes > scenario.options.mesh_max) scenario.options.dead_redial_interval = 1s;
  // Queues so short that casts are refused while nothing is wrong with the link.
  if (random.chance(250'000) && scenario.has_trouble()) {
    scenario.options.unsent_bytes_max = 512;
    scenario.options.queue_bytes_soft = 1024;
    scenario.options.queue_bytes_hard = 4096;
  }
  // Mailboxes so short that what comes in one heap is refused.
  const bool short_mailboxes = random.chance(250'000);
  const auto mailbox = static_cast<std::size_t>(random.between(3, 12));
  if (short_mailboxes && scenario.has_trouble()) scenario.options.mailbox_messages_max = mailbox;
}

// Three or four others, so that one that is down does not cut a newcomer off.
void choose_seeds(Scenario& scenario, Random random) {
  const std::uint32_t nodes = scenario.nodes;
  scenario.seeds.resize(nodes);
  for (std::uint32_t node = 0; node < nodes; ++node) {
    std::vector<std::uint32_t>& seeds = scenario.seeds[node];
    const auto add = [&](std::uint32_t seed) {
      if (seed != node && std::ranges::count(seeds, seed) == 0) seeds.push_back(seed);
    };
    add(0);
    add((node + 1) % nodes);
    add((node + nodes - 1) % nodes);
    add(static_cast<std::uint32_t>(random.below(nodes)));
  }
}

void number(std::vector<Step>& steps) {
  for (std::uint32_t i = 0; i < steps.size(); ++i) steps[i].id = i + 1;
}

}  // namespace

Duration duration_min() {
  return quiet_phase(Options{}) + active_min;
}

Scenario make_scenario(const Application& application, const ScenarioRequest& request) {
  NOEX_CHECK(request.nodes >= nodes_min && request.nodes <= nodes_max);
  NOEX_CHECK(request.duration >= duration_min());
  const Random random = Random(request.seed).split("scenario");
  Scenario scenario;
  scenario.seed = request.seed;
  scenario.nodes = request.nodes;
  scenario.duration = request.duration;
  choose_faults(scenario, request.faults, random.split("faults"));
  choose_links(scenario, random.split("links"));
  choose_options(scenario, random.split("options"));
  choose_seeds(scenario, random.split("seeds"));
  scenario.quiet_from = Instant{request.duration - quiet_phase(scenario.options)};
  const FaultPlan plan = plan_faults(scenario, request.keep_alive, random.split("plan"));
  scenario.steps = plan.steps;
  application.add_workload(scenario, plan.lives, random.split("workload"));
  number(scenario.steps);  // so that steps of one moment keep their order
  std::ranges::sort(scenario.steps, {},
                    [](const Step& step) { return std::make_pair(step.at, step.id); });
  number(scenario.steps);
  return scenario;
}

}  // namespace noex::sim
