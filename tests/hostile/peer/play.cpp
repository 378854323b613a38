#include "tests/hostile/peer/play.h"

#include <memory>

#include "noex/transport/base/random.h"

namespace noex::hostile {

std::string play(Scene& scene, const Talk::Source& source, const std::function<bool()>& more) {
  auto talk = std::make_unique<Talk>(scene.peer(), source, scene.subjects());
  while (more()) {
    if (scene.peer().ended()) {
      talk.reset();
      scene.link_peer();
      talk = std::make_unique<Talk>(scene.peer(), source, scene.subjects());
      if (scene.peer().ended()) scene.run(1s);
    }
    const std::uint64_t what = source(32);
    if (what < 12) {
      scene.act(source(10));
    } else if (what < 26) {
      const std::uint64_t count = 1 + source(12);
      scene.in_turn(2, [&] {
        for (std::uint64_t i = 0; i < count; ++i) talk->say_one();
      });
    } else if (what == 26) {
      scene.in_turn(2, [&] { talk->break_one(); });
    } else if (what == 27) {
      const bool reads = source(3) != 0;
      scene.in_turn(2, [&] { scene.peer().set_reading(reads); });
    } else if (what == 28) {
      scene.peer().set_polite(source(4) != 0);
    } else if (what == 29) {
      scene.run(Duration(1ms) * static_cast<std::int64_t>(1 + source(1500)));
    } else {
      scene.run(Duration(1ms) * static_cast<std::int64_t>(1 + source(10)));
    }
    if (what % 8 == 0) scene.check();
  }
  talk.reset();
  return scene.aftermath();
}

std::string play_seed(std::uint64_t seed, int steps) {
  Random random = Random(seed).split("hostile");
  Scene scene(seed);
  int left = steps;
  return play(
      scene, [&random](std::uint64_t limit) { return random.below(limit); },
      [&left] { return left-- > 0; });
}

}  // namespace noex::hostile
