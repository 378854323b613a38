// The time of day as the chat shows it. Which zone is meant is the program's choice.
#pragma once

#include <string>

#include "noex/transport/base/time.h"

namespace noex::chat {

// "10:30:15", in UTC.
std::string utc_time_of_day(WallTime time);

}  // namespace noex::chat
