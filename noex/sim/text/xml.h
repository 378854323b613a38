// Text within XML 1.0, for JUnit's reports and for what the page is built from.
#pragma once

#include <string>
#include <string_view>

namespace noex::sim {

// What stands for itself in a text or an attribute; what may not be there at all (section 2.2,
// "Characters"), and bytes that are no UTF-8, become U+FFFD.
std::string escape_xml(std::string_view text);

}  // namespace noex::sim
