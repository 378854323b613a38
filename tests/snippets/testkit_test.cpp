// The examples of the test kit's headers and of TESTING_YOUR_OWN.md.
#include "noex/testkit.h"

#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "noex/runtime.h"
#include "noex/testkit/gtest.h"
#include "tests/examples/register/register_spec.h"

namespace {

using namespace noex;
using namespace noex::testkit;

struct Put {
  static constexpr auto wire_name = "kv:put";
  using reply = Done;
  std::string key, value;
};
struct Get {
  static constexpr auto wire_name = "kv:get";
  using reply = std::string;
  std::string key;
};

class Store : public Process {
 public:
  using messages = std::tuple<Put, Get>;
  using Process::Process;

  Result<Done> on(const Put& put) {
    values_[put.key] = put.value;
    return Done{};
  }
  Result<std::string> on(const Get& get) {
    const auto found = values_.find(get.key);
    if (found == values_.end()) return fail(ErrorCode::rejected, "no such key");
    return found->second;
  }

 private:
  std::map<std::string, std::string> values_;
};

// Each node has the store of its own name, and puts go to that: enough to show the test kit.
namespace kv {

std::string store_of(const Node& node) {
  return "store of " + node.id().name();
}
task<void> run_store(Node& node) {
  const SpawnOptions options = SpawnOptions().global(store_of(node));
  (void)co_await node.spawn<Store>(node.id(), options);
}
void start(Node& node) {
  node.behaviors().add<Store>("kv:store");
  (void)node.run(run_store(node));
}
task<Result<Done>> put(Node& node, std::string key, std::string value) {
  const Result<Ref> store = co_await node.registry().find(store_of(node));
  if (!store) co_return std::unexpected(store.error());
  co_return co_await store->call<Put>(key, value);
}
task<Result<std::string>> get(Node& node, std::string key) {
  const Result<Ref> store = co_await node.registry().find(store_of(node));
  if (!store) co_return std::unexpected(store.error());
  co_return co_await store->call<Get>(key);
}

}  // namespace kv

struct KvSpec : noex::testkit::Spec {
  std::vector<Property> properties() const override {
    return {{"KV1", "an acknowledged put is never lost"}};
  }
  void program(SimNode& at) override { kv::start(at.node()); }
  std::string draw(Random& random) override { return fmt::format("k{}", random.below(1000)); }
  task<void> operate(SimNode& at, std::string key) override {
    const Result<Done> put = co_await kv::put(at.node(), key, "v");
    if (put) acknowledged.insert(key);
  }
  task<void> at_end(SimNode& any, Verdict& verdict) override {
    for (const std::string& key : acknowledged) {
      const bool found = (co_await kv::get(any.node(), key)).has_value();
      verdict.expect("KV1", found, "acknowledged {} is lost", key);
    }
  }
  std::set<std::string> acknowledged;
};

// A put that only one node keeps is lost: the kit says so.
TEST(TestkitSnippets, ASpecFindsWhatIsLost) {
  Exploration exploration;
  exploration.seeds = {1, 3};
  exploration.faults = "none";
  exploration.folder = ::testing::TempDir();
  exploration.name = "kv_snippet";
  exploration.shrink_time = 1s;
  const Explored explored = explore<KvSpec>(exploration);
  EXPECT_FALSE(explored.held);
  EXPECT_NE(explored.report.find("is lost"), std::string::npos) << explored.report;
}

struct NamedSpec : KvSpec {
  std::vector<MessageWords> messages() const override {
    return {message_words<Put>(), message_words<Get>()};  // kv:put key="k7" value="v"
  }
};

TEST(TestkitSnippets, MessagesHaveWords) {
  EXPECT_EQ(NamedSpec().messages().front().say(encoded(Put{"k7", "v"}))->text,
            "kv:put key=\"k7\" value=\"v\"");
}

TEST(TestkitSnippets, AClusterIsDrivenByHand) {
  Cluster cluster(42);          // the seed
  cluster.on_start(kv::start);  // what each node runs
  cluster.start(3);
  ASSERT_TRUE(cluster.run_until([&] { return cluster.all_up(); }));
  cluster.cut(0, 1);                    // faults: crash, pause, leave ...
  EXPECT_TRUE(cluster.is_cut(1, 0));    // the truth
  EXPECT_EQ(cluster.up(0).size(), 2U);  // what a node believes
  EXPECT_TRUE(cluster.await(2, kv::put(cluster.node(2), "k", "v")));
  const auto store = cluster.node(2).registry().lookup(kv::store_of(cluster.node(2)));
  EXPECT_EQ(cluster.call<Get>(2, *store, "k"), "v");  // a call, awaited
}

TEST(TestkitSnippets, AHistoryIsChecked) {
  const Instant begun{};
  const Instant ended = begun + 1s;
  History<RegisterModel> history;
  const auto write = history.begin(begun, {.key = "k", .write = "7"});
  history.end(write, ended, {});                    // or never: nobody knows what became of it
  const auto wrong = history.find_contradiction();  // nullopt: the history is linearizable
  EXPECT_FALSE(wrong);
}

// --- TESTING_YOUR_OWN.md ---

using examples::RegisterSpec;

// Nodes that end do not come back: replicas forget.
constexpr auto faults = "latency,reset,half_open,partition,one_way,crash,power_loss,pause";

TEST(Register, IsLinearizableWhileAMajorityRuns) {
  noex::testkit::explore_in_test<RegisterSpec<false>>(
      {.seeds = {1, 10}, .nodes = {3, 5}, .faults = faults, .keep_alive = majority});
}

}  // namespace

namespace own_program {

int main(int argc, char** argv) {
  return noex::testkit::main<RegisterSpec<false>>(argc, argv);
}

}  // namespace own_program

namespace {

TEST(TestkitSnippets, ASpecHasItsOwnProgram) {
  EXPECT_NE(&own_program::main, nullptr);
}

}  // namespace
