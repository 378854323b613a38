#include "sim/cluster/call_checker.h"

#include <fmt/format.h>

namespace noex::sim {

void CallChecker::on_started(std::size_t index, CallId call, Instant deadline) {
  const bool fresh = open_[index].try_emplace(call, deadline).second;
  tally_.expect(Property::p3, truth_.now(), fresh, [&] {
    return fmt::format("call {:x} of {} began twice", call, truth_.id(index).text());
  });
}

void CallChecker::on_ended(std::size_t index, CallId call) {
  const bool was_open = open_[index].erase(call) == 1;
  tally_.expect(Property::p3, truth_.now(), was_open, [&] {
    return fmt::format("call {:x} of {} ended twice", call, truth_.id(index).text());
  });
}

void CallChecker::on_reply_delivered(std::size_t index, CallId answered, CallId pending) {
  tally_.expect(Property::p3, truth_.now(), answered == pending, [&] {
    return fmt::format("an answer to call {:x} of {} was given to call {:x}", answered,
                       truth_.id(index).text(), pending);
  });
}

void CallChecker::on_executed(std::size_t index, const Incarnation& caller, CallId call) {
  const bool first = executed_.emplace(caller, call).second;
  tally_.expect(Property::p1, truth_.now(), first, [&] {
    return fmt::format("{} runs the handler of call {:x} of {} a second time",
                       truth_.id(index).text(), call, caller.id.text());
  });
}

void CallChecker::at_end() {
  for (std::size_t index = 0; index < open_.size(); ++index) {
    const Node* node = truth_.node(index);
    if (node == nullptr) continue;
    for (const auto& [call, deadline] : open_[index]) {
      tally_.expect(Property::p3, truth_.now(), deadline >= node->loop().now(), [&, number = call] {
        return fmt::format("call {:x} of {} has not ended by its deadline", number,
                           truth_.id(index).text());
      });
    }
  }
}

}  // namespace noex::sim
