// Counters that count each operation once, however often they are asked: what the Tally runs, as an
// application of the simulator (tally_application.h) and as a spec of the test kit (tally_spec.h).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include <fmt/format.h>

#include "noex/runtime/message/call.h"
#include "noex/runtime/node/node.h"
#include "noex/sim/check/property.h"

namespace noex::tally {

inline constexpr sim::Property counted_once{
    "T1", "a counter counts each operation at most once, and none that nobody asked for"};
inline constexpr sim::Property nothing_lost{
    "T2", "what a counter has acknowledged it has counted, for as long as it lives"};
inline constexpr sim::Property tried_again{"T3", "an operation is tried again", 2, true};

inline constexpr Duration patience = 200ms;
inline constexpr int attempts = 3;

struct Add {
  static constexpr auto wire_name = "tally:add";
  using reply = std::uint64_t;  // the total
  std::uint64_t operation = 0;
};

class Counter final : public Process {
 public:
  using messages = std::tuple<Add>;
  using arguments = std::tuple<bool>;
  Counter(Context& context, bool forgets) : Process(context), forgets_(forgets) {}

  Result<std::uint64_t> on(const Add& add) {
    if (counted_.insert(add.operation).second || forgets_) ++total_;
    return total_;
  }

 private:
  const bool forgets_;  // the bug: whether it has counted this already
  std::set<std::uint64_t> counted_;
  std::uint64_t total_ = 0;
};

// What checkers know of one counter: every operation that was sent to it, and those acknowledged.
struct Account {
  std::set<std::uint64_t> asked;
  std::set<std::uint64_t> acknowledged;
};

inline std::string counter_name(std::string_view node) {
  return fmt::format("counter:{}", node);
}
// Of "add node2".
inline std::string counter_of(std::string_view operation) {
  return counter_name(operation.substr(operation.find(' ') + 1));
}

}  // namespace noex::tally
