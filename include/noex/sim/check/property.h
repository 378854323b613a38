// The properties that a run is checked for, and the tally of how often each was checked and broken.
//
// A property is a constant, declared by whoever checks it: the runtime has its own
// (docs/SIMULATOR.md lists them), an application brings others. A property that never had anything
// to check proves nothing, so it is counted how often each had.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "noex/transport/base/time.h"

namespace noex::sim {

// A text that lives as long as the program: a literal, and nothing else compiles.
class StaticText : public std::string_view {
 public:
  constexpr StaticText() = default;
  // A literal.
  consteval StaticText(const char* literal)  // NOLINT(google-explicit-constructor)
      : std::string_view(literal) {}
};

// Something that must hold. `code` identifies it: a copy is as good as the constant.
struct Property {
  StaticText code;              // "M1"
  StaticText sentence;          // what must hold; with `sometimes`, what must be reached
  std::uint32_t nodes_min = 2;  // a smaller cluster cannot show it
  // It need not hold each time: a batch has to reach it once.
  bool sometimes = false;

  // Whether it is the same property.
  bool operator==(const Property& other) const { return code == other.code; }
};

// How much a property has proved.
struct Checked {
  Property property;        // which
  std::uint64_t times = 0;  // how often it had something to check, or was reached

  bool operator==(const Checked&) const = default;
};

// All properties that a run is checked for, in the order in which people read them.
class PropertyTable {
 public:
  // Their codes must differ, and there are at most properties_max: anything else stops the program.
  explicit PropertyTable(std::vector<Property> properties);

  // The properties.
  const std::vector<Property>& all() const& { return properties_; }
  std::vector<Property> all() && { return std::move(properties_); }  // of a temporary
  // The place of that property in all(); all().size(): it is not there.
  std::size_t find(std::string_view code) const;

 private:
  std::vector<Property> properties_;
};
// In one table.
inline constexpr std::size_t properties_max = 1000;

// What has not held.
struct Violation {
  Property property;  // which
  Instant at;         // when, in true time
  std::string text;   // what was expected and what was seen
  // No property at all: a broken invariant of the code has ended the run's process, and `text` says
  // where.
  bool died = false;

  bool operator==(const Violation&) const = default;
};

// Whether both are of the same property, or the same broken invariant.
bool same_failure(const Violation& a, const Violation& b);

// What the checks of one run have found. A property that is not in its table stops the program.
class Tally {
 public:
  // Copies what it needs of the table.
  explicit Tally(const PropertyTable& table);

  // The property had something to check, so many times.
  void checked(const Property& property, std::uint64_t times = 1) {
    counts_[place(property)].times += times;
  }
  // What the property asks for `sometimes` has been reached.
  void reached(const Property& property) { checked(property); }
  // The property does not hold; only the first violations_max are kept.
  void violated(const Property& property, Instant at, std::string text);
  // checked(); and, unless it holds, violated() with what `text` gives when it is called.
  template <class Text>
  void expect(const Property& property, Instant at, bool holds, Text&& text) {
    checked(property);
    if (!holds) violated(property, at, text());
  }

  // How much each property has proved, in the table's order.
  const std::vector<Checked>& counts() const& { return counts_; }
  std::vector<Checked> counts() && { return std::move(counts_); }  // of a temporary
  // What has not held, in the order of time.
  const std::vector<Violation>& violations() const& { return violations_; }
  std::vector<Violation> violations() && { return std::move(violations_); }  // of a temporary

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

// How many violations of one run are kept: the first is what matters.
inline constexpr std::size_t violations_max = 20;

}  // namespace noex::sim
