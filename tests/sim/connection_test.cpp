#include "noex/sim/world/connection.h"

#include <memory>

#include <gtest/gtest.h>

#include "tests/sim/stream_parts.h"

namespace noex::sim {
namespace {

using SimConnectionTest = StreamPartsTest;

TEST_F(SimConnectionTest, PassesOnWhatItsProcessAsks) {
  SimConnection connection(*this, near, {"10.0.0.2", 7});
  connection.write("x");
  connection.set_reading(false);
  connection.close();
  EXPECT_EQ(connection.unsent_bytes(), 7U);
  EXPECT_EQ(connection.peer(), (Address{"10.0.0.2", 7}));
  EXPECT_EQ(told(), (Words{"write x", "stop reading", "close"}));
}

TEST_F(SimConnectionTest, ItsDestructionIsAnAbort) {
  auto connection = std::make_unique<SimConnection>(*this, near, Address{});
  connection.reset();
  EXPECT_EQ(told(), Words{"abort"});
}

TEST_F(SimConnectionTest, AnEmptyHandleIsHarmless) {
  auto connection = std::make_unique<SimConnection>(*this, near, Address{"10.0.0.2", 7});
  connection->detach();
  connection->write("x");
  connection->set_reading(true);
  connection->close();
  connection->abort();
  EXPECT_EQ(connection->unsent_bytes(), 0U);
  EXPECT_EQ(connection->peer().port, 7);
  connection.reset();
  EXPECT_EQ(told(), Words{});
}

}  // namespace
}  // namespace noex::sim
