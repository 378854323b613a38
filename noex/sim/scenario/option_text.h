// Option text: a scenario's node options and link profiles as lines of its file, both ways.
#pragma once

#include <string>

#include "noex/runtime/core/options.h"
#include "noex/sim/scenario/line_reader.h"
#include "noex/sim/world/link.h"

namespace noex::sim {

// "option call_timeout=300ms", a line for each that is not the default.
std::string print_options(const Options& options);
// What follows "option": one or more of name=value.
void read_options(LineReader& line, Options& options);

// " latency=500us jitter=100us tail_chance=10000 tail=200ms": the first two, and what is not 0.
std::string print_links(const LinkProfile& links);
// What follows "links" or "calm".
LinkProfile read_links(LineReader& line);

}  // namespace noex::sim
