// RunSummary as bytes: how a batch's worker processes hand in what their runs came to.
//
// Both ends are the same program, so that the format has no versions; it is no file format.
#pragma once

#include <optional>

#include "noex/sim/run/simulation.h"
#include "noex/transport/base/bytes.h"

namespace noex::sim {

Bytes encode_summary(const RunSummary& summary);
// table: that of the run.
std::optional<RunSummary> decode_summary(ByteView bytes, const PropertyTable& table);

}  // namespace noex::sim
