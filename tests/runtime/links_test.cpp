#include "noex/runtime/remote/links.h"

#include <gmock/gmock.h>

#include "tests/runtime/parts_harness.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using LinksOf = PartsTest;

TEST_F(LinksOf, AreFoundFromTheMomentInWhichTheyAreOpened) {
  EXPECT_EQ(links_.open(other_.id), nullptr);
  EXPECT_EQ(links_.find(link_.serial()), nullptr);
  cluster_.openable = {&link_};
  EXPECT_EQ(links_.open(other_.id, other_.boot), &link_);
  EXPECT_EQ(links_.find(link_.serial()), &link_);
  EXPECT_EQ(links_.open(other_.id), &link_);
  EXPECT_EQ(links_.size(), 1U);
  links_.remove(link_);
  EXPECT_EQ(links_.find(link_.serial()), nullptr);
  EXPECT_EQ(links_.size(), 0U);
}

TEST_F(LinksOf, SayWhyThereIsNone) {
  const auto why = [&](const Incarnation& node) {
    const Result<Link*> link = links_.open_to(ref(node, 5));
    return link ? ErrorCode::ok : link.error().code;
  };
  EXPECT_EQ(why(other_), ErrorCode::unreachable);
  EXPECT_EQ(why({self_.id, self_.boot - 1}), ErrorCode::stale_process) << "an earlier boot of ours";
  cluster_.up = other_;
  EXPECT_EQ(why(other_), ErrorCode::unreachable) << "it is up, and cannot be linked";
  EXPECT_EQ(why({other_.id, other_.boot - 1}), ErrorCode::stale_process) << "another boot is up";
  cluster_.up = {};
  cluster_.openable = {&link_};
  EXPECT_EQ(why({other_.id, other_.boot - 1}), ErrorCode::stale_process) << "another is linked";
  EXPECT_EQ(why(other_), ErrorCode::ok);
}

TEST_F(LinksOf, SignalOverThatVeryLinkOrNone) {
  links_.signal(link_.serial(), wire::Demonitor{3});
  EXPECT_THAT(link_.signals, IsEmpty());
  links_.add(link_);
  links_.signal(link_.serial(), wire::Demonitor{3});
  EXPECT_EQ(FakeLink::only<wire::Demonitor>(link_.signals).monitor, 3U);
}

TEST_F(LinksOf, CarryTheRegistryAndOpenWhatItWaitsFor) {
  RegistryLinks& registry = links_;
  registry.send_registry(link_.serial(), "dropped");
  registry.begin_registry(link_.serial(), "dropped");
  links_.add(link_);
  registry.begin_registry(link_.serial(), "all");
  registry.send_registry(link_.serial(), "news");
  EXPECT_THAT(link_.first, ElementsAre("\x01"
                                       "all"));
  EXPECT_THAT(link_.signals, ElementsAre("\x01"
                                         "news"));
  EXPECT_THAT(link_.sent, IsEmpty());
  registry.reach(other_.id);
  EXPECT_EQ(cluster_.opened, 1);
  registry.registry_known(other_);
  EXPECT_THAT(cluster_.known, ElementsAre(other_));
}

}  // namespace
}  // namespace noex::tests
