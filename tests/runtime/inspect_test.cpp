#include "noex/runtime/node/inspect.h"

#include "tests/runtime/node_harness.h"

namespace noex::tests {
namespace {

using Inspected = NodeTest;

TEST_F(Inspected, TheRegistryIsTheOneThatTheProgramUses) {
  start(0);
  run_for(1s);
  const Ref process = probe(0);
  Result<void> done = fail(ErrorCode::system, "never ended");
  in_turn(0, [&] {
    name_service(node(0)).claim("name", process.process(), 1s,
                                [&](Result<void> result) { done = std::move(result); });
  });
  run_for(1s);
  EXPECT_TRUE(done);
  EXPECT_EQ(node(0).registry().lookup("name"), process);
  const auto holder = registry_of(node(0)).lookup("name");
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->owner, node(0).incarnation());
  EXPECT_EQ(holder->entry.process, process.process());
}

}  // namespace
}  // namespace noex::tests
