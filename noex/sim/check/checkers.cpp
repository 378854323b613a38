#include "noex/sim/check/checkers.h"

#include <optional>
#include <vector>

#include "noex/sim/check/call_checker.h"
#include "noex/sim/check/honest_checker.h"
#include "noex/sim/check/link_checker.h"
#include "noex/sim/check/membership_checker.h"
#include "noex/sim/check/monitor_checker.h"
#include "noex/sim/check/order_checker.h"
#include "noex/sim/check/process_checker.h"
#include "noex/sim/check/registry_checker.h"
#include "noex/sim/check/sight_checker.h"
#include "noex/sim/check/tie_checker.h"

namespace noex::sim {

namespace {

struct Families {
  Families(const Truth& truth, Tally& tally)
      : membership(truth, tally),
        links(truth, tally),
        honest(truth, tally),
        sight(truth, tally),
        registry(truth, tally, membership),
        calls(truth, tally),
        monitors(truth, tally),
        processes(truth, tally),
        order(truth, tally),
        ties(truth, tally),
        truth(truth) {}

  // Of the node that runs there now.
  Ref process(std::size_t index, ProcessId id) const {
    return Ref(truth.id(index), truth.node(index)->boot(), id, nullptr);
  }

  MembershipChecker membership;
  LinkChecker links;
  HonestChecker honest;
  SightChecker sight;
  RegistryChecker registry;
  CallChecker calls;
  MonitorChecker monitors;
  ProcessChecker processes;
  OrderChecker order;
  TieChecker ties;
  const Truth& truth;
};

// Passes on what one node tells, with the machine that it is.
class NodeWatch final : public Observer {
 public:
  NodeWatch(std::size_t index, Families& families) : index_(index), families_(families) {}

  // What a dead process's objects say while they are destroyed did not happen.
  void listen(bool on) { on_ = on; }

  void on_link_up(const Incarnation& peer) override {
    if (!on_) return;
    families_.links.on_link_up(index_, peer);
    families_.membership.on_link_up(index_, peer);
    families_.sight.on_link_up(index_, peer);
  }
  void on_link_down(const Incarnation& peer) override {
    if (!on_) return;
    families_.links.on_link_down(index_, peer);
    families_.membership.on_link_down(index_, peer);
    families_.sight.on_link_down(index_, peer);
    families_.registry.on_disturbance();
    families_.calls.on_link_down(index_, peer);
    families_.monitors.on_link_down(index_, peer);
    families_.order.on_link_down(index_, peer);
    families_.ties.on_link_down(index_, peer);
  }
  void on_node_up(const Incarnation& peer) override {
    if (!on_) return;
    families_.membership.on_node_up(index_, peer);
    families_.sight.on_node_up(index_, peer);
  }
  void on_member_changed(const TableEntry& entry, const NodeId& source) override {
    if (on_) families_.membership.on_member_changed(index_, entry, source);
  }
  void on_node_down(const Incarnation& peer, DownReason reason) override {
    if (!on_) return;
    families_.registry.on_disturbance();
    families_.membership.on_node_down(index_, peer, reason);
    families_.sight.on_node_down(index_, peer);
  }
  void on_peer_blamed(const Blame& blame) override {
    if (on_) families_.honest.on_peer_blamed(index_, blame);
  }
  void on_call_started(CallId call, const Ref& to, Instant deadline) override {
    if (on_) families_.calls.on_started(index_, call, to, deadline);
  }
  void on_call_ended(CallId call, ErrorCode code) override {
    if (on_) families_.calls.on_ended(index_, call, code);
  }
  void on_late_reply(CallId) override {
    if (on_) families_.calls.on_late_reply();
  }
  void on_reply_delivered(CallId answered, CallId pending) override {
    if (on_) families_.calls.on_reply_delivered(index_, answered, pending);
  }
  void on_call_executed(const Incarnation& caller, CallId call, ProcessId process,
                        Instant deadline) override {
    if (!on_) return;
    families_.calls.on_executed(index_, caller, call, process, deadline);
    families_.membership.on_message(index_, caller);
    families_.monitors.on_message(index_, process, caller);
  }
  void on_monitor_made(ProcessId watcher, MonitorId monitor, const Ref& target) override {
    if (on_) families_.monitors.on_monitor_made(index_, watcher, monitor, target);
  }
  void on_monitor_removed(MonitorId monitor) override {
    if (on_) families_.monitors.on_monitor_removed(index_, monitor);
  }
  void on_down(MonitorId monitor, const ExitReason& reason) override {
    if (!on_) return;
    const std::optional<Ref> target = families_.monitors.target(index_, monitor);
    if (target) families_.registry.on_down(index_, *target, reason);
    families_.monitors.on_down(index_, monitor, reason);
  }
  void on_spawned_for_other(ProcessId process) override {
    if (on_) families_.processes.on_spawned_for_other(index_, process);
  }
  void on_spawn_told(const Ref& process) override {
    if (on_) families_.processes.on_spawn_told(index_, process);
  }
  void on_spawn_confirmed(ProcessId process) override {
    if (on_) families_.processes.on_spawn_confirmed(index_, process);
  }
  void on_spawn_taken_back(ProcessId process) override {
    if (on_) families_.processes.on_spawn_taken_back(index_, process);
  }
  void on_process_ended(ProcessId process, const ExitReason& reason) override {
    if (!on_) return;
    families_.registry.on_process_ended(index_, process, reason);
    families_.ties.on_process_ended(index_, process, reason);
    families_.monitors.on_process_ended(index_, process, reason);
  }
  void on_message_refused(ProcessId process, const Payload& message) override {
    if (!on_) return;
    const Ref to = families_.process(index_, process);
    const std::optional<ParcelLabel> parcel = parcel_label(message);
    if (parcel) families_.order.on_refused(parcel->sender, to, parcel->number);
  }
  void on_process_linked(ProcessId process, const Ref& other) override {
    if (on_) families_.ties.on_linked(index_, process, other);
  }
  void on_process_unlinked(ProcessId process, const Ref& other) override {
    if (on_) families_.ties.on_unlinked(index_, process, other);
  }
  void on_exit_told(ProcessId process, const Ref& other) override {
    if (on_) families_.ties.on_exit_told(index_, process, other);
  }
  void on_find_ended(Instant deadline) override {
    if (on_) families_.registry.on_find_ended(index_, deadline);
  }
  void on_claim_started(std::uint64_t request, std::string_view name, ProcessId process) override {
    if (on_) families_.registry.on_claim_started(index_, request, name, process);
  }
  void on_name_published(std::string_view name, const RegistryEntry& entry) override {
    if (on_) families_.registry.on_name_published(index_, name, entry);
  }
  void on_claim_ended(std::uint64_t request, const Result<void>& result,
                      const std::optional<NameHolder>& holder) override {
    if (on_) families_.registry.on_claim_ended(index_, request, result, holder);
  }
  void on_conflict_lost(const RegistryConflictLost& lost) override {
    if (on_) families_.registry.on_conflict_lost(index_, lost);
  }

