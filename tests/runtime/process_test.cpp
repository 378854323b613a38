#include "noex/runtime/process/process.h"

#include <string>
#include <type_traits>
#include <utility>

#include <gmock/gmock.h>

#include "tests/runtime/node_harness.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;

// Runs lambdas beside its mailbox, whose captures are theirs.
class Host : public Process {
 public:
  using messages = std::tuple<Note, Seen>;
  using Process::Process;

  void on(const Note& note) {
    const std::string text = note.text + ", which no small string holds within itself";
    const Result<ProcessTaskId> task = spawn_task([this, text]() -> noex::task<void> {
      co_await node().sleep(1s);
      seen_.push_back(text);
    });
    EXPECT_TRUE(task);
  }
  Result<std::vector<std::string>> on(const Seen&) { return seen_; }

  using Process::source;

 private:
  std::vector<std::string> seen_;
};

using Processes = NodeTest;

TEST_F(Processes, ATaskKeepsItsLambda) {
  start(0);
  Ref host;
  in_turn(0, [&] {
    host = node(0).spawn_local<Host>().value();
    EXPECT_TRUE(host.cast<Note>("a text"));
  });
  run_for(2s);
  EXPECT_THAT(*call<Seen>(0, host),
              ElementsAre("a text, which no small string holds within itself"));
}

// Who asks may keep the answer beyond the handler, or a restart in place.
static_assert(!std::is_reference_v<decltype(std::declval<const Host&>().source())>);
static_assert(!std::is_reference_v<decltype(std::declval<const Context&>().source())>);
static_assert(!std::is_reference_v<decltype(std::declval<const Node&>().incarnation())>);

}  // namespace
}  // namespace noex::tests
