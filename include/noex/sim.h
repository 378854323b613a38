// All of noex::sim: a simulated world of machines and the network between them, and its faults.
//
// It runs whatever takes a Loop and a Network: a Node of noex::runtime, or anything else.
#pragma once

#include "noex/sim/world/clock.h"
#include "noex/sim/world/event_queue.h"
#include "noex/sim/world/fabric.h"
#include "noex/sim/world/faults.h"
#include "noex/sim/world/host.h"
#include "noex/sim/world/link.h"
#include "noex/sim/world/machine.h"
#include "noex/sim/world/stream_tap.h"
#include "noex/sim/world/world.h"
#include "noex/sim/world/write_watch.h"
