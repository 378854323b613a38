// The chat as an application of the simulator: rooms and sessions of real chat nodes.
//
// Its operations are the lines that users type. Its properties are C1 to C10 (chat_properties.h).
#pragma once

#include "noex/sim/application/application.h"

namespace noex::sim {

// Constant, with static lifetime.
const Application& chat_application();

}  // namespace noex::sim
