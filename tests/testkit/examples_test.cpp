// The worked examples: each holds, and of each the kit finds the bug that was planted in it.
#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "noex/testkit/gtest.h"
#include "tests/examples/bot/bot_spec.h"
#include "tests/examples/kv/kv_spec.h"
#include "tests/examples/lock/lock_spec.h"
#include "tests/examples/pool/pool_spec.h"
#include "tests/examples/register/register_spec.h"

namespace noex::testkit {
namespace {

using ::testing::HasSubstr;

// Nodes that end do not come back: what they had to remember is gone.
constexpr auto lasting =
    "latency,chunking,slow_link,reset,half_open,partition,one_way,crash,power_loss,pause,slow_node,"
    "clock_skew,clock_jump,bridge";

TEST(Register, IsLinearizableWhileAMajorityRuns) {
  explore_in_test<examples::RegisterSpec<false>>(
      {.seeds = {1, 60}, .nodes = {3, 5}, .faults = lasting, .keep_alive = majority});
}

TEST(Kv, IsLinearizableWhileAMajorityRuns) {
  explore_in_test<examples::KvSpec<false>>(
      {.seeds = {1, 60}, .nodes = {3, 5}, .faults = lasting, .keep_alive = majority});
}

TEST(Lock, KeepsLateHoldersOut) {
  explore_in_test<examples::LockSpec<true>>(
      {.seeds = {1, 60}, .nodes = {3, 5}, .faults = lasting, .keep_alive = majority});
}

TEST(Pool, DoesWhatItHasTaken) {
  explore_in_test<examples::PoolSpec<false>>({.seeds = {1, 60}, .nodes = {3, 5}, .faults = "all"});
}

TEST(Bot, AnswersOnce) {
  explore_in_test<examples::BotSpec<false>>({.seeds = {1, 60}, .nodes = {3, 5}, .faults = "all"});
}

// The planted bugs; every one within 1,000 runs, and the right one.
class ExampleBug : public ::testing::Test {
 protected:
  ExampleBug() : folder_(fmt::format("{}example {}", ::testing::TempDir(), ::getpid())) {
    std::filesystem::create_directory(folder_);
  }
  ~ExampleBug() override { std::filesystem::remove_all(folder_); }

  template <class S>
  std::string find(const char* faults) {
    Exploration exploration{.seeds = {1, 1000}, .nodes = {3, 3}, .faults = faults};
    exploration.keep_alive = majority;
    exploration.folder = folder_;
    const std::string report = explore<S>(exploration).report;
    RecordProperty("found", report.substr(0, report.find('\n')));
    return report;
  }

 private:
  const std::string folder_;
};

TEST_F(ExampleBug, AReadThatDoesNotWriteBackIsFound) {
  EXPECT_THAT(find<examples::RegisterSpec<true>>(lasting), HasSubstr(" 3 nodes: REG1 at "));
}

TEST_F(ExampleBug, ALeaderThatReadsAloneIsFound) {
  EXPECT_THAT(find<examples::KvSpec<true>>(lasting), HasSubstr(" 3 nodes: KV1 at "));
}

TEST_F(ExampleBug, AStoreThatTakesEveryTokenIsFound) {
  EXPECT_THAT(find<examples::LockSpec<false>>(lasting), HasSubstr(" 3 nodes: LOCK1 at "));
}

TEST_F(ExampleBug, AJobThatIsForgottenIsFound) {
  EXPECT_THAT(find<examples::PoolSpec<true>>("all"), HasSubstr(" 3 nodes: POOL1 at "));
}

TEST_F(ExampleBug, ABotThatStaysIsFound) {
  EXPECT_THAT(find<examples::BotSpec<true>>("all"), HasSubstr(" 3 nodes: BOT1 at "));
}

}  // namespace
}  // namespace noex::testkit
