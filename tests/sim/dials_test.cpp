// Dials that end with their process; what connects and what does not is in streams_test.cpp and
// cut_test.cpp.
#include "noex/sim/world/dials.h"

#include <gtest/gtest.h>

#include "tests/sim/net.h"

namespace noex::sim {
namespace {

TEST(Dials, EndWithTheirProcessAndOnlyThen) {
  Net net;
  net.fabric.cut_both(0, 1);
  int mine = 0;
  int others = 0;
  const auto here = net.a->host()->network().connect({"10.0.0.2", 7}, 5s, [&](auto) { ++mine; });
  const auto also = net.a->host()->network().connect({"10.0.0.2", 7}, 5s, [&](auto) { ++mine; });
  const auto there = net.b->host()->network().connect({"10.0.0.1", 7}, 5s, [&](auto) { ++others; });
  net.a->crash();
  net.run(10s);
  EXPECT_EQ(mine, 0) << "nobody is there to be told";
  EXPECT_EQ(others, 1);
}

TEST(Dials, ANewProcessOfTheMachineHearsOfItsOwnOnly) {
  Net net;
  net.fabric.cut_both(0, 1);
  int old = 0;
  const auto before = net.a->host()->network().connect({"10.0.0.2", 7}, 5s, [&](auto) { ++old; });
  net.a->crash();
  net.a->start();
  net.fabric.heal_both(0, 1);
  net.connect();
  EXPECT_EQ(net.dials, 1);
  EXPECT_EQ(old, 0);
}

TEST(Dials, FindAMachineByNameAndByAddress) {
  World world(1);
  Fabric fabric(world);
  Machine& first = fabric.add_machine("10.0.0.2");  // a name that looks like the next one's address
  Machine& second = fabric.add_machine();
  EXPECT_EQ(fabric.find("10.0.0.1"), &first);
  EXPECT_EQ(fabric.find("10.0.0.2"), &first) << "the first of the two";
  EXPECT_EQ(fabric.find("node2"), &second);
  EXPECT_EQ(fabric.find("node3"), nullptr);
}

}  // namespace
}  // namespace noex::sim
