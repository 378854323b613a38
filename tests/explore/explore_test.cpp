// The cluster's rules in small scopes, exhaustively: no order of events breaks a property.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/explore/search.h"

namespace noex::explore {
namespace {

enum class Root { cold, warm, split, bad_link };

// A sanitized build is ten times slower: it looks less far.
#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t steps_max = 8;
#else
constexpr std::size_t steps_max = 100;
#endif

// `least`: how many distinct states there are at least, so that no scope becomes empty unnoticed.
void explore(Root root, Scope scope, std::size_t least) {
  scope.depth = std::min(scope.depth, steps_max);
  Search search(scope);
  if (root == Root::warm) search.warm_up();
  if (root == Root::split) search.split();
  if (root == Root::bad_link) search.bad_link();
  const auto start = std::chrono::steady_clock::now();
  const Outcome outcome = search.run();
  const auto time = std::chrono::steady_clock::now() - start;
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  std::fputs(fmt::format("{}  {} ms\n", outcome.text(scope), took).c_str(), stdout);
  EXPECT_EQ(outcome.problem, "") << outcome.text(scope);
  EXPECT_GE(outcome.states, outcome.depth < steps_max ? least : 1);
}

// Everybody is linked and up.
TEST(Explore, ClaimsOfTwo) {
  explore(Root::warm, {"claims", 2, true, 60, {3, 3, 0, 0, 0, 0}}, 4'000);
}
TEST(Explore, ClaimsOfThree) {
  explore(Root::warm, {"claims", 3, true, 15, {3, 1, 0, 0, 0, 0}}, 300'000);
}
TEST(Explore, TwoClaimsOfThree) {
  explore(Root::warm, {"claims", 3, true, 60, {2, 1, 0, 0, 0, 0}}, 10'000);
}
TEST(Explore, ClaimsThatWaitOfThree) {
  explore(Root::warm, {"claims that don't wait", 3, true, 14, {2, 0, 0, 0, 0, 0, 3}}, 100'000);
}
// The way between two of three is cut: of their claims one wins.
TEST(Explore, BadLinkOfThree) {
  explore(Root::bad_link, {"one bad link", 3, true, 60, {3, 0, 0, 0, 0, 0, 6}, true}, 10'000);
}
TEST(Explore, ResetOfTwo) {
  explore(Root::warm, {"a link breaks", 2, true, 60, {2, 1, 1, 0, 0, 1}}, 1'000'000);
}
TEST(Explore, ResetOfThree) {
  explore(Root::warm, {"a link breaks", 3, true, 13, {2, 0, 1, 0, 0, 0}}, 500'000);
}
TEST(Explore, PartitionOfTwo) {
  explore(Root::warm, {"a partition", 2, true, 13, {2, 0, 0, 1, 0, 6}}, 1'000'000);
}
TEST(Explore, CrashOfTwo) {
  explore(Root::warm, {"a crash", 2, true, 60, {2, 1, 0, 0, 1, 1}}, 500'000);
}
TEST(Explore, CrashOfThree) {
  explore(Root::warm, {"a crash", 3, false, 10, {2, 0, 0, 0, 1, 1}}, 500'000);
}

// The name has a holder on each side of a split.
TEST(Explore, SplitOfTwo) {
  explore(Root::split, {"a split heals", 2, true, 60, {1, 1, 0, 0, 0, 2}}, 50'000);
}
TEST(Explore, SplitOfThree) {
  explore(Root::split, {"a split heals", 3, false, 12, {1, 1, 0, 0, 0, 1}}, 500'000);
}

// Everybody has just started.
TEST(Explore, StartOfTwo) {
  explore(Root::cold, {"start", 2, true, 60, {2, 0, 0, 0, 0, 1}}, 10'000);
}
TEST(Explore, StartOfThree) {
  explore(Root::cold, {"start", 3, false, 13, {2, 0, 0, 0, 0, 0}}, 500'000);
}

}  // namespace
}  // namespace noex::explore
