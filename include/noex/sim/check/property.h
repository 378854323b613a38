// The properties that a run is checked for, and the tally of how often each was checked and broken.
//
// A property is a constant that whoever checks it declares: the runtime's are in
// runtime_properties.h, an application brings its own. A property that never had anything to check
// proves nothing: each counts how often it truly had. Codes are docs/SIMULATOR.md's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "noex/transport/base/time.h"

namespace noex::sim {

// Its texts have static lifetime; `code` tells it apart. Copies are as good as the constant.
struct Property {
  std::string_view code;        // "M1"
  std::string_view sentence;    // what must hold; of one that must be reached: what
  std::uint32_t nodes_min = 2;  // a smaller cluster cannot show it
  // It need not hold each time: a batch has to reach it once.
  bool sometimes = false;

  bool operator==(const Property& other) const { return code == other.code; }
};

// How often it had something to check, or was reached.
struct Checked {
  Property property;
  std::uint64_t times = 0;

  bool operator==(const Checked&) const = default;
};

// All that a run is checked for, in the order in which people read it.
class PropertyTable {
 public:
  // Their codes differ; at most properties_max.
  explicit PropertyTable(std::vector<Property> properties);

  const std::vector<Property>& all() const { return properties_; }
  // The place in all(); all().size(): it is not there.
  std::size_t find(std::string_view code) const;

 private:
  std::vector<Property> properties_;
};
inline constexpr std::size_t properties_max = 1000;

struct Violation {
  Property property;
  Instant at;
  std::string text;  // what was expected and what was seen
  // No property: the run ended its process, by a broken invariant of the code; `text` says where.
  bool died = false;

  bool operator==(const Violation&) const = default;
};

// The same property, or the same broken invariant.
bool same_failure(const Violation& a, const Violation& b);

class Tally {
 public:
  explicit Tally(const PropertyTable& table);

  // There was something to check. The property is one of the table's.
  void checked(const Property& property, std::uint64_t times = 1) {
    counts_[place(property)].times += times;
  }
  // It came to what must be reached sometimes.
  void reached(const Property& property) { checked(property); }
  // Only the first violations_max are kept: the first one is what matters.
  void violated(const Property& property, Instant at, std::string text);
  // checked(), and violated() with text() if `holds` is false.
  template <class Text>
  void expect(const Property& property, Instant at, bool holds, Text&& text) {
    checked(property);
    if (!holds) violated(property, at, text());
  }

  // In the table's order.
  const std::vector<Checked>& counts() const { return counts_; }
  const std::vector<Violation>& violations() const { return violations_; }

 private:
  std::size_t place(const Property& property);
  std::size_t place_by_text(const Property& property);

  std::vector<Checked> counts_;
  std::vector<std::string_view> codes_;  // by place: the very literal that was found to be it
  std::vector<Violation> violations_;
};

// By where the code's text stands, which costs less than to read it.
inline std::size_t Tally::place(const Property& property) {
  const std::string_view code = property.code;
  for (std::size_t at = 0; at < codes_.size(); ++at) {
    if (codes_[at].data() == code.data() && codes_[at].size() == code.size()) return at;
  }
  return place_by_text(property);
}

inline constexpr std::size_t violations_max = 20;

}  // namespace noex::sim
