// Checkers where nothing is to be checked: they hear of everything and say nothing.
#include "noex/sim/check/checkers.h"

namespace noex::sim {

namespace {

class NoCheckers final : public Checkers {
 public:
  Observer& node_observer(std::size_t) override { return observer_; }
  PostObserver& post_observer(std::size_t) override { return post_; }
  void on_node_started(std::size_t, const Node&) override {}
  void on_node_ended(std::size_t) override {}
  void after_event(std::size_t) override {}
  void look() override {}
  void at_end() override {}

 private:
  Observer observer_;
  PostObserver post_;
};

}  // namespace

std::unique_ptr<Checkers> Checkers::none() {
  return std::make_unique<NoCheckers>();
}

}  // namespace noex::sim
