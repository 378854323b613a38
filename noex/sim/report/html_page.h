// HtmlPage: one run as one self-contained page: its data, and what draws it.
//
// The page's own sources are the files in noex/sim/report/page, which the build puts into the
// program. It loads nothing and runs from a file; everything that users wrote is data, never
// markup.
#pragma once

#include <string>
#include <string_view>

#include "noex/sim/report/html_json.h"

namespace noex::sim {

std::string html_page(const Scenario& scenario, const Story& story, const HtmlNotes& notes);

}  // namespace noex::sim
