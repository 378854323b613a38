// Tally: a second application for the simulator, to prove that the chat is not the only one.
//
// Each node has a counter under a name; users add to anybody's, and try again when they do not know
// whether it was done. A counter knows what it has counted, so that trying again is safe; the
// planted bug is that it does not.
#pragma once

#include "noex/sim/application/application.h"

namespace noex::tally {

// Constant, with static lifetime.
const sim::Application& tally_application();
const sim::Application& tally_with_bug();

}  // namespace noex::tally
