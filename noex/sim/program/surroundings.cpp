#include "noex/sim/program/surroundings.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>

#include <unistd.h>

namespace noex::sim {

Duration real_time() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

std::uint64_t random_seed() {
  return std::random_device{}() % 1'000'000'000;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::uint32_t processors() {
  return static_cast<std::uint32_t>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
}

Terminal look_at_terminal() {
  return {.colours = ::isatty(STDOUT_FILENO) != 0 && environment("NO_COLOR").empty(),
          .progress = ::isatty(STDERR_FILENO) != 0};
}

}  // namespace noex::sim
