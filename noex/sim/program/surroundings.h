// Surroundings: what a program around the runs needs and no run may have: the real clock, real
// randomness, the environment, the terminal, the number of processors.
//
// The only place of the simulator that looks at them. What comes of it reaches no scenario and no
// fingerprint but by a seed.
#pragma once

#include <cstdint>
#include <string>

#include "noex/transport/base/time.h"

namespace noex::sim {

// Since some moment; for measuring, and for bounds of real time.
Duration real_time();
// Short enough to be typed.
std::uint64_t random_seed();
// Empty: it is not set.
std::string environment(const char* name);
// At least one.
std::uint32_t processors();

struct Terminal {
  bool colours = false;   // standard output takes them
  bool progress = false;  // standard error is one
};
Terminal look_at_terminal();

}  // namespace noex::sim
