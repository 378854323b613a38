#include "noex/runtime/cluster/blame.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/cluster_parts.h"

namespace noex {
namespace {

TEST(Blame, SaysWhatIsHeldAgainstThePeer) {
  const NodeId found("eve", "10.0.0.7", 1);
  const auto said = [&](Blame::What what) {
    return describe(Blame{what, {}, 0, found, Refusal::version});
  };
  EXPECT_EQ(said(Blame::What::malformed), "it sent what no peer sends");
  EXPECT_EQ(said(Blame::What::stranger), "eve@10.0.0.7:1 was found at its address");
  EXPECT_EQ(said(Blame::What::silent), "its link brought nothing");
  EXPECT_EQ(said(Blame::What::cutoff), "it reads nothing");
  EXPECT_EQ(said(Blame::What::refused), "refused: another protocol version");
}

}  // namespace
}  // namespace noex
