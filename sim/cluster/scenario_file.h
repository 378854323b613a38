// Scenario files on the disk: the format is sim/cluster/scenario_text.h's.
#pragma once

#include <string>
#include <string_view>

#include "sim/cluster/scenario.h"
#include "transport/base/error.h"

namespace noex::sim {

// Errors: system, invalid_argument; the detail begins with the file's name (and line).
[[nodiscard]] Result<Scenario> load_scenario(const std::string& path);
// comment: lines for people, each becomes a comment at the top.
[[nodiscard]] Result<void> save_scenario(const std::string& path, const Scenario& scenario,
                                         std::string_view comment);

}  // namespace noex::sim
