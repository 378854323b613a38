#include "noex/runtime/process/spawn_options.h"

#include <concepts>
#include <type_traits>
#include <utility>

#include <gtest/gtest.h>

namespace noex {
namespace {

TEST(SpawnOptions, SayHowAProcessStarts) {
  const auto& options = SpawnOptions().global("store").timeout(2s).link();
  EXPECT_EQ(options.global_name(), "store");
  EXPECT_EQ(options.timeout(), 2s);
  EXPECT_TRUE(options.linked());
}

// What is made of a temporary is a value, which whoever holds a reference to it keeps alive.
static_assert(std::same_as<decltype(SpawnOptions().global("store")), SpawnOptions>);
static_assert(std::same_as<decltype(SpawnOptions().timeout(1s)), SpawnOptions>);
static_assert(std::same_as<decltype(SpawnOptions().link()), SpawnOptions>);
static_assert(!std::is_reference_v<decltype(SpawnOptions().global_name())>);
static_assert(std::is_reference_v<decltype(std::declval<const SpawnOptions&>().global_name())>);

// Options that have a name are not changed in passing.
template <class T>
concept HasSetters = requires(T options) { std::forward<T>(options).global("store"); };
static_assert(HasSetters<SpawnOptions&&> && !HasSetters<SpawnOptions&>);

}  // namespace
}  // namespace noex
