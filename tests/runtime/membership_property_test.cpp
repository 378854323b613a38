// Membership under any interleaving of events: its invariants, held against a naive record.
#include <map>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "noex/runtime/membership/membership.h"

namespace noex {
namespace {

// Feeds events chosen by numbers, and checks what comes out as a Cluster would carry it out.
class Interleaving {
 public:
  Interleaving() : core_(Incarnation{id(0), 50}, seeds(), options_, Random(3)) {
    core_.start(now_);
    carry_out();
  }

  void step(std::uint32_t number) {
    const NodeId peer = id(1 + number % 4);
    const Boot boot = 1 + number / 4 % 3;
    const Incarnation node{peer, boot};
    switch (number / 12 % 10) {
      case 0:
      case 1:
        link(node);
        break;
      case 2:
        unlink(peer);
        break;
      case 3:
        if (dials_.erase(peer) != 0) {
          core_.on_dial_failed(peer, static_cast<DialFailure>(number / 120 % 5), now_);
        }
        break;
      case 4:
        if (links_.contains(peer)) core_.on_registry_known(Incarnation{peer, links_[peer]});
        break;
      case 5:
        if (links_.contains(peer)) core_.on_left(Incarnation{peer, links_[peer]}, now_);
        break;
      case 6:
        core_.on_table(id(1 + number / 480 % 4), Table{{entry(peer, boot, number / 120)}}, now_);
        break;
      default:
        pass(std::chrono::milliseconds(number / 120 % 4000));
    }
    carry_out();
  }
  // Without any event but time, and dials that nobody answers, suspicion ends.
  void settle() {
    for (const auto& [peer, boot] : std::map<NodeId, Boot>(links_)) {
      unlink(peer);
      carry_out();
    }
    for (int i = 0; i < 20; ++i) {
      for (const auto& [peer, number] : std::map<NodeId, int>(std::exchange(dials_, {}))) {
        core_.on_dial_failed(peer, DialFailure::silent, now_);
      }
      pass(options_.suspicion_timeout);
      carry_out();
    }
    RC_ASSERT(up_.empty());
  }

 private:
  static NodeId id(std::uint32_t i) {
    return NodeId("n", "10.0.0.1", static_cast<std::uint16_t>(i + 1));
  }
  static TableEntry entry(const NodeId& id, Boot boot, std::uint32_t number) {
    TableEntry entry{id, boot, 1 + number / 4 % 3, static_cast<MemberStatus>(number % 4), {}};
    if (number % 4 == 1 || number % 4 == 2) entry.reason = DownReason::heartbeat_timeout;
    return entry;
  }
  static std::vector<NodeId> seeds() { return {id(1), id(2)}; }

  void link(const Incarnation& node) {
    const bool ok = core_.welcome(node).ok();
    RC_ASSERT(core_.on_linked(node, now_) == ok);
    if (!ok) return;
    dials_.erase(node.id);
    links_[node.id] = node.boot;
  }
  void unlink(const NodeId& peer) {
    const auto taken = links_.extract(peer);
    if (!taken.empty()) core_.on_link_closed(Incarnation{peer, taken.mapped()}, now_);
  }
  void pass(Duration time) {
    const Instant end = now_ + time;
    while (core_.next_deadline() <= end) {
      now_ = std::max(now_, core_.next_deadline());
      core_.on_time(now_);
      carry_out();
      RC_ASSERT(core_.next_deadline() > now_);
    }
    now_ = end;
  }

