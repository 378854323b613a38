// A bot in a group chat: whoever is in the group hears what anybody says, and the bot answers.
//
// There is one bot, wherever it runs: each node stands for its name. While the cluster is in parts,
// each part has a bot, and that is right; when they meet again, one of them loses the name and has
// to go. It is a member of the group like any other, and needs nothing but the group and its name.
#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "noex/runtime/message/call.h"
#include "noex/runtime/node/node.h"
#include "tests/examples/start_under_name.h"

namespace examples {

inline constexpr const char* chat_group = "chat";

struct Say {
  static constexpr auto wire_name = "bot:say";
  std::string user;
  std::string text;
};

class Bot final : public noex::Process {
 public:
  using messages = std::tuple<Say>;
  using arguments = std::tuple<bool>;

  // stays: the bug, by which it stays in the group when another one has its name.
  Bot(noex::Context& context, bool stays) : Process(context), stays_(stays) {}

  noex::task<noex::Result<void>> init() override {
    co_return node().groups().join(chat_group, self());
  }

  void on(const Say& say) {
    if (!say.text.starts_with("!")) return;
    multicast_group<Say>(chat_group, std::string("bot"),
                         fmt::format("{}: {}", say.user, say.text.substr(1)));
  }
  void on(const noex::NameConflict& lost) {
    if (!stays_) exit(noex::ExitReason::name_conflict(lost.name, lost.winner));
  }

 private:
  const bool stays_;
};

inline noex::task<void> run_bot_node(noex::Node& node, bool stays) {
  return stand_for_name<Bot>(node, "bot", stays);
}

}  // namespace examples
