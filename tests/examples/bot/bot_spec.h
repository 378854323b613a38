// What must hold of the bot, for the test kit.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "noex/testkit/spec.h"
#include "tests/examples/bot/bot.h"

namespace examples {

// Somebody in the group, who counts the answers of bots.
class Listener final : public noex::Process {
 public:
  using messages = std::tuple<Say>;
  using Answers = std::map<std::string, int>;
  // They are the test's, and outlive it.
  using arguments = std::tuple<Answers*>;
  Listener(noex::Context& context, Answers* answers) : Process(context), answers_(*answers) {}

  noex::task<noex::Result<void>> init() override {
    co_return node().groups().join(chat_group, self());
  }
  void on(const Say& say) {
    if (say.user == "bot") ++answers_[say.text];
  }

 private:
  Answers& answers_;
};

template <bool stays>
class BotSpec : public noex::testkit::Spec {
 public:
  using SimNode = noex::testkit::SimNode;
  using Verdict = noex::testkit::Verdict;

  std::vector<noex::testkit::Property> properties() const override {
    return {{"BOT1", "when all faults are over, a question is answered once"},
            {"BOT2", "while the cluster is in parts, two bots answer", 2, true}};
  }

  void program(SimNode& at) override {
    (void)at.node().run(run_bot_node(at.node(), stays));
    (void)at.node().template spawn_local<Listener>(&heard_[at.number()]);
  }
  void restarted(SimNode& at) override { program(at); }

  std::string draw(noex::Random& random) override {
    return random.chance(500'000) ? fmt::format("say !{}", random.below(100)) : "say hello";
  }

  noex::task<void> operate(SimNode& at, std::string operation) override {
    const auto bot = at.node().registry().lookup("bot");
    if (bot) bots_[at.number()] = *bot;
    say(at.node(), at.node().id().name(), operation.substr(4));
    co_return;
  }

  void always(SimNode&, Verdict& verdict) override {
    for (const auto& [number, bot] : bots_) {
      if (bot != bots_.begin()->second) verdict.reached("BOT2");
    }
  }

  noex::task<void> at_end(SimNode& any, Verdict& verdict) override {
    say(any.node(), "somebody", "!end");
    co_await any.node().sleep(std::chrono::seconds(1));
    const int answers = heard_[any.number()]["somebody: end"];
    verdict.expect("BOT1", answers == 1, "a question was answered {} times", answers);
  }

  std::string name() const override { return "bot"; }
  std::vector<noex::testkit::MessageWords> messages() const override {
    return {noex::testkit::message_words<Say>()};
  }

 private:
  static void say(noex::Node& node, std::string user, std::string text) {
    for (const noex::Ref& member : node.groups().members(chat_group)) {
      (void)member.cast<Say>(user, text);
    }
  }

  std::map<std::uint32_t, Listener::Answers> heard_;  // by node
  std::map<std::uint32_t, noex::Ref> bots_;           // whom each node took for the bot, last
};

}  // namespace examples
