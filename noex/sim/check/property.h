// The properties that a run is checked for, and the tally of how often each was checked and broken.
//
// Codes and texts are docs/SIMULATOR.md's. A property that never had anything to check proves
// nothing: each counts how often it truly had.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "noex/transport/base/time.h"

namespace noex::sim {

// clang-format off
enum class Property : std::uint8_t {
  m1, m2, m3, m4, m5, m6, m8, m9,
  d1, d2, d3, d4,
  r1, r2, r3, r4, r5, r6, r7, r8, r9,
  p1, p2, p3, p4, p5,
  c1, c2, c3, c4, c5, c6, c7, c8, c9, c10,
  h1, h2,
  x1, x3,
};
// clang-format on
inline constexpr std::size_t property_count = 40;

std::string_view code(Property property);  // "M1"
std::string_view text(Property property);  // what must hold, in one sentence

struct Violation {
  Property property = Property::m1;
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
  // There was something to check.
  void checked(Property property, std::uint64_t times = 1) {
    counts_[static_cast<std::size_t>(property)] += times;
  }
  // Only the first violations_max are kept: the first one is what matters.
  void violated(Property property, Instant at, std::string text);
  // checked(), and violated() with text() if `holds` is false.
  template <class Text>
  void expect(Property property, Instant at, bool holds, Text&& text) {
    checked(property);
    if (!holds) violated(property, at, text());
  }

  std::uint64_t count(Property property) const {
    return counts_[static_cast<std::size_t>(property)];
  }
  const std::vector<Violation>& violations() const { return violations_; }

 private:
  std::array<std::uint64_t, property_count> counts_{};
  std::vector<Violation> violations_;
};

inline constexpr std::size_t violations_max = 20;

}  // namespace noex::sim
