#include "noex/sim/report/html_page.h"

#include <fmt/format.h>
#include <noex_page.h>  // made by the build of noex/sim/report/page

#include "noex/sim/text/xml.h"
#include "noex/transport/base/text.h"

namespace noex::sim {

namespace {

// The places in page.html that are filled in.
constexpr std::string_view style_mark = "/*style*/";
constexpr std::string_view script_mark = "/*script*/";
constexpr std::string_view data_mark = "/*data*/";
constexpr std::string_view title_mark = "<!--title-->";

void replace(std::string& page, std::string_view mark, std::string_view text) {
  if (const std::size_t at = page.find(mark); at != std::string::npos) {
    page.replace(at, mark.size(), text);
  }
}

std::string script() {
  std::string all;
  for (const std::string_view part : page::scripts) all += part;
  return all;
}

}  // namespace

std::string html_page(const Scenario& scenario, const Story& story, const HtmlNotes& notes) {
  std::string page(page::html);
  const std::string title = notes.file.empty()
                                ? fmt::format("Seed {}", scenario.seed)
                                : fmt::format("{}, seed {}", visible(notes.file), scenario.seed);
  const bool held = story.summary.violations.empty();
  replace(page, title_mark,
          fmt::format(
              "{}, {} nodes: {}", escape_xml(title), scenario.nodes,
              held ? "all properties held"
                   : fmt::format("{} violated", story.summary.violations.front().property.code)));
  replace(page, style_mark, page::style);
  replace(page, script_mark, script());
  replace(page, data_mark, story_json(scenario, story, notes));  // last: it may hold any text
  return page;
}

}  // namespace noex::sim
