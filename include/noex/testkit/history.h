// History: what clients asked of an object and when they were answered; and whether there is an
// order of these operations, each between its begin and its end, that a sequential object could
// have given (linearizability: Herlihy and Wing, 1990).
//
//   History<RegisterModel> history;
//   const auto id = history.begin(verdict.now(), {.write = 7});
//   ... history.end(id, verdict.now(), {});               // or never: nobody knows what became of
//   it const auto wrong = history.find_contradiction();      // nullopt: it is linearizable
//
// The search is that of Wing and Gong (1993) with the memory of Lowe (2017): a state in which the
// same operations are done is looked at once. It is exponential in the number of operations that
// overlap; those of different keys are searched apart. A search that has looked at states_max
// states gives up, and takes its part for linearizable: let clients ask one thing at a time.
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

// A Model is a sequential object:
//   Input, Output   what is asked, what is answered; Output is default-constructible
//   State           ordered by <, default-constructed at the beginning
//   static bool step(State&, const Input&, const Output*)
//                   takes the step; false: the object could not have answered so. nullptr: the
//                   answer is not known, and nothing can be wrong with it
//   static bool is_read(const Input&)        it never changes the object
//   static constexpr bool late_is_enough     an operation that was not answered matters to the
//                                            first read that sees it, and to nothing before
//   static std::string key(const Input&)     of independent parts of the object; may be constant
//   static std::string text(const Input&, const Output*)       for people
template <class Model>
class History {
 public:
  using Input = typename Model::Input;
  using Output = typename Model::Output;
  static constexpr std::size_t states_max = 300'000;

  struct Operation {
    std::size_t number = 0;  // in the order of beginnings
    Input input{};
    std::optional<Output> output{};  // nothing: whether it was done, nobody knows
    Instant begin{};
    Instant end = Instant::max();
  };

  // Its number, for end().
  std::size_t begin(Instant at, Input input) {
    operations_.push_back({operations_.size(), std::move(input), {}, at, Instant::max()});
    return operations_.size() - 1;
  }
  void end(std::size_t number, Instant at, Output output) {
    operations_[number].output = std::move(output);
    operations_[number].end = at;
  }
  // It was refused, surely without having been done.
  void forget(std::size_t number) { forgotten_.insert(number); }

  std::size_t size() const { return operations_.size() - forgotten_.size(); }

  // Operations of one key that have no order, by begin: up to the first answer that contradicts,
  // and of the reads before it only those that matter. nullopt: the history is linearizable.
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

  // One operation a line: when, what, what came of it.
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
