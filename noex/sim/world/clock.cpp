#include "noex/sim/world/clock.h"

#include "noex/transport/base/check.h"

namespace noex::sim {

Instant Clock::world(Instant local) const {
  if (local <= local_) return base_;
  constexpr std::int64_t million = 1'000'000;
  constexpr std::int64_t never = std::int64_t{1} << 61;
  __extension__ using Wide = __int128;
  const Wide wanted = (local - local_).count();
  const Wide estimate = wanted * million / (million + skew_);
  if (estimate >= never) return Instant{Duration{never}};
  Instant found = base_ + Duration{static_cast<std::int64_t>(estimate)};
  while (monotonic(found) < local) found += Duration{1};
  while (found > base_ && monotonic(found - Duration{1}) >= local) found -= Duration{1};
  return found;
}

void Clock::set_skew(Instant world, std::int32_t parts_per_million) {
  NOEX_CHECK(parts_per_million > -500'000 && parts_per_million < 500'000);
  local_ = monotonic(world);
  base_ = world;
  skew_ = parts_per_million;
}

}  // namespace noex::sim
