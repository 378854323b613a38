// CallChecker: P1 and P3, from the beginning, execution and end of every call.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "runtime/observer.h"
#include "sim/cluster/property.h"
#include "sim/cluster/truth.h"

namespace noex::sim {

class CallChecker {
 public:
  CallChecker(const Truth& truth, Tally& tally)
      : truth_(truth), tally_(tally), open_(truth.nodes()) {}

  void on_node_started(std::size_t index) { open_[index].clear(); }
  void on_node_ended(std::size_t index) { open_[index].clear(); }
  void on_started(std::size_t index, CallId call, Instant deadline);
  void on_ended(std::size_t index, CallId call);
  void on_reply_delivered(std::size_t index, CallId answered, CallId pending);
  void on_late_reply() { ++late_replies_; }
  void on_executed(std::size_t index, const Incarnation& caller, CallId call);
  void at_end();

  std::uint64_t late_replies() const { return late_replies_; }

 private:
  const Truth& truth_;
  Tally& tally_;
  std::vector<std::map<CallId, Instant>> open_;  // by node: call and deadline on its own clock
  std::set<std::pair<Incarnation, CallId>> executed_;
  std::uint64_t late_replies_ = 0;
};

}  // namespace noex::sim
