#include "noex/sim/story/story_recorder.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "noex/runtime/membership/verdict.h"
#include "noex/runtime/node/inspect.h"
#include "noex/sim/scenario/identities.h"
#include "noex/sim/workload/parcels.h"

namespace noex::sim {

namespace {

// The application's messages, and those of who keeps it company.
std::vector<MessageWords> all_words(const Application& application) {
  std::vector<MessageWords> words = application.messages();
  words.push_back(message_words<Parcel>());
  words.push_back(message_words<Signed>());
  words.push_back(message_words<Finish>());
  words.push_back(message_words<Riddle>());
  return words;
}

}  // namespace

// What one node tells of itself, from its turns.
class StoryRecorder::NodeEar final : public Observer {
 public:
  NodeEar(StoryRecorder& story, std::uint32_t node) : story_(story), node_(node) {}

  void on_link_up(const Incarnation& peer) override {
    story_.note(node_, "link", fmt::format("linked to {}", peer.id.name()));
  }
  void on_link_down(const Incarnation& peer) override {
    story_.note(node_, "link", fmt::format("lost the link to {}", peer.id.name()));
  }
  void on_verdict(const Verdict& verdict) override { story_.on_verdict(node_, verdict); }
  void on_call_executed(const Incarnation& caller, CallId call, ProcessId, Instant) override {
    if (story_.truth_ == nullptr) return;
    story_.messages_.on_executed(node_, story_.machine(caller.id), call);
  }
  void on_process_started(ProcessId process) override {
    if (story_.truth_ != nullptr) (void)story_.process(node_, process);
  }
  void on_process_ended(ProcessId id, const ExitReason& reason) override {
    if (story_.truth_ == nullptr || story_.life_[node_] == nothing) return;
    StoryProcess& process = story_.story_.processes[story_.process(node_, id)];
    process.ended = story_.truth_->now();
    process.why = reason.describe();
  }
  void on_claim_started(std::uint64_t request, std::string_view name, ProcessId id) override {
    if (story_.truth_ == nullptr) return;
    StoryProcess& process = story_.story_.processes[story_.process(node_, id)];
    if (process.role.empty()) process.role = name;
    story_.note(node_, "name", fmt::format("wants {} (request {})", name, request));
  }
  void on_claim_ended(std::uint64_t request, const Result<void>& result,
                      const std::optional<NameHolder>&) override {
    story_.note(node_, "name",
                fmt::format("request {}: {}", request,
                            result ? "has the name" : noex::describe(result.error())));
  }
  void on_conflict_lost(const RegistryConflictLost& lost) override {
    story_.note(node_, "name",
                fmt::format("lost {} to {}", lost.name, lost.winner.owner.id.name()));
  }

