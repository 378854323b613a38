// History: what clients have asked of an object, and when they were answered; and whether a
// sequential object could have given these answers, in some order of the operations in which each
// takes effect between its begin and its end (linearizability: Herlihy and Wing, 1990).
//
//   History<RegisterModel> history;
//   const auto write = history.begin(begun, {.key = "k", .write = "7"});
//   history.end(write, ended, {});                    // or never: nobody knows what became of it
//   const auto wrong = history.find_contradiction();  // nullopt: the history is linearizable
//
// The search is that of Wing and Gong (1993) with the memory of Lowe (2017): a state in which the
// same operations are done is visited once. Its cost is exponential in the number of operations
// that overlap; those of different keys are searched separately. A search that has visited
// states_max states gives up, and takes its part for linearizable: so let each client ask one thing
// at a time. On one thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "noex/transport/base/time.h"

namespace noex::testkit {

// The operations of one run. A Model is a sequential object ("noex/testkit/models.h" has some):
//
//   Input, Output   what is asked, what is answered; Output is default-constructible
//   State           of the object; ordered by <, default-constructed at the beginning
//   static bool step(State&, const Input&, const Output*)
//                   takes one step; false: the object could not have answered so. nullptr: the
//                   answer is not known, and cannot be wrong
//   static bool is_read(const Input&)        it never changes the object
//   static constexpr bool late_is_enough     an operation without an answer matters to the first
//                                            read that sees it, and to nothing before that
//   static std::string key(const Input&)     names an independent part of the object
//   static std::string text(const Input&, const Output*)       for people
template <class Model>
class History {
 public:
  using Input = typename Model::Input;                // what is asked
  using Output = typename Model::Output;              // what is answered
  static constexpr std::size_t states_max = 300'000;  // that a search visits

  // One operation.
  struct Operation {
    std::size_t number = 0;          // in the order of begin()
    Input input{};                   // what was asked
    std::optional<Output> output{};  // nothing: nobody knows whether it took effect
    Instant begin{};                 // when it was asked
    Instant end = Instant::max();    // when it was answered
  };

  // An operation begins. Gives its number, for end().
  std::size_t begin(Instant at, Input input) {
    operations_.push_back({operations_.size(), std::move(input), {}, at, Instant::max()});
    return operations_.size() - 1;
  }
  // It was answered. A number that begin() has not given throws std::out_of_range.
  void end(std::size_t number, Instant at, Output output) {
    Operation& operation = operations_.at(number);
    operation.output = std::move(output);
    operation.end = at;
  }
  // It was refused, and has certainly had no effect.
  void forget(std::size_t number) { forgotten_.insert(number); }

  // How many operations there are, without those that were forgotten.
  std::size_t size() const { return operations_.size() - forgotten_.size(); }

  // The operations of one key for which there is no order, by begin: up to the first answer that
  // contradicts, without the reads that make no difference. nullopt: the history is linearizable.
  std::optional<std::vector<Operation>> find_contradiction() const {
    std::map<std::string, std::vector<Operation>> parts;
    for (const Operation& each : operations_) {
      if (!forgotten_.contains(each.number)) parts[Model::key(each.input)].push_back(each);
    }
    for (auto& [key, part] : parts) {
      if (!is_linearizable(part)) return smallest(std::move(part));
    }
    return std::nullopt;
  }

  // For people: one operation a line, with its times, its input and its output.
  static std::string text(const std::vector<Operation>& operations) {
    std::string lines;
    for (const Operation& each : operations) {
      const auto seconds = [](Instant at) { return to_nanoseconds(at.time_since_epoch()) / 1000; };
      const Output* output = each.output ? &*each.output : nullptr;
      lines += fmt::format("  {:>12} us .. {:>12}  {}\n", seconds(each.begin),
                           output != nullptr ? fmt::format("{} us", seconds(each.end)) : "never",
                           Model::text(each.input, output));
    }
    return lines;
  }

 private:
  using State = typename Model::State;
  using Done = std::vector<bool>;

  // An operation may come next if none that is left ended before it began.
  class Search {
   public:
    explicit Search(const std::vector<Operation>& operations)
        : operations_(operations), done_(operations.size(), false) {
      for (const Operation& each : operations) answered_ += each.output.has_value() ? 1 : 0;
    }
    bool run(const State& state) {
      if (answered_ == 0) return true;  // the others may all not have been done
      if (seen_.size() >= states_max) return true;
      if (!seen_.emplace(done_, state).second) return false;
      Instant first_end = Instant::max();
      for (std::size_t i = 0; i < operations_.size(); ++i) {
        if (!done_[i]) first_end = std::min(first_end, operations_[i].end);
      }
      for (std::size_t i = 0; i < operations_.size(); ++i) {
        if (!may_be_next(i, first_end)) continue;
        if (operations_[i].output || !Model::late_is_enough) {
          if (try_next(i, state)) return true;
        } else if (try_late(i, state, first_end)) {
          return true;
        }
      }
      return false;
    }

   private:
    bool may_be_next(std::size_t i, Instant first_end) const {
      return !done_[i] && operations_[i].begin <= first_end;
    }

    bool try_next(std::size_t i, State state) {
      const Operation& next = operations_[i];
      if (!Model::step(state, next.input, next.output ? &*next.output : nullptr)) return false;
      mark(i, true);
      const bool found = run(state);
      mark(i, false);
      return found;
    }

    // What nobody knows of, right before the first answer that it explains.
    bool try_late(std::size_t unknown, State state, Instant first_end) {
      if (!Model::step(state, operations_[unknown].input, nullptr)) return false;
      mark(unknown, true);
      bool found = false;
      for (std::size_t i = 0; i < operations_.size() && !found; ++i) {
        const bool reads = operations_[i].output && Model::is_read(operations_[i].input);
        if (reads && may_be_next(i, first_end)) found = try_next(i, state);
      }
      mark(unknown, false);
      return found;
    }

    void mark(std::size_t i, bool done) {
      done_[i] = done;
      if (!operations_[i].output) return;
      answered_ = done ? answered_ - 1 : answered_ + 1;
    }

    const std::vector<Operation>& operations_;
    Done done_;
    std::size_t answered_ = 0;
    std::set<std::pair<Done, State>> seen_;
  };

  static bool is_linearizable(const std::vector<Operation>& operations) {
    return Search(operations).run(State{});
  }

  // Up to the first answer that contradicts; what ended later is not known yet.
  static std::vector<Operation> up_to(const std::vector<Operation>& all, Instant end) {
    std::vector<Operation> known;
    for (const Operation& each : all) {
      if (each.begin > end) continue;
      known.push_back(each);
      if (each.end <= end) continue;
      known.back().output.reset();
      known.back().end = Instant::max();
    }
    return known;
  }

  // The shortest beginning that contradicts, without the reads that it contradicts without. What
  // may have changed the object stays: it explains what others were answered.
  static std::vector<Operation> smallest(std::vector<Operation> part) {
    std::vector<Instant> ends;
    for (const Operation& each : part) {
      if (each.output) ends.push_back(each.end);
    }
    std::ranges::sort(ends);
    for (const Instant end : ends) {
      std::vector<Operation> beginning = up_to(part, end);
      if (is_linearizable(beginning)) continue;
      part = std::move(beginning);
      break;
    }
    for (std::size_t i = part.size(); i-- > 0;) {
      if (!Model::is_read(part[i].input)) continue;
      std::vector<Operation> fewer = part;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      if (!is_linearizable(fewer)) part = std::move(fewer);
    }
    return part;
  }

  std::vector<Operation> operations_;
  std::set<std::size_t> forgotten_;
};

}  // namespace noex::testkit
