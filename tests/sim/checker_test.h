// What the tests of checkers share: a few real nodes, what is true of them, and the tally. What a
// checker hears is said by hand.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "noex/sim/check/runtime_properties.h"
#include "noex/sim/check/truth.h"
#include "tests/runtime/node_harness.h"

namespace noex::sim {

// Nodes that nothing has troubled since `now` was zero, but by cuts that a test names.
class CalmTruth final : public Truth {
 public:
  explicit CalmTruth(const std::vector<std::unique_ptr<Node>>& nodes) : nodes_(nodes) {
    for (const auto& node : nodes_) ids_.push_back(node->incarnation().id);
  }
  std::size_t nodes() const override { return nodes_.size(); }
  std::size_t machine(std::size_t index) const override { return index; }
  std::size_t on_machine(std::size_t machine) const override { return machine; }
  Instant now() const override { return at; }
  const Node* node(std::size_t index) const override { return nodes_[index].get(); }
  const NodeId& id(std::size_t index) const override { return ids_[index]; }
  const std::vector<NodeId>& seeds(std::size_t) const override { return ids_; }
  Instant undisturbed_since(std::size_t, std::size_t) const override { return {}; }
  Instant heard_since(std::size_t, std::size_t, Duration) const override { return {}; }
  bool calm_so_far() const override { return false; }
  std::vector<Cut> one_way_cuts() const override { return cuts; }
  Duration latency_max() const override { return 1ms; }
  Duration clock_slack(Duration) const override { return {}; }

  Instant at{};
  std::vector<Cut> cuts;

 private:
  const std::vector<std::unique_ptr<Node>>& nodes_;
  std::vector<NodeId> ids_;
};

class CheckerTest : public tests::NodeTest {
 protected:
  void SetUp() override { start(2); }
  void start(std::uint32_t nodes) {
    start_all(nodes);
    truth_ = std::make_unique<CalmTruth>(nodes_);
  }
  Incarnation incarnation(std::uint32_t index) { return node(index).incarnation(); }
  // Codes of what was broken since this was asked last.
  std::vector<std::string> broken() {
    std::vector<std::string> codes;
    for (; told_ < tally_.violations().size(); ++told_) {
      codes.emplace_back(tally_.violations()[told_].property.code);
    }
    return codes;
  }

  const PropertyTable table_{{runtime_properties.begin(), runtime_properties.end()}};
  Tally tally_{table_};
  std::unique_ptr<CalmTruth> truth_;

 private:
  std::size_t told_ = 0;
};

}  // namespace noex::sim
