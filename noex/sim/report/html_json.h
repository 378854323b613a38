// HtmlJson: a story as the data block of the page: JSON of integers and texts, short and flat.
//
// The page (noex/sim/report/page) knows the places of the fields; both change together. Times are
// nanoseconds; -1 is what did not happen.
#pragma once

#include <string>
#include <string_view>

#include "noex/sim/scenario/scenario.h"
#include "noex/sim/search/explain.h"
#include "noex/sim/story/story.h"

namespace noex::sim {

struct HtmlNotes {
  std::string reproduce;      // the command
  Explanation explanation{};  // of the first violation; without nodes: none
  std::string file{};         // the scenario's; empty: a seed made it
};

// Safe within a <script> of an HTML page: no '<' is in it, and nothing but valid UTF-8.
std::string story_json(const Scenario& scenario, const Story& story, const HtmlNotes& notes);

// A JSON string, as safe: what is not UTF-8 becomes U+FFFD.
std::string html_quoted(std::string_view text);

}  // namespace noex::sim
