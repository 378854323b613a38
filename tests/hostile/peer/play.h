// play: a scene from its beginning to its end, as a source of numbers chooses.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tests/hostile/peer/scene.h"

namespace noex::hostile {

// Goes on while `more` says so. Gives what does not hold at the end; empty: all does.
std::string play(Scene& scene, const Talk::Source& source, const std::function<bool()>& more);
// The same for a seed's random numbers.
std::string play_seed(std::uint64_t seed, int steps);

}  // namespace noex::hostile
