// The messages of those who keep an application company: couriers and the prober.
#pragma once

#include <cstdint>
#include <string>

#include "noex/runtime/message/message.h"

namespace noex::sim {

struct Parcel {
  static constexpr auto wire_name = "sim:parcel";
  std::uint64_t sender = 0;
  std::uint64_t number = 0;
  std::string filler;
};
struct Signed {  // a parcel whose arrival is acknowledged
  static constexpr auto wire_name = "sim:signed";
  using reply = Done;
  std::uint64_t sender = 0;
  std::uint64_t number = 0;
};
struct Finish {
  static constexpr auto wire_name = "sim:finish";
};
// What no process has a handler for.
struct Riddle {
  static constexpr auto wire_name = "sim:riddle";
  using reply = Done;
};

}  // namespace noex::sim
