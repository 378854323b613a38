#include "noex/runtime/node/standing_names.h"

#include <gmock/gmock.h>

#include "tests/runtime/node_harness.h"
#include "tests/runtime/raw_peer.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A node that starts again in place, because a peer knows of a later boot of it.
class Standing : public NodeTest {
 protected:
  void SetUp() override {
    start(0);
    run_for(1s);
    while (fabric_.size() < 3) fabric_.add_machine();
    peer_ = std::make_unique<RawPeer>(fabric_.machine(1), id(1), Boot{7});
  }
  void restart_in_place() {
    const Boot before = node(0).boot();
    Hello hello;
    hello.known = before + 1'000'000;
    peer_->dial(id(0), hello, true);
    run_for(100ms);
    ASSERT_GT(node(0).boot(), before);
  }
  Result<void> claim(Names& names, const Ref& process) {
    Result<void> done = fail(ErrorCode::system, "never ended");
    EXPECT_TRUE(await(
        0, [&]() -> task<void> { done = co_await names.register_name("name", process, 1s); }));
    return done;
  }

  std::unique_ptr<RawPeer> peer_;
};

TEST_F(Standing, NamesAreThoseOfThePresentBoot) {
  Names& names = node(0).registry();
  const Ref first = probe(0);
  ASSERT_TRUE(claim(names, first));
  EXPECT_EQ(names.lookup("name"), first);
  restart_in_place();
  EXPECT_EQ(&names, &node(0).registry());
  EXPECT_EQ(names.lookup("name"), std::nullopt);
  EXPECT_EQ(claim(names, first).error().code, ErrorCode::noproc) << "of an earlier boot";
  const Ref second = probe(0);
  ASSERT_TRUE(claim(names, second));
  EXPECT_EQ(names.lookup("name"), second);
  EXPECT_THAT(names.names("na"), SizeIs(1));
  EXPECT_THAT(names.names("x"), IsEmpty());
  Result<Ref> found = fail(ErrorCode::system);
  EXPECT_TRUE(await(0, [&]() -> task<void> { found = co_await names.find("name", 1s); }));
  EXPECT_EQ(found, second);
  const Ref third = probe(0);
  EXPECT_TRUE(names.move_name("name", second, third));
  EXPECT_FALSE(names.unregister_name("name", second));
  EXPECT_TRUE(names.unregister_name("name", third));
}

TEST_F(Standing, GroupsAreThoseOfThePresentBoot) {
  Groups& groups = node(0).groups();
  const Ref first = probe(0);
  ASSERT_TRUE(groups.join("group", first));
  restart_in_place();
  EXPECT_EQ(&groups, &node(0).groups());
  EXPECT_THAT(groups.members("group"), IsEmpty());
  EXPECT_FALSE(groups.join("group", first));
  const Ref second = probe(0);
  ASSERT_TRUE(groups.join("group", second));
  EXPECT_THAT(groups.names(), ElementsAre("group"));
  EXPECT_THAT(groups.members("group"), ElementsAre(second));
  EXPECT_THAT(groups.local_members("group"), ElementsAre(second));
  EXPECT_TRUE(groups.leave("group", second));
}

TEST_F(Standing, IncarnationsThatWereAskedForStayWhatTheyWere) {
  const Incarnation& before = node(0).incarnation();
  const Incarnation copy = before;
  restart_in_place();
  EXPECT_EQ(before, copy);
  EXPECT_NE(before, node(0).incarnation());
}

// It is of a boot that is gone, and nobody would ever complete it.
TEST_F(Standing, WhatAnEarlierBootWasAskedCannotBeAwaited) {
  peer_->beats = true;  // and answers nothing else
  peer_->dial(id(0));
  run_for(100ms);
  peer_->say_registry(NamesSnapshot{{peer_->self, peer_->boot}, 0, false, {}, {}});
  run_for(500ms);
  std::optional<Future<Result<Ref>>> finding;
  in_turn(0, [&] { finding.emplace(node(0).registry().find("nobody", 60s)); });
  ASSERT_EQ(node(0).audit().finds, 1U);
  const std::unique_ptr<RawPeer> silent = std::move(peer_);  // and goes on being linked
  peer_ = std::make_unique<RawPeer>(fabric_.machine(2), id(2), Boot{8});
  restart_in_place();
  const auto body = [](Future<Result<Ref>>& found) -> task<void> { (void)co_await found; };
  EXPECT_DEATH(in_turn(0, [&] { (void)node(0).run(body(*finding)); }), "awaits what was given up");
}

}  // namespace
}  // namespace noex::tests
