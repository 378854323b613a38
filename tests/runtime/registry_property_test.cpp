// The registry's promises under any order of events: what no list of examples would cover.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "noex/runtime/registry/registry_peers.h"
#include "noex/transport/base/random.h"
#include "tests/runtime/registry_harness.h"

namespace noex::test {
namespace {

// A step is one number, so that a failing run shrinks to few and small ones.
using Steps = std::vector<std::uint32_t>;

// Evenly in [0, bound), from the first test on, and not only in the last ones.
template <class T>
rc::Gen<T> gen_below(T bound) {
  return rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(0, bound));
}

rc::Gen<Steps> gen_steps(std::size_t count) {
  const auto gen_step = gen_below<std::uint32_t>(1U << 31);
  return rc::gen::mapcat(gen_below(count), [gen_step](std::size_t n) {
    return rc::gen::container<Steps>(n, gen_step);
  });
}

void require_no_problems(const RegistryHarness& harness) {
  if (!harness.problems().empty()) RC_FAIL(harness.problems().front());
}

void deliver_one(RegistryHarness& harness, std::uint32_t pick) {
  const auto pairs = harness.deliverable();
  if (pairs.empty()) return;
  const auto [from, to] = pairs[pick % pairs.size()];
  harness.deliver(from, to);
}

// What is drawn for one step: two nodes, a name, a process and a time.
struct Draw {
  std::uint32_t op;
  std::size_t a;
  std::size_t b;
  std::string name;
  ProcessId process;
  Duration time;
};

Draw draw(std::uint32_t step, std::size_t nodes) {
  Random random(step);
  Draw drawn;
  drawn.op = step % 32;
  drawn.a = random.below(nodes);
  drawn.b = random.below(nodes);
  drawn.name = fmt::format("name{}", random.below(3));
  drawn.process = 1 + random.below(3);
  drawn.time = std::chrono::milliseconds(random.between(1, 3000));
  return drawn;
}

void request(RegistryHarness& harness, const Draw& drawn) {
  switch (drawn.op) {
    case 0:
    case 1:
    case 2:
    case 3:
      harness.register_name(drawn.a, drawn.name, drawn.process, drawn.time);
      return;
    case 4:
      harness.unregister_name(drawn.a, drawn.name, drawn.process);
      return;
    case 5:
      harness.process_ended(drawn.a, drawn.process);
      return;
    case 6:
      harness.cancel(drawn.a, drawn.process);
      return;
    case 7:
      harness.advance(drawn.time / 10);
      return;
    default:
      harness.skew_wall(drawn.a, drawn.time - 1500ms);
  }
}

void fault(RegistryHarness& harness, const Draw& drawn) {
  switch (drawn.op) {
    case 9:
      harness.cut(drawn.a, drawn.b);
      return;
    case 10:
    case 11:
      harness.see_cut(drawn.a, drawn.b);
      return;
    case 12:
      harness.connect(drawn.a, drawn.b);
      return;
    case 13:
    case 14:
      harness.see_link(drawn.a, drawn.b);
      return;
    case 15:
      harness.node_down(drawn.a, drawn.b);
      return;
    case 16:
    case 17:
      harness.node_up(drawn.a, drawn.b);
      return;
    case 18:
      harness.settle(drawn.a, drawn.process != 1);
      return;
    default:
      if (drawn.process == 1) harness.restart(drawn.a);
  }
}

void run(RegistryHarness& harness, std::uint32_t step) {
  const Draw drawn = draw(step, harness.size());
  if (drawn.op <= 8) {
    request(harness, drawn);
  } else if (drawn.op <= 19) {
    fault(harness, drawn);
  } else {
    deliver_one(harness, step / 32);
  }
}

// R1, R4 and the answers are checked by the harness at every step; R2, R3 and R5 at the end.
void chaos(std::size_t nodes_max) {
  const auto nodes = 1 + *gen_below(nodes_max);
  const bool begin_healed = *rc::gen::arbitrary<bool>();
  const Steps steps = *gen_steps(600);
  RegistryHarness harness(nodes);
  if (begin_healed) harness.heal();
  for (const std::uint32_t step : steps) {
    run(harness, step);
    require_no_problems(harness);
  }
  harness.heal();
  harness.check_converged();
  require_no_problems(harness);
}

RC_GTEST_PROP(RegistryProperty, FewNodesConvergeAfterAnyEvents, ()) {
  chaos(3);
}

RC_GTEST_PROP(RegistryProperty, ManyNodesConvergeAfterAnyEvents, ()) {
  chaos(7);
}

// R6: what was acknowledged is seen by every arbiter.
void require_seen_by_arbiters(RegistryHarness& harness, const std::string& name,
                              std::size_t owner) {
  std::vector<Incarnation> members;
  for (std::size_t i = 0; i < harness.size(); ++i) members.push_back(harness.incarnation(i));
  for (const Incarnation& arbiter : arbiters_of(name, members)) {
    const auto holder = harness.registry(arbiter.id.port() - 1U).lookup(name);
    RC_ASSERT(holder.has_value());
    RC_ASSERT(holder->owner == harness.incarnation(owner));
  }
}

// Messages of slow nodes wait, mostly, until nobody else has any: a claim that is overtaken
// everywhere is what the order of claims has to stand.
void deliver_fast_first(RegistryHarness& harness, std::uint32_t slow, std::uint32_t pick) {
  auto pairs = harness.deliverable();
  const auto is_slow = [slow](const auto& pair) { return (slow >> pair.first & 1U) != 0; };
  if (pick % 16 != 0 && !std::ranges::all_of(pairs, is_slow)) std::erase_if(pairs, is_slow);
  if (pairs.empty()) return;
  const auto [from, to] = pairs[pick / 16 % pairs.size()];
  harness.deliver(from, to);
}

// R8: everybody linked, some or all claim the same name, any interleaving.
RC_GTEST_PROP(RegistryProperty, ExactlyOneOfConcurrentClaimsSucceeds, ()) {
  const auto nodes = 2 + *gen_below<std::size_t>(6);
  const auto name = fmt::format("name{}", *gen_below(40));
  const auto claimants = *gen_below<std::uint32_t>(1U << nodes);
  const auto slow = *gen_below<std::uint32_t>(1U << nodes);
  const Steps steps = *gen_steps(300);
  RegistryHarness harness(nodes);
  harness.heal();
  ProcessId claims = 0;
  const auto claim = [&](std::size_t node) {
    harness.register_name(node, name, ++claims);
    require_no_problems(harness);
  };
  const auto check = [&] {
    require_no_problems(harness);
    if (harness.successes() == 0) return;
    for (std::size_t i = 0; i < nodes; ++i) {
      if (harness.holds(i, name)) require_seen_by_arbiters(harness, name, i);
    }
  };
  for (std::size_t i = 0; i < nodes; ++i) {
    if (i < steps.size()) harness.skew_wall(i, std::chrono::milliseconds(steps[i] % 3000));
  }
  std::size_t next = 0;
  for (const std::uint32_t step : steps) {
    if (step % 4 == 0 && next < nodes) {
      if ((claimants >> next & 1U) != 0) claim(next);
      ++next;
    } else {
      deliver_fast_first(harness, slow, step / 4);
    }
    check();
  }
  if (claims == 0) claim(nodes - 1);
  harness.deliver_all();
  check();
  for (std::size_t i = 0; i < nodes; ++i) claim(i);
  harness.deliver_all();
  RC_ASSERT(harness.successes() == 1U);
  harness.check_converged();
  require_no_problems(harness);
}

// R8 where links are missing for good, and R9: one claim succeeds if any claimant is linked to a
// majority, and who is refused is told of that one.
RC_GTEST_PROP(RegistryProperty, OneClaimSucceedsWhereAClaimantReachesAMajority, ()) {
  const auto nodes = 2 + *gen_below<std::size_t>(4);
  const auto cuts = *gen_below<std::uint32_t>(1U << 10);
  const auto claimants = 1 + *gen_below<std::uint32_t>((1U << nodes) - 1);
  const Steps steps = *gen_steps(200);
  RegistryHarness harness(nodes);
  harness.heal();
  std::vector<std::size_t> reached(nodes, 1);
  std::uint32_t pair = 0;
  for (std::size_t a = 0; a < nodes; ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      if ((cuts >> pair++ & 1U) == 0) {
        ++reached[a];
        ++reached[b];
        continue;
      }
      harness.cut(a, b);
      harness.see_cut(a, b);
      harness.see_cut(b, a);
    }
  }
  bool is_able = false;
  std::vector<std::uint64_t> requests(nodes);
  const auto claim = [&](std::size_t node) {
    if ((claimants >> node & 1U) == 0) return;
    requests[node] = harness.register_name(node, "x", 1, 60s);
    is_able = is_able || reached[node] >= nodes / 2 + 1;
  };
  std::size_t next = 0;
  for (const std::uint32_t step : steps) {
    if (step % 4 == 0 && next < nodes) harness.skew_wall(next, std::chrono::seconds(step % 7));
    if (step % 4 == 0 && next < nodes) claim(next++);
    if (step % 4 == 1) harness.advance(std::chrono::milliseconds(step % 97));
    if (step % 4 > 1) deliver_fast_first(harness, 0, step / 4);
    require_no_problems(harness);
  }
  while (next < nodes) claim(next++);
  for (int i = 0; i < 100; ++i) {
    harness.deliver_all();
    harness.advance(100ms);
  }
  require_no_problems(harness);
  RC_ASSERT(harness.successes() == (is_able ? 1U : 0U));
  for (std::size_t i = 0; i < nodes; ++i) {
    const auto outcome = requests[i] != 0 ? harness.outcome(i, requests[i]) : std::nullopt;
    if (outcome != ErrorCode::name_taken) continue;
    RC_ASSERT(harness.holds(harness.finished(i).back().holder->owner.id.port() - 1U, "x"));
  }
}

}  // namespace
}  // namespace noex::test
