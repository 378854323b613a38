// CallChecker: P1 to P4, and D3 of calls, from the beginning, execution and end of every call.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "noex/runtime/observe/observer.h"
#include "noex/sim/check/property.h"
#include "noex/sim/check/truth.h"

namespace noex::sim {

class CallChecker {
 public:
  CallChecker(const Truth& truth, Tally& tally)
      : truth_(truth), tally_(tally), open_(truth.nodes()), lost_(truth.nodes()) {}

  void on_node_started(std::size_t index) { on_node_ended(index); }
  void on_node_ended(std::size_t index) {
    open_[index].clear();
    lost_[index].clear();
  }
  void on_started(std::size_t index, CallId call, const Ref& to, Instant deadline);
  void on_ended(std::size_t index, CallId call, ErrorCode code);
  void on_reply_delivered(std::size_t index, CallId answered, CallId pending);
  void on_late_reply() { ++late_replies_; }
  void on_executed(std::size_t index, const Incarnation& caller, CallId call, ProcessId process,
                   Instant deadline);
  void on_link_down(std::size_t index, const Incarnation& peer);
  void after_event(std::size_t index);
  void at_end();

  std::uint64_t late_replies() const { return late_replies_; }

 private:
  struct Asked {
    Ref to;
    Duration timeout{};
    Instant deadline{};  // on its node's own clock
  };
  struct Caller {
    std::map<CallId, Asked> asked;
    std::set<CallId> executed;
    std::set<CallId> refused;  // ended with a code that says: never ran
  };

  void check_end(std::size_t index, CallId call, Instant deadline);
  void check_code(std::size_t index, CallId call, ErrorCode code);

  const Truth& truth_;
  Tally& tally_;
  std::vector<std::map<CallId, const Asked*>> open_;  // by node
  std::vector<std::vector<CallId>> lost_;             // by node: with a link, in this turn
  std::map<Incarnation, Caller> callers_;
  std::uint64_t late_replies_ = 0;
};

}  // namespace noex::sim
