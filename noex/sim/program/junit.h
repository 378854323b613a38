// JUnit XML of a batch, as CI systems show it: a test case for each property, one for X2 (what
// proved nothing), one for runs that end their process.
//
// Bounded: of each property's failures the first ones are kept, however many seeds there are.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "noex/sim/program/batch_totals.h"
#include "noex/transport/base/time.h"

namespace noex::sim {

class JunitReport {
 public:
  // property: its code; empty: the run ended its process. text: one line.
  void add(std::string_view property, std::string text);
  // A test case for each property of the table.
  std::string print(std::string_view name, const PropertyTable& table, const BatchTotals& totals,
                    const std::vector<std::string>& gaps, Duration took) const;

 private:
  struct Failures {
    std::uint64_t count = 0;
    std::vector<std::string> first;
  };

  std::string print_case(std::string_view name, const Failures* failures) const;

  std::map<std::string, Failures, std::less<>> failures_;
};

}  // namespace noex::sim
