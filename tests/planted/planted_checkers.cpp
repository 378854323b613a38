// The checkers of `sim_planted`: one false rule, to see what a violation looks like to a user.
//
// The programs that have it are sim's own main and library; only Checkers::create is another. They
// believe that no node ever goes down: a crash, or a cut that lasts, violates M2. A cluster of
// three nodes is more than they can count: it breaks an invariant, as a bug of ours would.
#include <vector>

#include <fmt/format.h>

#include "noex/sim/check/checkers.h"
#include "noex/sim/check/runtime_properties.h"
#include "noex/transport/base/check.h"

namespace noex::sim {

namespace {

class FalseRule final : public Checkers {
 public:
  FalseRule(const Truth& truth, Tally& tally) : truth_(truth), tally_(tally), up_(truth.nodes()) {
    for (auto& row : up_) row.resize(truth.nodes());
  }

  Observer& node_observer(std::size_t) override { return observer_; }
  PostObserver& post_observer(std::size_t) override { return post_observer_; }
  void on_node_started(std::size_t index, const Node&) override {
    up_[index].assign(truth_.nodes(), false);
  }
  void on_node_ended(std::size_t) override {}

  void after_event(std::size_t index) override {
    NOEX_CHECK(truth_.nodes() != 3, "the planted rule cannot count to {}", truth_.nodes());
    const Node* node = truth_.node(index);
    if (node == nullptr) return;
    for (const Member& member : node->members()) {
      for (std::size_t peer = 0; peer < truth_.nodes(); ++peer) {
        if (truth_.id(peer) == member.incarnation.id) judge(index, peer, member.up);
      }
    }
  }
  void look() override {}
  void at_end() override {}

 private:
  void judge(std::size_t node, std::size_t peer, bool is_up) {
    const bool was_up = up_[node][peer];
    up_[node][peer] = is_up;
    tally_.expect(property::m2, truth_.now(), !was_up || is_up, [this, node, peer] {
      return fmt::format("expected that no node ever goes down, seen {} down at {}",
                         truth_.id(peer).name(), truth_.id(node).name());
    });
  }

  const Truth& truth_;
  Tally& tally_;
  Observer observer_;
  PostObserver post_observer_;
  std::vector<std::vector<bool>> up_;  // by node and peer: as last seen
};

}  // namespace

std::unique_ptr<Checkers> Checkers::create(const Truth& truth, Tally& tally) {
  return std::make_unique<FalseRule>(truth, tally);
}

}  // namespace noex::sim
