// The simulator's program for any application: what `sim` is for the chat.
#pragma once

#include <string>

#include "noex/sim/application/application.h"

namespace noex::sim {

// Does what the arguments say (--help lists it) and returns the program's exit code. Once, first
// thing in main: it takes the standard files and the signals for itself.
int sim_main(const Application& application, int argc, const char* const* argv,
             const std::string& version);

}  // namespace noex::sim
