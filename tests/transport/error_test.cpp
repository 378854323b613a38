#include "noex/transport/base/error.h"

#include <cctype>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace noex {
namespace {

// Every code with its number on the wire, which never changes.
const std::map<std::uint16_t, ErrorCode> codes = {
    {0, ErrorCode::ok},
    {1, ErrorCode::timeout},
    {2, ErrorCode::noconnection},
    {3, ErrorCode::node_down},
    {4, ErrorCode::cancelled},
    {5, ErrorCode::exited},
    {6, ErrorCode::reply_lost},
    {10, ErrorCode::rejected},
    {20, ErrorCode::noproc},
    {21, ErrorCode::stale_process},
    {22, ErrorCode::overloaded},
    {23, ErrorCode::name_taken},
    {24, ErrorCode::no_such_behavior},
    {25, ErrorCode::init_failed},
    {26, ErrorCode::init_timeout},
    {27, ErrorCode::incompatible_type},
    {28, ErrorCode::malformed},
    {29, ErrorCode::unauthorised},
    {30, ErrorCode::unreachable},
    {31, ErrorCode::not_found},
    {32, ErrorCode::invalid_argument},
    {33, ErrorCode::address_in_use},
    {34, ErrorCode::connection_refused},
    {35, ErrorCode::system},
    {36, ErrorCode::too_large},
    {37, ErrorCode::not_ready},
};

TEST(Error, CodesKeepTheirNumbers) {
  for (const auto& [number, code] : codes) {
    EXPECT_EQ(static_cast<std::uint16_t>(code), number) << describe(code);
  }
}

TEST(Error, ExactlyTheListedNumbersAreKnown) {
  for (std::uint32_t number = 0; number <= UINT16_MAX; ++number) {
    const auto code = static_cast<ErrorCode>(number);
    EXPECT_EQ(is_known(code), codes.contains(static_cast<std::uint16_t>(number))) << number;
  }
}

TEST(Error, EveryCodeIsSaidInWordsForTheMiddleOfASentence) {
  for (const auto& [number, code] : codes) {
    const std::string text(describe(code));
    EXPECT_FALSE(text.empty()) << number;
    EXPECT_EQ(text.find('_'), std::string::npos) << text;
    EXPECT_TRUE(std::islower(static_cast<unsigned char>(text.front()))) << text;
  }
}

TEST(Error, TheDetailFollowsInBrackets) {
  EXPECT_EQ(describe(Error{ErrorCode::name_taken}), "name taken");
  EXPECT_EQ(describe(Error{ErrorCode::name_taken, "node1"}), "name taken (node1)");
}

TEST(Error, FailMakesAResultOfAnyType) {
  const Result<int> number = fail(ErrorCode::timeout, "5 s");
  const Result<void> nothing = fail(ErrorCode::timeout, "5 s");
  ASSERT_FALSE(number);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(number.error(), nothing.error());
  EXPECT_NE(number.error(), Error{ErrorCode::timeout});
}

}  // namespace
}  // namespace noex
