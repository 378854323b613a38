// StoryRecorder: watches a run and writes its story down.
//
// Changes nothing: the fingerprint is the same with and without it; a run without it pays nothing.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "noex/sim/story/story.h"
#include "noex/sim/story/story_messages.h"

namespace noex::sim {

class StoryRecorder final : public RunWatcher {
 public:
  // next: also sees the run, or nullptr; outlives this.
  StoryRecorder(const Application& application, const Scenario& scenario, RunWatcher* next);
  ~StoryRecorder() override;

  // After the run.
  const Story& story() const { return story_; }

  void on_begin(const Truth& truth) override;
  void on_shown(Instant at, std::uint32_t node, std::uint32_t user, std::string_view line) override;
  void on_cluster_event(Instant at, std::uint32_t node, std::string_view what, std::string_view who,
                        std::string_view why) override;
  void on_own_deed(Instant at, std::uint32_t node, std::string_view deed) override;
  void on_step(Instant at, const Step& step) override;
  void on_second(Instant at) override {
    if (next_ != nullptr) next_->on_second(at);
  }
  void on_turn(std::uint32_t node) override;
  void on_over(const RunSummary& summary) override;
  StreamTap* stream_tap() override { return &messages_; }
  Observer* node_observer(std::uint32_t node) override;
  void on_process_named(const Ref& process, std::string_view role) override;
  bool wants_log() const override { return true; }
  void on_event(Instant at, std::uint32_t node, std::string_view kind,
                std::string_view text) override;

 private:
  class NodeEar;

  struct Seen {
    std::uint64_t version = ~std::uint64_t{0};
    std::map<std::string, Ref> names;
  };

  std::uint32_t text(std::string text);
  std::uint32_t process(std::uint32_t node, ProcessId id);
  std::uint32_t process(const Ref& ref);
  std::uint32_t machine(const NodeId& id) const;
  // Of what on_cluster_event() calls it; nothing: it is none of the run's.
  std::uint32_t machine_of(std::string_view label) const;
  void see(Instant at, std::uint32_t node, std::string_view label, bool up, std::string_view why);
  void begin_life(std::uint32_t node);
  void end_life(std::uint32_t node, std::string_view how);
  void note(std::uint32_t node, std::string_view kind, std::string text);
  void on_verdict(std::uint32_t node, const Verdict& verdict);
  // What that node concluded of the peer last; empty: nothing.
  std::string verdict_of(std::uint32_t node, std::string_view peer) const;
  void compare_names(std::uint32_t node, const std::map<std::string, Ref>& now);

  RunWatcher* const next_;
  const Truth* truth_ = nullptr;  // while the run lasts
  Story story_;
  StoryMessages messages_;
  std::map<std::string, std::uint32_t> texts_;
  // By node, its life and the process's id.
  std::map<std::tuple<std::uint32_t, std::uint32_t, ProcessId>, std::uint32_t> processes_;
  std::vector<std::uint32_t> life_;  // by node: in Story::lives; nothing: it does not run
  std::vector<Seen> seen_;           // by node
  // By node and peer, and the last of each node, which its log says too.
  std::map<std::pair<std::uint32_t, std::string>, std::string> verdicts_;
  std::map<std::uint32_t, std::string> last_verdicts_;
  // By node and machine: under which identities it has it up.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::set<std::string, std::less<>>> up_;
  std::vector<std::unique_ptr<NodeEar>> ears_;
};

}  // namespace noex::sim
