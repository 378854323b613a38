#include "noex/sim/plan/fault_draws.h"

#include <algorithm>
#include <utility>

namespace noex::sim {

// The rest of a division is left to chance.
std::uint64_t FaultDraws::count(Random& random, FaultKind kind, Often often) const {
  if (!scenario_.is_on(kind)) return 0;
  const auto active = static_cast<std::uint64_t>(
      std::max<std::int64_t>(1, to_milliseconds(scenario_.quiet_from - first_fault)));
  const std::uint64_t parts = (is_hard(kind) ? often.hard : often.mild) * active;
  const std::uint64_t times = parts / 30'000;
  return times + (random.below(30'000) < parts % 30'000 ? 1 : 0);
}

void FaultDraws::repeat(FaultKind kind, std::string_view label, Often often,
                        const std::function<void(Random&, Instant)>& plan) const {
  Random numbers = random_.split(label);
  const std::uint64_t times = count(numbers, kind, often);
  for (std::uint64_t i = 0; i < times; ++i) {
    Random random = random_.split(label, i + 1);
    const Instant at = instant(random);
    plan(random, at);
  }
}

Instant FaultDraws::instant(Random& random) const {
  return first_fault +
         Duration{random.between(0, (scenario_.quiet_from - first_fault).count() - 1)};
}

std::uint32_t FaultDraws::node(Random& random) const {
  return static_cast<std::uint32_t>(random.below(scenario_.nodes));
}

std::uint32_t FaultDraws::peer(Random& random, std::uint32_t node) const {
  const auto other = static_cast<std::uint32_t>(random.below(scenario_.nodes - 1));
  return other >= node ? other + 1 : other;
}

Duration FaultDraws::duration(Random& random, Duration low, Duration high) {
  return Duration{random.between(low.count(), high.count())};
}

std::vector<std::uint32_t> FaultDraws::shuffled(Random& random) const {
  std::vector<std::uint32_t> order(scenario_.nodes);
  for (std::uint32_t i = 0; i < scenario_.nodes; ++i) order[i] = i;
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

std::vector<std::uint32_t> FaultDraws::rest(const std::vector<std::uint32_t>& side) const {
  std::vector<std::uint32_t> others;
  for (std::uint32_t node = 0; node < scenario_.nodes; ++node) {
    if (std::ranges::count(side, node) == 0) others.push_back(node);
  }
  return others;
}

Duration FaultDraws::lasting(Random& random, Instant at) const {
  const std::uint64_t size = random.below(100);
  const Duration blip = duration(random, 50ms, 1s);
  const Duration around = duration(random, 1s, 6s);
  const Duration long_one = duration(random, 6s, 15s);
  const Duration lasts = size < 30 ? blip : size < 75 ? around : long_one;
  return std::min(lasts, scenario_.quiet_from - at);
}

}  // namespace noex::sim
