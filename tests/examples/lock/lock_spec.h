// What must hold of the lock, for the test kit.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "noex/testkit/spec.h"
#include "tests/examples/lock/lock.h"

namespace examples {

template <bool fenced>
class LockSpec : public noex::testkit::Spec {
 public:
  using SimNode = noex::testkit::SimNode;
  using Verdict = noex::testkit::Verdict;

  std::vector<noex::testkit::Property> properties() const override {
    return {
        {"LOCK1", "after a write of one holder a store takes none of an earlier one"},
        {"LOCK2", "no token is given twice"},
        {"LOCK3", "a holder that is none any more is refused", 2, true},
        {"LOCK4", "when all faults are over, and a majority and a store run, a holder can write"}};
  }

  void program(SimNode& at) override {
    (void)at.node().run(run_lock_node(at.node(), at.cluster(), fenced));
  }

  // How long the holder works before it writes: at times longer than it may.
  std::string draw(noex::Random& random) override {
    return fmt::format("work {} ms, write to node{}", random.between(1, 600), 1 + random.below(3));
  }

  noex::task<void> operate(SimNode& at, std::string operation) override {
    const int work = std::stoi(operation.substr(5));
    const std::string where = operation.substr(operation.rfind(' ') + 1);
    const auto lock = at.node().registry().lookup("lock");
    if (!lock) co_return;
    const auto token = co_await lock->template call<Acquire>();
    if (!token || !*token) co_return;
    tokens_.push_back(**token);
    co_await at.node().sleep(std::chrono::milliseconds(work));
    const auto store = at.node().registry().lookup(fmt::format("store:{}", where));
    if (store) co_await write(at, *store, **token);
    (void)lock->template cast<Release>(**token);
  }

  void always(SimNode&, Verdict& verdict) override {
    for (const Token& token : std::exchange(tokens_, {})) {
      verdict.expect("LOCK2", given_.insert(token).second, "token {} of server {} was given twice",
                     token.number, token.epoch);
    }
    for (const Write& late : std::exchange(late_, {})) {
      verdict.expect("LOCK1", late.token >= late.after,
                     "a store took a write of holder {}.{} after one of {}.{}", late.token.epoch,
                     late.token.number, late.after.epoch, late.after.number);
    }
    if (std::exchange(refused_, false)) verdict.reached("LOCK3");
  }

  // The first may find a server that is none any more, and so makes room for the next.
  noex::task<void> at_end(SimNode& any, Verdict& verdict) override {
    const auto& names = any.node().registry();
    const std::map<std::string, noex::Ref> stores = names.names("store:");
    if (names.names("keeper:").size() <= any.cluster_size() / 2 || stores.empty()) co_return;
    const noex::Ref store = stores.begin()->second;
    bool written = false;
    for (int attempt = 0; attempt < 4 && !written; ++attempt) {
      if (attempt > 0) co_await any.node().sleep(std::chrono::milliseconds(500));
      const auto lock = names.lookup("lock");
      if (!lock) continue;
      const auto token = co_await lock->template call<Acquire>();
      if (!token || !*token) continue;
      const auto taken = co_await store.template call<WriteFenced>(**token, "end");
      written = taken.has_value();
    }
    verdict.expect("LOCK4", written, "nobody can write");
  }

  std::string name() const override { return "lock"; }
  std::vector<noex::testkit::MessageWords> messages() const override {
    return {noex::testkit::message_words<Acquire>(), noex::testkit::message_words<Release>(),
            noex::testkit::message_words<Highest>(), noex::testkit::message_words<Promise>(),
            noex::testkit::message_words<WriteFenced>()};
  }

 private:
  // One that a store took.
  struct Write {
    Token token;
    Token after;  // the highest that it had taken when this one was sent
  };

  noex::task<void> write(SimNode& at, noex::Ref store, Token token) {
    const Token after = taken_[store];
    const auto taken = co_await store.call<WriteFenced>(token, at.node().id().name());
    if (!taken) {
      refused_ = refused_ || taken.error().code == noex::ErrorCode::rejected;
      co_return;
    }
    taken_[store] = std::max(taken_[store], token);
    late_.push_back({token, after});
    at.show(fmt::format("{} took {}.{}", store.text(), token.epoch, token.number));
  }

  std::set<Token> given_;
  std::map<noex::Ref, Token> taken_;  // the highest that a store has acknowledged
  // Since the last check.
  std::vector<Token> tokens_;
  std::vector<Write> late_;
  bool refused_ = false;
};

}  // namespace examples