 private:
  StoryRecorder& story_;
  const std::uint32_t node_;
};

StoryRecorder::StoryRecorder(const Application& application, const Scenario& scenario,
                             RunWatcher* next)
    : next_(next),
      messages_(
          story_, all_words(application),
          {.now = [this] { return truth_ != nullptr ? truth_->now() : never; },
           .text = [this](std::string words) { return text(std::move(words)); },
           .process = [this](std::uint32_t node, ProcessId id) { return process(node, id); }}),
      life_(scenario.nodes, nothing),
      seen_(scenario.nodes) {
  story_.nodes = scenario.nodes;
  for (std::uint32_t node = 0; node < scenario.nodes; ++node) {
    ears_.push_back(std::make_unique<NodeEar>(*this, node));
  }
}

StoryRecorder::~StoryRecorder() = default;

Observer* StoryRecorder::node_observer(std::uint32_t node) {
  return ears_[node].get();
}

void StoryRecorder::on_process_named(const Ref& ref, std::string_view role) {
  if (truth_ == nullptr) return;
  const std::uint32_t index = process(ref);
  if (index != nothing) story_.processes[index].role = role;
  if (next_ != nullptr) next_->on_process_named(ref, role);
}

// --- Indices ---

std::uint32_t StoryRecorder::text(std::string text) {
  const auto next = static_cast<std::uint32_t>(story_.texts.size());
  const auto [found, fresh] = texts_.try_emplace(std::move(text), next);
  if (fresh) story_.texts.push_back(found->first);
  return found->second;
}

std::uint32_t StoryRecorder::process(std::uint32_t node, ProcessId id) {
  const auto next = static_cast<std::uint32_t>(story_.processes.size());
  const auto [found, fresh] = processes_.try_emplace(std::tuple(node, life_[node], id), next);
  if (fresh) {
    StoryProcess process;
    process.node = node;
    process.id = id;
    process.began = truth_->now();
    story_.processes.push_back(std::move(process));
  }
  return found->second;
}

std::uint32_t StoryRecorder::process(const Ref& ref) {
  const std::uint32_t node = machine(ref.node());
  return node == nothing ? nothing : process(node, ref.process());
}

std::uint32_t StoryRecorder::machine(const NodeId& id) const {
  for (std::size_t index = 0; index < truth_->nodes(); ++index) {
    if (truth_->id(index) == id) return static_cast<std::uint32_t>(truth_->machine(index));
  }
  return nothing;
}

std::uint32_t StoryRecorder::machine_of(std::string_view label) const {
  for (std::size_t index = 0; index < truth_->nodes(); ++index) {
    const auto machine = static_cast<std::uint32_t>(truth_->machine(index));
    if (node_label(Identity{machine, truth_->id(index)}) == label) return machine;
  }
  return nothing;
}

void StoryRecorder::note(std::uint32_t node, std::string_view kind, std::string text) {
  if (truth_ == nullptr || life_[node] == nothing) return;
  story_.events.push_back({truth_->now(), node, kind, std::move(text)});
}

// --- Lives ---

void StoryRecorder::begin_life(std::uint32_t node) {
  life_[node] = static_cast<std::uint32_t>(story_.lives.size());
  story_.lives.push_back({node, truth_->now(), never, {}});
  seen_[node] = {};
  for (std::uint32_t peer = 0; peer < story_.nodes; ++peer) up_.erase({node, peer});
}

// What it believed dies with it.
void StoryRecorder::end_life(std::uint32_t node, std::string_view how) {
  if (life_[node] == nothing) return;
  StoryLife& life = story_.lives[std::exchange(life_[node], nothing)];
  life.ended = truth_->now();
  life.end = how;
}

void StoryRecorder::on_begin(const Truth& truth) {
  truth_ = &truth;
  if (next_ != nullptr) next_->on_begin(truth);
}

void StoryRecorder::on_step(Instant at, const Step& step) {
  story_.steps.push_back(step.id);
  if (life_[step.node] != nothing) {
    for (std::string& line : typed_lines(step)) {
      story_.lines.push_back({at, step.node, step.user, true, std::move(line)});
    }
  }
  if (next_ != nullptr) next_->on_step(at, step);
}

void StoryRecorder::on_cluster_event(Instant at, std::uint32_t node, std::string_view what,
                                     std::string_view who, std::string_view why) {
  if (next_ != nullptr) next_->on_cluster_event(at, node, what, who, why);
  const std::string told = what == "down" ? verdict_of(node, who) : std::string();
  const std::string full = fmt::format("{}{}{}", why, told.empty() ? "" : ": ", told);
  if (what == "starts") {
    begin_life(node);
  } else if (what == "ends") {
    end_life(node, why);
  } else if (what == "restarted") {
    end_life(node, "restarted");
    begin_life(node);
  } else if (what == "up" || what == "down") {
    see(at, node, who, what == "up", full);
  }
  const std::string reason = full.empty() ? std::string() : fmt::format(" ({})", full);
  note(node, "cluster", fmt::format("{} {}{}", who, what, reason));
}

void StoryRecorder::on_verdict(std::uint32_t node, const Verdict& verdict) {
  const std::string text = describe(verdict);
  const std::uint32_t peer = truth_ != nullptr ? machine(verdict.who.id) : nothing;
  const std::string label =
      peer == nothing ? verdict.who.id.text() : node_label(Identity{peer, verdict.who.id});
  verdicts_.insert_or_assign({node, label}, text);
  last_verdicts_.insert_or_assign(node, text);
  note(node, "verdict", text);
}

std::string StoryRecorder::verdict_of(std::uint32_t node, std::string_view peer) const {
  const auto found = verdicts_.find({node, std::string(peer)});
  return found != verdicts_.end() ? found->second : std::string();
}

// A machine is up for a node as long as it is so under any of its identities.
void StoryRecorder::see(Instant at, std::uint32_t node, std::string_view label, bool up,
                        std::string_view why) {
  const std::uint32_t peer = machine_of(label);
  if (peer == nothing) return;
  std::set<std::string, std::less<>>& as = up_[{node, peer}];
  if (up) {
    as.emplace(label);
  } else {
    as.erase(std::string(label));
  }
  if (up || as.empty()) story_.sights.push_back({at, node, peer, up, std::string(why)});
}

void StoryRecorder::on_own_deed(Instant at, std::uint32_t node, std::string_view deed) {
  note(node, "sim", std::string(deed));
  if (next_ != nullptr) next_->on_own_deed(at, node, deed);
}

// --- What nodes believe, show and log ---

void StoryRecorder::on_turn(std::uint32_t node) {
  if (next_ != nullptr) next_->on_turn(node);
  story_.last_node = node;
  story_.last_turn = truth_->now();
  const Node* state = truth_->node(truth_->on_machine(node));
  if (state == nullptr || life_[node] == nothing) return;
  const std::uint64_t version = registry_of(*state).version();
  if (version == std::exchange(seen_[node].version, version)) return;
  compare_names(node, state->registry().names());
}

void StoryRecorder::compare_names(std::uint32_t node, const std::map<std::string, Ref>& now) {
  std::map<std::string, Ref> before = std::exchange(seen_[node].names, now);
  for (const auto& [name, ref] : now) {
    const auto known = before.extract(name);
    if (!known.empty() && known.mapped() == ref) continue;
    story_.names.push_back({truth_->now(), node, text(name), machine(ref.node()), process(ref)});
  }
  for (const auto& [name, ref] : before) {
    story_.names.push_back({truth_->now(), node, text(name), nothing, nothing});
  }
}

void StoryRecorder::on_shown(Instant at, std::uint32_t node, std::uint32_t user,
                             std::string_view line) {
  story_.lines.push_back({at, node, user, false, std::string(line)});
  if (next_ != nullptr) next_->on_shown(at, node, user, line);
}

void StoryRecorder::on_event(Instant at, std::uint32_t node, std::string_view kind,
                             std::string_view text) {
  const auto verdict = last_verdicts_.find(node);
  const bool is_told = verdict != last_verdicts_.end() && text.ends_with(verdict->second);
  if (kind == "log" && !is_told) note(node, "log", std::string(text));
  if (next_ != nullptr) next_->on_event(at, node, kind, text);
}

void StoryRecorder::on_over(const RunSummary& summary) {
  story_.summary = summary;
  truth_ = nullptr;
  if (next_ != nullptr) next_->on_over(summary);
}

}  // namespace noex::sim
