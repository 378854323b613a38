// What must hold of the replicated register, for the test kit.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "noex/testkit/history.h"
#include "noex/testkit/models.h"
#include "noex/testkit/spec.h"
#include "tests/examples/register/register.h"

namespace examples {

template <bool reads_once>
class RegisterSpec : public noex::testkit::Spec {
 public:
  using SimNode = noex::testkit::SimNode;
  using Verdict = noex::testkit::Verdict;

  std::vector<noex::testkit::Property> properties() const override {
    return {{"REG1", "reads and writes of the register are linearizable"},
            {"REG2", "a read is answered", 2, true}};
  }

  void program(SimNode& at) override {
    at.node().behaviors().template add<Replica>("register:replica");
    (void)at.node().run(Register::start_replica(at.node()));
    busy_.erase(at.number());
    clients_[at.number()] = std::make_unique<Register>(
        at.node(), at.cluster(), fmt::format("{}.{}", at.node().id().name(), ++starts_),
        reads_once);
  }

  std::string draw(noex::Random& random) override {
    return random.chance(500'000) ? "read" : fmt::format("write {}", random.below(1000));
  }

  noex::task<void> operate(SimNode& at, std::string operation) override {
    if (busy_.contains(at.number())) co_return;  // a client asks one thing at a time
    busy_.insert(at.number());
    co_await ask(at, std::move(operation));
    busy_.erase(at.number());
  }

  void finish(Verdict& verdict) override {
    if (answered_ > 0) verdict.reached("REG2");
    const auto wrong = history_.find_contradiction();
    verdict.expect("REG1", !wrong, "no order of these explains all answers:\n{}",
                   wrong ? history_.text(*wrong) : "");
  }

  std::string name() const override { return "register"; }
  std::vector<noex::testkit::MessageWords> messages() const override {
    return {noex::testkit::message_words<Newest>(), noex::testkit::message_words<TakeIn>()};
  }

 private:
  noex::task<void> ask(SimNode& at, std::string operation) {
    const bool reads = operation == "read";
    noex::testkit::RegisterModel::Input input;
    if (!reads) input.write = fmt::format("{} ({})", operation.substr(6), history_.size());
    const std::string text = input.write.value_or("");
    const std::size_t number = history_.begin(at.now(), std::move(input));
    if (reads) {
      const std::optional<Value> value = co_await clients_[at.number()]->read();
      if (!value) co_return;  // nobody knows
      history_.end(number, at.now(), value->text);
      ++answered_;
      at.show(fmt::format("read: {}", value->text.value_or("nothing")));
    } else {
      const bool written = co_await clients_[at.number()]->write(text);
      if (!written) co_return;
      history_.end(number, at.now(), std::nullopt);
      at.show(fmt::format("wrote {}", text));
    }
  }

  noex::testkit::History<noex::testkit::RegisterModel> history_;
  std::map<std::uint32_t, std::unique_ptr<Register>> clients_;
  std::set<std::uint32_t> busy_;  // by node
  std::uint64_t starts_ = 0;
  std::uint64_t answered_ = 0;
};

}  // namespace examples
