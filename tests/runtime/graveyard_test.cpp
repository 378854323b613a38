#include "noex/runtime/cluster/graveyard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/cluster_parts.h"

namespace noex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct Corpse {
  explicit Corpse(int& count) : ended(count) {}
  ~Corpse() { ++ended; }
  int& ended;
};

TEST(Graveyard, KeepsTheEndedUntilTheTurnIsOver) {
  HeldLoop loop;
  int ended = 0;
  Graveyard graveyard(loop, [] { return true; });
  graveyard.bury(std::make_unique<Corpse>(ended));
  graveyard.bury(std::make_unique<Corpse>(ended));
  EXPECT_EQ(ended, 0);
  loop.end_turn();
  EXPECT_EQ(ended, 2);
}

TEST(Graveyard, KeepsThemOnWhenToldTo) {
  HeldLoop loop;
  int ended = 0;
  bool may_clear = false;
  Graveyard graveyard(loop, [&] { return may_clear; });
  graveyard.bury(std::make_unique<Corpse>(ended));
  loop.end_turn();
  EXPECT_EQ(ended, 0);
  may_clear = true;
  graveyard.bury(std::make_unique<Corpse>(ended));
  loop.end_turn();
  EXPECT_EQ(ended, 2);
}

TEST(Graveyard, MayBeDestroyedBeforeTheTurnIsOver) {
  HeldLoop loop;
  int ended = 0;
  auto graveyard = std::make_unique<Graveyard>(loop, [] { return true; });
  graveyard->bury(std::make_unique<Corpse>(ended));
  graveyard.reset();
  EXPECT_EQ(ended, 1);
  loop.end_turn();
}

}  // namespace
}  // namespace noex
