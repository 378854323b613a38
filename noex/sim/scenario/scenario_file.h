// Scenario files on the disk: the format is noex/sim/scenario/scenario_text.h's.
#pragma once

#include <string>
#include <string_view>

#include "noex/sim/scenario/scenario.h"
#include "noex/transport/base/error.h"

namespace noex::sim {

// Errors: system, invalid_argument; the detail begins with the file's name (and line).
[[nodiscard]] Result<Scenario> load_scenario(const std::string& path);
// comment: lines for people, each becomes a comment at the top.
std::string commented_scenario(const Scenario& scenario, std::string_view comment);
// force: a file that exists is overwritten. Errors: as OutputFile.
[[nodiscard]] Result<void> save_scenario(const std::string& path, bool force,
                                         const Scenario& scenario, std::string_view comment);

}  // namespace noex::sim
