#include "noex/sim/check/call_checker.h"

#include <fmt/format.h>

#include "noex/sim/check/runtime_properties.h"

namespace noex::sim {

void CallChecker::on_started(std::size_t index, CallId call, const Ref& to, Instant deadline) {
  const Node& node = *truth_.node(index);
  Asked& asked = callers_[node.incarnation()].asked[call];
  asked = Asked{to, deadline - node.loop().now(), deadline};
  const bool fresh = open_[index].try_emplace(call, &asked).second;
  tally_.expect(property::p3, truth_.now(), fresh, [&] {
    return fmt::format("call {:x} of {} began twice", call, truth_.id(index).text());
  });
}

void CallChecker::on_ended(std::size_t index, CallId call, ErrorCode code) {
  const auto ended = open_[index].extract(call);
  const bool was_open = !ended.empty();
  if (was_open) check_end(index, call, ended.mapped()->deadline);
  if (was_open) check_code(index, call, code);
  tally_.expect(property::p3, truth_.now(), was_open, [&] {
    return fmt::format("call {:x} of {} ended twice", call, truth_.id(index).text());
  });
}

// A node that stood still ends it at its first turn.
void CallChecker::check_end(std::size_t index, CallId call, Instant deadline) {
  const Duration late = truth_.node(index)->loop().now() - deadline;
  const bool excused =
      late <= clock_grain || truth_.now() - truth_.undisturbed_since(index, index) < late;
  tally_.expect(property::p4, truth_.now(), excused, [&] {
    return fmt::format("call {:x} of {} ended {} ms after its deadline", call,
                       truth_.id(index).text(), to_milliseconds(late));
  });
}

// An answer: the handler ran. A code that says that it never runs: it has not, and never will.
void CallChecker::check_code(std::size_t index, CallId call, ErrorCode code) {
  const bool answered = code == ErrorCode::ok || code == ErrorCode::rejected;
  if (may_have_run(code) && !answered) return;
  Caller& calls = callers_[truth_.node(index)->incarnation()];
  if (!answered) calls.refused.insert(call);
  tally_.expect(property::p2, truth_.now(), calls.executed.contains(call) == answered, [&] {
    return fmt::format("call {:x} of {} ends with \"{}\", and its handler {}", call,
                       truth_.id(index).text(), answered ? "an answer" : describe(code),
                       answered ? "did not run" : "ran");
  });
}

void CallChecker::on_link_down(std::size_t index, const Incarnation& peer) {
  for (const auto& [call, open] : open_[index]) {
    if (open->to.lives_on(peer)) lost_[index].push_back(call);
  }
}

void CallChecker::after_event(std::size_t index) {
  for (const CallId call : lost_[index]) {
    tally_.expect(property::d3, truth_.now(), !open_[index].contains(call), [&] {
      return fmt::format("call {:x} of {} goes on though its link is lost", call,
                         truth_.id(index).text());
    });
  }
  lost_[index].clear();
}

void CallChecker::on_reply_delivered(std::size_t index, CallId answered, CallId pending) {
  tally_.expect(property::p3, truth_.now(), answered == pending, [&] {
    return fmt::format("an answer to call {:x} of {} was given to call {:x}", answered,
                       truth_.id(index).text(), pending);
  });
}

void CallChecker::on_executed(std::size_t index, const Incarnation& caller, CallId call,
                              ProcessId process, Instant deadline) {
  Caller& calls = callers_[caller];
  const bool first = calls.executed.insert(call).second;
  tally_.expect(property::p1, truth_.now(), first, [&] {
    return fmt::format("{} runs the handler of call {:x} of {} a second time",
                       truth_.id(index).text(), call, caller.id.text());
  });
  tally_.expect(property::p2, truth_.now(), !calls.refused.contains(call), [&] {
    return fmt::format("{} runs call {:x} of {}, which was told that it never runs",
                       truth_.id(index).text(), call, caller.id.text());
  });
  const Node& node = *truth_.node(index);
  const auto asked = calls.asked.find(call);
  if (asked == calls.asked.end()) return;
  const Ref& to = asked->second.to;
  const bool meant = to.lives_on(node.incarnation()) && to.process() == process;
  tally_.expect(property::p2, truth_.now(), meant, [&] {
    return fmt::format("call {:x} of {} to {} runs at process {} of boot {} of {}", call,
                       caller.id.text(), to.text(), process, node.boot(), node.id().text());
  });
  const Duration left = deadline - node.loop().now();
  tally_.expect(property::p4, truth_.now(), left <= asked->second.timeout, [&] {
    return fmt::format("call {:x} of {} runs at {} with {} ms left, of {} in all", call,
                       caller.id.text(), node.id().text(), to_milliseconds(left),
                       to_milliseconds(asked->second.timeout));
  });
}

void CallChecker::at_end() {
  for (std::size_t index = 0; index < open_.size(); ++index) {
    const Node* node = truth_.node(index);
    if (node == nullptr) continue;
    for (const auto& [call, open] : open_[index]) {
      tally_.expect(property::p3, truth_.now(), open->deadline >= node->loop().now(),
                    [&, number = call] {
                      return fmt::format("call {:x} of {} has not ended by its deadline", number,
                                         truth_.id(index).text());
                    });
    }
  }
}

}  // namespace noex::sim