  void carry_out() {
    core_.check_invariants();
    for (const auto& action : core_.take_actions()) {
      std::visit([this](const auto& one) { run(one); }, action);
    }
    RC_ASSERT(!core_.has_actions());
    for (const auto& member : core_.members()) {
      RC_ASSERT(member.up == up_.contains(member.incarnation.id));
      RC_ASSERT(member.linked == links_.contains(member.incarnation.id));
      if (member.linked) RC_ASSERT(links_[member.incarnation.id] == member.incarnation.boot);
    }
  }
  void run(const StartDial& action) {
    RC_ASSERT(!links_.contains(action.id));
    RC_ASSERT(dials_.emplace(action.id, 0).second);
  }
  void run(const StopDial& action) { dials_.erase(action.id); }
  void run(const CloseLink& action) {
    const auto found = links_.find(action.peer.id);
    if (found != links_.end() && found->second == action.peer.boot) links_.erase(found);
  }
  void run(const AnnounceUp& action) {
    RC_ASSERT(up_.emplace(action.node.id, action.node.boot).second);
    RC_ASSERT(last_boot_[action.node.id] <= action.node.boot);
    last_boot_[action.node.id] = action.node.boot;
  }
  void run(const AnnounceDown& action) {
    RC_ASSERT(up_[action.node.id] == action.node.boot);
    RC_ASSERT(action.reason != DownReason::connection_refused);
    up_.erase(action.node.id);
  }
  void run(const SendHeartbeat& action) { RC_ASSERT(links_.contains(action.to)); }
  void run(const SendPing& action) { RC_ASSERT(links_.contains(action.to)); }
  void run(const SendPingRequest& action) { RC_ASSERT(links_.contains(action.to)); }
  void run(const AnswerPingRequest& action) { RC_ASSERT(links_.contains(action.to)); }
  void run(const TellChange&) {}
  void run(const TellVerdict&) {}
  void run(const SendTable& action) { RC_ASSERT(links_.contains(action.to)); }
  void run(const BootTooLow&) { RC_FAIL("nobody has our id"); }
  void run(const TableFull&) { RC_FAIL("there is room"); }

  Options options_;
  Membership core_;
  Instant now_{};
  std::map<NodeId, Boot> links_;
  std::map<NodeId, int> dials_;
  std::map<NodeId, Boot> up_;
  std::map<NodeId, Boot> last_boot_;
};

RC_GTEST_PROP(MembershipProperty, HoldsUnderAnyInterleaving, ()) {
  const auto numbers =
      *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(0, 480'000));
  Interleaving run;
  for (const auto number : numbers) run.step(number);
  run.settle();
}

// Long runs, which shrink badly but reach further.
TEST(MembershipProperty, SuspicionEndsWhateverWasSaid) {
  Interleaving run;
  for (const std::uint32_t number : {33250U, 82970U, 108274U, 115762U}) run.step(number);
  run.settle();
}

TEST(MembershipProperty, HoldsInLongRuns) {
  Random random(11);
  for (int i = 0; i < 200; ++i) {
    Interleaving run;
    for (int step = 0; step < 300; ++step) {
      run.step(static_cast<std::uint32_t>(random.below(480'000)));
    }
    run.settle();
  }
}

// Tables merged in any order, part by part, end equal everywhere.
RC_GTEST_PROP(MembershipProperty, TablesConverge, ()) {
  const auto numbers =
      *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(0, 1000));
  const Options options;
  const NodeId a("a", "h", 1);
  const NodeId b("b", "h", 1);
  Membership left(Incarnation{a, 5}, {}, options, Random(1));
  Membership right(Incarnation{b, 5}, {}, options, Random(2));
  for (const auto number : numbers) {
    const NodeId id("n", "h", static_cast<std::uint16_t>(1 + number % 5));
    TableEntry entry{id,
                     1 + number / 5 % 4,
                     1 + number / 20 % 3,
                     static_cast<MemberStatus>(number / 60 % 4),
                     {}};
    if (number / 60 % 4 == 1 || number / 60 % 4 == 2) entry.reason = DownReason::restarted;
    (number / 240 % 2 == 0 ? left : right).on_table(a, Table{{entry}}, Instant{});
  }
  for (const auto& part : left.table()) right.on_table(a, part, Instant{});
  for (const auto& part : right.table()) left.on_table(b, part, Instant{});
  RC_ASSERT(left.table_hash() == right.table_hash());
}

}  // namespace
}  // namespace noex