 private:
  std::size_t index_;
  Families& families_;
  bool on_ = false;
};

class PostWatch final : public PostObserver {
 public:
  PostWatch(std::size_t index, Families& families)
      : index_(index), order_(families.order), membership_(families.membership) {}

  void on_posted(std::uint64_t sender, const Ref& to, std::uint64_t number, bool owed) override {
    order_.on_posted(index_, sender, to, number, owed);
  }
  void on_owed(std::uint64_t sender, const Ref& to, std::uint64_t number) override {
    order_.on_owed(sender, to, number);
  }
  void on_came(std::uint64_t sender, const Ref& to, std::uint64_t number) override {
    order_.on_came(sender, to, number);
    membership_.on_message(index_, order_.sender(sender, to));
  }

 private:
  std::size_t index_;
  OrderChecker& order_;
  MembershipChecker& membership_;
};

class AllCheckers final : public Checkers {
 public:
  AllCheckers(const Truth& truth, Tally& tally)
      : families_(truth, tally), nodes_(truth.nodes()), boots_(truth.nodes()) {
    watches_.reserve(truth.nodes());
    post_watches_.reserve(truth.nodes());
    for (std::size_t index = 0; index < truth.nodes(); ++index) {
      watches_.emplace_back(index, families_);
      post_watches_.emplace_back(index, families_);
    }
  }

  Observer& node_observer(std::size_t index) override { return watches_[index]; }
  PostObserver& post_observer(std::size_t index) override { return post_watches_[index]; }

  void on_node_started(std::size_t index, const Node& node) override {
    nodes_[index] = &node;
    boots_[index] = node.boot();
    families_.membership.on_node_started(index);
    families_.honest.on_node_started(index);
    families_.registry.on_node_started(index);
    families_.calls.on_node_started(index);
    families_.monitors.on_node_started(index);
    families_.processes.on_node_started(index);
    watches_[index].listen(true);
  }

  void on_node_ended(std::size_t index) override {
    watches_[index].listen(false);
    families_.membership.on_node_ended(index);
    families_.links.on_node_ended(index);
    families_.sight.on_node_ended(index);
    families_.registry.on_node_ended(index);
    families_.calls.on_node_ended(index);
    families_.processes.on_node_ended(index);
    const Incarnation ended{nodes_[index]->id(), boots_[index]};
    families_.monitors.on_node_ended(index, ended);
    families_.ties.on_node_ended(ended);
    nodes_[index] = nullptr;
  }

  void on_told(std::size_t index, const NodeId& peer, bool up) override {
    if (nodes_[index] != nullptr) families_.sight.on_told(index, peer, up);
  }
  void on_node_leaving(std::size_t index) override {
    if (nodes_[index] == nullptr) return;
    families_.honest.on_node_leaving(index);
    families_.membership.on_node_leaving(index);
  }

  void after_event(std::size_t index) override {
    if (nodes_[index] == nullptr) return;
    families_.registry.after_event(index);
    families_.calls.after_event(index);
  }

  void look() override {
    families_.membership.look();
    families_.monitors.look();
    families_.links.look();
    families_.ties.look();
  }

  void at_end() override {
    families_.membership.at_end();
    families_.registry.at_end();
    families_.calls.at_end();
    families_.monitors.at_end();
    families_.processes.at_end();
    families_.order.at_end();
  }

 private:
  Families families_;
  std::vector<NodeWatch> watches_;
  std::vector<PostWatch> post_watches_;
  std::vector<const Node*> nodes_;
  std::vector<Boot> boots_;
};

}  // namespace

std::unique_ptr<Checkers> Checkers::create(const Truth& truth, Tally& tally) {
  return std::make_unique<AllCheckers>(truth, tally);
}

}  // namespace noex::sim
