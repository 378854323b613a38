// How often the properties of the chat's runs were checked, for tests that make or read such
// counts.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "noex/sim/chat/chat_application.h"

namespace noex::sim::testing {

// Of every property, the same number.
inline std::vector<Checked> all_checked(std::uint64_t times) {
  std::vector<Checked> checks;
  const PropertyTable table = properties_of(chat_application());
  for (const Property& property : table.all()) {
    checks.push_back({property, times});
  }
  return checks;
}

// The count of that one, which is there.
inline std::uint64_t& times_of(std::vector<Checked>& checks, const Property& property) {
  return std::ranges::find(checks, property, &Checked::property)->times;
}

}  // namespace noex::sim::testing
