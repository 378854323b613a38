// Seeded random numbers, the only ones in the project; a real node's seed comes from its main.
//
// Owns: xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number generators",
// 2018), seeded by SplitMix64. Integers only, so that every compiler draws the same numbers.
// Streams are keyed by label: a stream's draws depend on the seed and its label, never on what
// other streams drew, so that removing one user of randomness does not shift the others.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace noex {

class Random {
 public:
  explicit Random(std::uint64_t seed);

  // An independent stream; the same (seed, label, number) always gives the same one.
  Random split(std::string_view label, std::uint64_t number = 0) const;

  std::uint64_t next();
  // Uniform in [0, bound), bound > 0. Source: Lemire, "Fast random integer generation in an
  // interval", 2019, with rejection, hence unbiased.
  std::uint64_t below(std::uint64_t bound);
  // Uniform in [low, high], both ends in.
  std::int64_t between(std::int64_t low, std::int64_t high);
  // True with probability parts / 1,000,000.
  bool chance(std::uint32_t parts_per_million) { return below(1'000'000) < parts_per_million; }

 private:
  std::uint64_t seed_;
  std::array<std::uint64_t, 4> state_;
};

}  // namespace noex
