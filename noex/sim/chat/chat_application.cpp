#include "noex/sim/chat/chat_application.h"

#include <algorithm>
#include <utility>

#include "chat/commands.h"
#include "chat/messages.h"
#include "noex/runtime/message/call.h"
#include "noex/sim/chat/chat_checker.h"
#include "noex/sim/chat/chat_program.h"
#include "noex/sim/chat/chat_properties.h"
#include "noex/sim/chat/chat_words.h"
#include "noex/sim/chat/workload.h"

namespace noex::sim {

namespace {

// What one node's runtime tells, as long as its process lives.
class RefusalEar final : public Observer {
 public:
  RefusalEar(std::size_t index, const Truth& truth, ChatChecker& checker)
      : index_(index), truth_(truth), checker_(checker) {}

  void listen(bool on) { on_ = on; }
  void on_message_refused(ProcessId process, const Payload&) override {
    if (!on_) return;
    const Boot boot = truth_.node(index_)->boot();
    checker_.on_message_refused(Ref(truth_.id(index_), boot, process, nullptr));
  }

 private:
  const std::size_t index_;
  const Truth& truth_;
  ChatChecker& checker_;
  bool on_ = false;
};

class ChatRun final : public ApplicationRun {
 public:
  ChatRun(const Truth& truth, Tally& tally) : checker_(truth, tally) {
    ears_.reserve(truth.nodes());
    for (std::size_t index = 0; index < truth.nodes(); ++index) {
      ears_.emplace_back(index, truth, checker_);
    }
  }

  std::unique_ptr<Program> make_program(ProgramHost& host) override {
    return std::make_unique<ChatProgram>(host, common_, checker_);
  }
  Observer* node_observer(std::size_t index) override { return &ears_[index]; }

  void on_node_started(std::size_t index) override { ears_[index].listen(true); }
  void on_node_ended(std::size_t index, const Incarnation& node) override {
    ears_[index].listen(false);
    checker_.on_node_ended(node);
  }
  void at_end() override { checker_.at_end(); }

 private:
  ChatChecker checker_;
  ChatCommon common_;
  std::vector<RefusalEar> ears_;
};

// "[10:30:15] [general] Alice: hello", but not "[10:30:15] [general] * Bob joined".
bool is_message(std::string_view line) {
  if (line.size() < 12 || line.substr(9, 3) != "] [") return false;
  const std::size_t end = line.find("] ", 12);
  return end != std::string_view::npos && !line.substr(end + 2).starts_with("* ");
}

task<void> list_users(Ref process, Duration timeout) {
  (void)co_await process.call_within<chat::ListUsers>(timeout);
}

class ChatApplication final : public Application {
 public:
  std::string_view name() const override { return "chat"; }
  std::vector<Property> properties() const override {
    return {chat_properties.begin(), chat_properties.end()};
  }
  void add_workload(Scenario& scenario, const std::vector<Life>& lives,
                    const Random& random) const override {
    plan_users(scenario, lives, random);
  }
  std::unique_ptr<ApplicationRun> begin(const Scenario&, const Truth& truth,
                                        Tally& tally) const override {
    return std::make_unique<ChatRun>(truth, tally);
  }

  std::vector<MessageWords> messages() const override { return chat_words(); }
  LineKind kind_of(std::string_view line) const override {
    if (line.starts_with("  /")) return LineKind::noise;  // the list of commands
    if (!line.starts_with('[')) return LineKind::other;
    return is_message(line) ? LineKind::message : LineKind::event;
  }
  // Without what a session strips, too.
  std::string_view user_name(std::string_view line) const override {
    const std::size_t word_end = std::min(line.find(' '), line.size());
    const chat::CommandRow* row = chat::find_command(line.substr(0, word_end));
    if (row == nullptr || row->takes != chat::Takes::username) return {};
    line.remove_prefix(std::min(word_end + 1, line.size()));
    while (line.ends_with(' ')) line.remove_suffix(1);
    return line;
  }
  Probe probe() const override { return {"room:", list_users, "room"}; }
};

}  // namespace

const Application& chat_application() {
  static const ChatApplication application;
  return application;
}

}  // namespace noex::sim
