#include "noex/sim/check/property.h"

#include <algorithm>
#include <utility>

#include "noex/transport/base/check.h"

namespace noex::sim {

PropertyTable::PropertyTable(std::vector<Property> properties)
    : properties_(std::move(properties)) {
  NOEX_CHECK(properties_.size() <= properties_max, "{} properties", properties_.size());
  for (std::size_t at = 0; at < properties_.size(); ++at) {
    const std::string_view code = properties_[at].code;
    NOEX_CHECK(!code.empty() && find(code) == at, "two properties have the code {}", code);
  }
}

std::size_t PropertyTable::find(std::string_view code) const {
  const auto found = std::ranges::find(properties_, code, &Property::code);
  return static_cast<std::size_t>(found - properties_.begin());
}

// Of a broken invariant the place counts, not the values.
bool same_failure(const Violation& a, const Violation& b) {
  const auto place = [](std::string_view text) {
    const std::size_t line = text.find(':');
    return text.substr(0, line == text.npos ? line : text.find(':', line + 1));
  };
  if (a.died || b.died) return a.died == b.died && place(a.text) == place(b.text);
  return a.property == b.property;
}

Tally::Tally(const PropertyTable& table) : codes_(table.all().size()) {
  for (const Property& property : table.all()) counts_.push_back({property, 0});
}

// Once a literal: it is known from then on.
std::size_t Tally::place_by_text(const Property& property) {
  const auto same_code = [&](const Checked& each) { return each.property == property; };
  const auto found = std::ranges::find_if(counts_, same_code);
  NOEX_CHECK(found != counts_.end(), "{} is no property of this run", property.code);
  const auto at = static_cast<std::size_t>(found - counts_.begin());
  codes_[at] = property.code;
  return at;
}

void Tally::violated(const Property& property, Instant at, std::string text) {
  if (violations_.size() < violations_max) {
    violations_.push_back(Violation{property, at, std::move(text)});
  }
}

}  // namespace noex::sim
