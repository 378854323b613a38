// Fuzzes a whole node: over the simulated network a linked peer says what the input chooses, while
// calls, spawns, monitors and claims are under way and the queues are full (tests/hostile/peer).
//
// The input's bytes are the choices, one after the other, so that what is near in bytes is near in
// what is said; it ends where they end. Nothing aborts, and nothing of the peer is left.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "noex/transport/base/check.h"
#include "tests/hostile/peer/play.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t input_max = 4096;  // some hundred messages: a few runs a second
  std::size_t at = 0;
  size = std::min(size, input_max);
  const auto source = [&](std::uint64_t limit) -> std::uint64_t {
    // As many bytes as the limit needs; zeros behind the end.
    std::uint64_t number = 0;
    for (std::uint64_t rest = limit - 1; rest != 0; rest >>= 8) {
      number = number << 8 | (at < size ? data[at] : 0);
      ++at;
    }
    return number % limit;
  };
  noex::hostile::Scene scene(1);
  const std::string broken = noex::hostile::play(scene, source, [&] { return at < size; });
  NOEX_CHECK(broken.empty(), "{}", broken);
  return 0;
}
