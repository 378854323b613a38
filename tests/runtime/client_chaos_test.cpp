// Clients under crashes of members and cuts, drawn from a seed: every call ends, every monitor
// gives its one Down, and of clients that are gone nothing is left.
#include "tests/runtime/client_harness.h"

namespace noex::tests {
namespace {

constexpr std::uint32_t terminal = 9;

// Counts for each of its operations that it ended, and how.
struct Tally {
  int started = 0;
  int ended = 0;
  int answered = 0;
  int watched = 0;
  int downs = 0;
};

class Watcher : public Process {
 public:
  using messages = std::tuple<Watch>;
  using arguments = std::tuple<Tally*>;
  Watcher(Context& context, Tally* tally) : Process(context), tally_(*tally) {}
  void on(const Watch& watch) {
    ++tally_.watched;
    monitor(watch.process);
  }
  void on(const Down&) { ++tally_.downs; }

 private:
  Tally& tally_;
};

task<void> keep_calling(Client& client, const std::vector<Ref>& targets, Random random,
                        const bool& over, Tally& tally) {
  while (!over) {
    const Ref& one = targets[random.below(targets.size())];
    const Ref to = client.node().ref({one.node(), one.boot()}, one.process());
    ++tally.started;
    const Result<std::string> answer = co_await to.call<Echo>("hi");
    ++tally.ended;
    if (answer) ++tally.answered;
    const Duration pause = Duration(1ms) * (1 + static_cast<std::int64_t>(random.below(50)));
    co_await client.sleep(pause);
  }
}

class ClientChaosTest : public ClientTest, public ::testing::WithParamInterface<int> {
 protected:
  static constexpr std::uint32_t nodes = 3;
  static constexpr std::uint32_t clients = 4;

  void strike(Random& random) {
    const auto one = static_cast<std::uint32_t>(random.below(nodes));
    const auto other = static_cast<std::uint32_t>(terminal + random.below(clients));
    switch (random.below(5)) {
      case 0:
        if (nodes_[one] == nullptr) return;
        crash(one);
        return;
      case 1:
        if (nodes_[one] != nullptr) return;
        start(one);
        run_for(100ms);
        targets_[one] = probe(one);
        return;
      case 2:
        fabric_.cut_both(one, other);
        return;
      case 3:
        fabric_.cut_both(one, (one + 1) % nodes);
        return;
      default:
        fabric_.heal_all();
    }
  }

  std::vector<Ref> targets_;  // one on each node, of its present boot
};

TEST_P(ClientChaosTest, NoCallGoesUnansweredAndNoDownIsLost) {
  Random random(static_cast<std::uint64_t>(GetParam()));
  start_all(nodes);
  std::vector<Ref>& targets = targets_;
  for (std::uint32_t index = 0; index < nodes; ++index) targets.push_back(probe(index));
  std::vector<Tally> tallies(clients);
  std::vector<Ref> watchers(clients);
  const Instant until = world_.now() + 60s;
  bool over = false;
  for (std::uint32_t i = 0; i < clients; ++i) {
    const std::uint32_t at = terminal + i;
    start_client(at, {i % nodes, (i + 1) % nodes, (i + 2) % nodes});
    in_turn(at, [&] {
      watchers[i] = client(at).spawn_local<Watcher>(&tallies[i]).value();
      (void)client(at).run(
          keep_calling(client(at), targets, random.split("calls", i), over, tallies[i]));
    });
  }
  while (world_.now() < until) {
    run_for(Duration(1ms) * (200 + static_cast<std::int64_t>(random.below(3000))));
    strike(random);
    for (std::uint32_t i = 0; i < clients; ++i) {
      const Ref target = at_client(terminal + i, targets[random.below(nodes)]);
      in_turn(terminal + i, [&] { (void)watchers[i].cast<Watch>(target); });
    }
  }
  over = true;
  fabric_.heal_all();
  for (std::uint32_t index = 0; index < nodes; ++index) {
    if (nodes_[index] == nullptr) start(index);
  }
  run_for(60s);
  // Whatever is still watched lives; its end is the last that is told.
  for (std::uint32_t index = 0; index < nodes; ++index) {
    EXPECT_EQ(node(index).members().size(), nodes - 1) << "node " << index;
    in_turn(index, [&] {
      for (const Ref& target : targets) {
        if (target.lives_on(node(index).incarnation())) {
          node(index).exit(target, ExitReason::shutdown());
        }
      }
    });
  }
  run_for(30s);
  for (std::uint32_t i = 0; i < clients; ++i) {
    EXPECT_NE(client(terminal + i).member(), nullptr) << i;
    EXPECT_EQ(tallies[i].started, tallies[i].ended) << i;
    EXPECT_GT(tallies[i].answered, 100) << i;
    EXPECT_EQ(tallies[i].watched, tallies[i].downs) << i;
    EXPECT_EQ(client(terminal + i).node().pending_calls(), 0U) << i;
    EXPECT_EQ(client(terminal + i).node().monitor_count(), 0U) << i;
  }
  // Nothing of them is left at the members.
  for (std::uint32_t i = 0; i < clients; ++i) crash_client(terminal + i);
  run_for(30s);
  for (std::uint32_t index = 0; index < nodes; ++index) {
    EXPECT_EQ(node(index).client_count(), 0U) << index;
    EXPECT_EQ(node(index).pending_calls(), 0U) << index;
    EXPECT_EQ(node(index).monitor_count(), 0U) << index;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ClientChaosTest, ::testing::Range(1, 31));

}  // namespace
}  // namespace noex::tests
