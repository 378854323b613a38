// Seeded random numbers, the only ones in the project; a real node's seed comes from its main.
//
// Owns xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2018),
// seeded by SplitMix64. Integers only, so that every compiler draws the same numbers. A stream is
// keyed by a label: what it draws depends on the seed and the label, and never on what other
// streams have drawn, so that removing one user of randomness does not shift the others.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace noex {

// One stream of random numbers: a value; a copy draws the same ones. Not for secrets.
class Random {
 public:
  // The same seed always gives the same stream.
  explicit Random(std::uint64_t seed);

  // An independent stream; the same (seed, label, number) always gives the same one.
  Random split(std::string_view label, std::uint64_t number = 0) const;

  // Uniform over all 64-bit numbers.
  std::uint64_t next();
  // Uniform in [0, bound); 0 for a bound stops the program. Source: Lemire, "Fast random integer
  // generation in an interval", 2019, with rejection, hence unbiased.
  std::uint64_t below(std::uint64_t bound);
  // Uniform in [low, high], with both ends; low > high stops the program.
  std::int64_t between(std::int64_t low, std::int64_t high);
  // True with a probability of parts_per_million / 1,000,000.
  bool chance(std::uint32_t parts_per_million) { return below(1'000'000) < parts_per_million; }

 private:
  std::uint64_t seed_;
  std::array<std::uint64_t, 4> state_;
};

}  // namespace noex
