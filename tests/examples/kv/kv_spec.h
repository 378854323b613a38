// What must hold of the key-value store, for the test kit.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "noex/testkit/history.h"
#include "noex/testkit/models.h"
#include "noex/testkit/spec.h"
#include "tests/examples/kv/kv.h"

namespace examples {

template <bool reads_alone>
class KvSpec : public noex::testkit::Spec {
 public:
  using SimNode = noex::testkit::SimNode;
  using Verdict = noex::testkit::Verdict;

  std::vector<noex::testkit::Property> properties() const override {
    return {{"KV1", "gets and puts of each key are linearizable"},
            {"KV2", "when all faults are over, and a majority runs, a put is done"},
            {"KV3", "a second leader is followed", 2, true}};
  }

  void program(SimNode& at) override {
    (void)at.node().run(run_kv_node(at.node(), at.cluster(), reads_alone));
    busy_.erase(at.number());
  }

  std::string draw(noex::Random& random) override {
    const std::uint64_t key = random.below(3);
    return random.chance(600'000) ? fmt::format("get k{}", key) : fmt::format("put k{}", key);
  }

  noex::task<void> operate(SimNode& at, std::string operation) override {
    if (busy_.contains(at.number())) co_return;  // a client asks one thing at a time
    busy_.insert(at.number());
    co_await ask(at, std::move(operation));
    busy_.erase(at.number());
  }

  // The first may find a leader that is none any more, and so makes room for the next.
  noex::task<void> at_end(SimNode& any, Verdict& verdict) override {
    if (any.node().registry().names("kv:").size() <= any.cluster_size() / 2) co_return;
    bool done = false;
    for (int attempt = 0; attempt < 4 && !done; ++attempt) {
      if (attempt > 0) co_await any.node().sleep(std::chrono::milliseconds(500));
      const auto leader = any.node().registry().lookup("kv");
      if (!leader) continue;
      const auto put = co_await leader->template call<Put>("end", "x");
      done = put.has_value();
    }
    verdict.expect("KV2", done, "no put is done");
  }

  void finish(Verdict& verdict) override {
    if (leaders_.size() > 1) verdict.reached("KV3");
    const auto wrong = history_.find_contradiction();
    verdict.expect("KV1", !wrong, "no order of these explains all answers:\n{}",
                   wrong ? history_.text(*wrong) : "");
  }

  std::string name() const override { return "kv"; }
  std::vector<noex::testkit::MessageWords> messages() const override {
    using noex::testkit::message_words;
    return {message_words<Put>(),    message_words<Get>(),     message_words<Epoch>(),
            message_words<Follow>(), message_words<Confirm>(), message_words<TakeEntries>()};
  }

 private:
  noex::task<void> ask(SimNode& at, std::string operation) {
    const auto leader = at.node().registry().lookup("kv");
    if (!leader) co_return;
    noex::testkit::RegisterModel::Input input;
    input.key = operation.substr(4);
    const std::string key = input.key;
    if (operation.starts_with("get")) {
      const std::size_t number = history_.begin(at.now(), std::move(input));
      const auto text = co_await leader->template call<Get>(key);
      if (!text) co_return;  // it has changed nothing
      history_.end(number, at.now(), *text);
      at.show(fmt::format("{} is {}", key, text->value_or("nothing")));
    } else {
      const std::string text = fmt::format("{}", history_.size());
      input.write = text;
      const std::size_t number = history_.begin(at.now(), std::move(input));
      const auto put = co_await leader->template call<Put>(key, text);
      if (!put) co_return;  // nobody knows
      history_.end(number, at.now(), {});
      at.show(fmt::format("{} = {}", key, text));
    }
    leaders_.insert(*leader);
  }

  noex::testkit::History<noex::testkit::RegisterModel> history_;
  std::set<std::uint32_t> busy_;  // nodes whose client waits
  std::set<noex::Ref> leaders_;   // that have answered
};

}  // namespace examples
