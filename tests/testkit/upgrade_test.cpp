// Two builds of a service in one cluster: each start of a node runs the old or the new one, so that
// nodes are upgraded and rolled back in any order while others run, under faults.
#include <map>
#include <optional>
#include <set>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "noex/testkit/gtest.h"
#include "tests/examples/start_under_name.h"

namespace noex::testkit {
namespace {

namespace old_build {
struct Order {
  static constexpr auto wire_name = "shop:order";
  struct reply {
    std::string text;
  };
  std::string item;
};
struct Tell {
  static constexpr auto wire_name = "shop:tell";
  std::string text;
};
class Shop final : public Process {
 public:
  using messages = std::tuple<Order, Tell>;
  using Process::Process;
  Result<Order::reply> on(const Order& order) {
    return Order::reply{fmt::format("{}; last {}", order.item, last_)};
  }
  void on(const Tell& tell) { last_ = tell.text; }

 private:
  std::string last_ = "nothing";
};
}  // namespace old_build

// One field more in each, and a message that has become another one: under another name, and with
// the old one still there.
namespace new_build {
struct Order {
  static constexpr auto wire_name = "shop:order";
  static constexpr std::size_t wire_fields = 1;
  struct reply {
    static constexpr std::size_t wire_fields = 1;
    std::string text;
    std::optional<std::uint32_t> price = std::nullopt;
  };
  std::string item;
  std::uint32_t count = 1;
};
struct Tell {
  static constexpr auto wire_name = "shop:tell";
  static constexpr std::size_t wire_fields = 1;
  std::string text;
  std::optional<Ref> from = std::nullopt;
};
class Shop final : public Process {
 public:
  using messages = std::tuple<Order, Tell>;
  using Process::Process;
  Result<Order::reply> on(const Order& order) {
    return Order::reply{fmt::format("{}; last {}", order.item, last_), 7 * order.count};
  }
  void on(const Tell& tell) { last_ = tell.text; }

 private:
  std::string last_ = "nothing";
};
}  // namespace new_build

struct UpgradeSpec : Spec {
  std::vector<Property> properties() const override {
    return {{"UP1", "builds never take each other's messages for incompatible"},
            {"UP2", "what both builds know arrives, and what one does not know has its default"},
            {"UP3", "an old build is answered by a new one", 2, true},
            {"UP4", "a new build is answered by an old one", 2, true},
            {"UP5", "a node that was upgraded is rolled back", 2, true}};
  }

  void program(SimNode& at) override {
    const std::uint32_t node = at.number();
    const bool was_new = std::exchange(is_new_[node], at.random("build").chance(500'000));
    new_ones_[at.node().incarnation()] = is_new_[node];
    rolled_back_ = rolled_back_ || (was_new && !is_new_[node]);
    const std::string name = fmt::format("shop:{}", at.node().id().name());
    (void)at.node().run(is_new_[node]
                            ? examples::start_under_name<new_build::Shop>(at.node(), name)
                            : examples::start_under_name<old_build::Shop>(at.node(), name));
  }
  void restarted(SimNode& at) override { program(at); }

  std::string draw(Random& random) override {
    return fmt::format("order tea{} at node{}", random.below(100), 1 + random.below(3));
  }

  task<void> operate(SimNode& at, std::string operation) override {
    const std::string item = operation.substr(6, operation.find(' ', 6) - 6);
    const std::string name = operation.substr(operation.rfind(' ') + 1);
    const auto shop = at.node().registry().lookup(fmt::format("shop:{}", name));
    if (!shop) co_return;
    Asked asked;
    asked.by_new = is_new_[at.number()];
    asked.of_new = new_ones_[Incarnation{shop->node(), shop->boot()}];
    if (asked.by_new) {
      (void)shop->cast<new_build::Tell>(item, *shop);
      auto reply = co_await shop->call<new_build::Order>(item, 3U);
      if (reply) {
        asked.text = reply->text;
        asked.price = reply->price;
      } else {
        asked.code = reply.error().code;
      }
    } else {
      (void)shop->cast<old_build::Tell>(item);
      auto reply = co_await shop->call<old_build::Order>(item);
      if (reply) {
        asked.text = reply->text;
      } else {
        asked.code = reply.error().code;
      }
    }
    asked.item = item;
    at.show(fmt::format("{}: {}", name, asked.text));
    asked_.push_back(asked);
  }

  void always(SimNode&, Verdict& verdict) override {
    for (const Asked& asked : std::exchange(asked_, {})) judge(asked, verdict);
    if (rolled_back_) verdict.reached("UP5");
  }

 private:
  struct Asked {
    bool by_new = false;
    bool of_new = false;
    std::string item;
    std::string text;
    std::optional<std::uint32_t> price;
    ErrorCode code = ErrorCode::ok;
  };

  void judge(const Asked& asked, Verdict& verdict) {
    verdict.expect("UP1", asked.code != ErrorCode::incompatible_type, "an order is incompatible");
    if (asked.code != ErrorCode::ok) return;
    // The cast went over the same link before it, and others may have told it something since.
    verdict.expect("UP2", asked.text.starts_with(asked.item + "; last tea"), "{}", asked.text);
    verdict.expect("UP2", asked.price.value_or(0) == (asked.by_new && asked.of_new ? 21U : 0U),
                   "the price is {}", asked.price.value_or(0));
    if (!asked.by_new && asked.of_new) verdict.reached("UP3");
    if (asked.by_new && !asked.of_new) verdict.reached("UP4");
  }

  std::map<std::uint32_t, bool> is_new_;  // by node: the build that it runs, or ran last
  std::map<Incarnation, bool> new_ones_;
  bool rolled_back_ = false;
  std::vector<Asked> asked_;  // since the last check
};

TEST(Upgrade, InAnyOrderAndBack) {
  explore_in_test<UpgradeSpec>({.seeds = {1, 60}, .nodes = {3, 5}, .faults = "all"});
}

}  // namespace
}  // namespace noex::testkit
