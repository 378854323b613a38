// One simulated node, and a process on it: what the examples of the documentation run in.
#pragma once

#include <memory>
#include <utility>

#include <gtest/gtest.h>

#include "noex/runtime/node/node.h"
#include "noex/sim/world/fabric.h"

namespace snippets {

class OneNode : public ::testing::Test {
 protected:
  OneNode() : fabric_(world_), machine_(fabric_.add_machine()), host_(machine_.start()) {
    noex::NodeConfig config;
    config.id = noex::NodeId("node1", "10.0.0.1", 4369);
    node_ = std::make_unique<noex::Node>(config, host_.loop(), host_.network(),
                                         host_.random("node"), log_);
    in_turn([this] { ASSERT_TRUE(node_->start()); });
  }
  ~OneNode() override {
    machine_.exit();
    node_.reset();
  }

  noex::Node& node() { return *node_; }
  void in_turn(noex::Task task) {
    host_.loop().give(noex::sim::EventKind::task, std::move(task));
    run_for(noex::Duration(1));
  }
  void run_for(noex::Duration time) { world_.run_until(world_.now() + time); }
  // Runs it as a process, for so long.
  void run(noex::task<void> body, noex::Duration time = std::chrono::seconds(1)) {
    in_turn([&] { ASSERT_TRUE(node_->run(std::move(body))); });
    run_for(time);
  }

 private:
  noex::NullLog log_;
  noex::sim::World world_{1};
  noex::sim::Fabric fabric_;
  noex::sim::Machine& machine_;
  noex::sim::Host& host_;
  std::unique_ptr<noex::Node> node_;
};

}  // namespace snippets
