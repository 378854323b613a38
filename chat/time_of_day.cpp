#include "chat/time_of_day.h"

#include <fmt/format.h>

namespace noex::chat {

std::string utc_time_of_day(WallTime time) {
  const std::chrono::hh_mm_ss day(
      std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()) -
      std::chrono::floor<std::chrono::days>(time.time_since_epoch()));
  return fmt::format("{:02}:{:02}:{:02}", day.hours().count(), day.minutes().count(),
                     day.seconds().count());
}

}  // namespace noex::chat
