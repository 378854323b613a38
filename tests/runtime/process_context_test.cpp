// Process::source(): from which node the message came that is being handled.
#include "noex/runtime/node/process_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/node_harness.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;

struct AskSource {
  static constexpr auto wire_name = "test:ask_source";
  using reply = std::string;
  Duration pause{};
};
struct NoteSource {
  static constexpr auto wire_name = "test:note_source";
};
struct SpreadSource {
  static constexpr auto wire_name = "test:spread_source";
  Ref to;
};
struct SourcesSeen {
  static constexpr auto wire_name = "test:sources_seen";
  using reply = std::vector<std::string>;
};

class Witness final : public Process {
 public:
  using messages = std::tuple<AskSource, NoteSource, SpreadSource, SourcesSeen>;
  using arguments = std::tuple<>;
  explicit Witness(Context& context) : Process(context) { note("made"); }

  task<Result<std::string>> on(const AskSource& ask) {
    const bool waits = ask.pause > Duration::zero();
    if (waits) co_await node().sleep(ask.pause);
    if (waits) note("then");
    co_return source().id.name();
  }
  void on(const NoteSource&) { note("cast"); }
  void on(const SpreadSource& spread) {
    send_after<NoteSource>(1ms);
    monitor(node().ref(spread.to.incarnation(), 12345));
    (void)multicast<NoteSource>(std::vector<Ref>{spread.to});
  }
  void on(const Down&) { note("down"); }
  Result<std::vector<std::string>> on(const SourcesSeen&) { return seen_; }

 private:
  void note(std::string_view what) {
    seen_.push_back(fmt::format("{} {}", what, source().id.name()));
    EXPECT_NE(source().boot, 0U);
  }

  std::vector<std::string> seen_;
};

class Sources : public NodeTest {
 protected:
  void SetUp() override { start_all(3); }
  Ref witness(std::uint32_t index) {
    Ref made;
    in_turn(index, [&] { made = node(index).spawn_local<Witness>().value(); });
    return made;
  }
  template <CastMessage M, class... Args>
  void cast(std::uint32_t index, const Ref& to, Args... args) {
    in_turn(index, [&] { EXPECT_TRUE(through(index, to).template cast<M>(args...)); });
    run_for(100ms);
  }
  std::vector<std::string> seen(const Ref& ref) { return call<SourcesSeen>(0, ref).value(); }
};

TEST_F(Sources, OfCallsAreTheCallersNodes) {
  const Ref asked = witness(0);
  EXPECT_EQ(call<AskSource>(0, asked, 0ms), "node1");
  EXPECT_EQ(call<AskSource>(1, asked, 0ms), "node2");
  EXPECT_EQ(call<AskSource>(2, asked, 0ms), "node3");
}

TEST_F(Sources, OfCastsAndMulticastsAreTheirSendersNodes) {
  const Ref first = witness(0);
  cast<NoteSource>(0, first);
  cast<NoteSource>(1, first);
  const Ref second = witness(1);
  cast<SpreadSource>(1, second, first);
  EXPECT_THAT(seen(first), ElementsAre("made node1", "cast node1", "cast node2", "cast node2"));
}

TEST_F(Sources, OfSignalsAndTimersAreTheNodeItself) {
  const Ref first = witness(0);
  cast<SpreadSource>(1, first, witness(2));
  EXPECT_THAT(seen(first),
              ::testing::UnorderedElementsAre("made node1", "cast node1", "down node1"));
}

TEST_F(Sources, StayRightWhileAHandlerIsSuspendedAndTheLinkIsLost) {
  const Ref asked = witness(0);
  in_turn(1, [&] {
    const auto body = [](Ref to) -> task<void> { (void)co_await to.call<AskSource>(500ms); };
    ASSERT_TRUE(node(1).run(body(through(1, asked))));
  });
  run_for(50ms);
  cast<NoteSource>(2, asked);
  crash(1);
  run_for(1s);
  EXPECT_THAT(seen(asked), ElementsAre("made node1", "then node2", "cast node3"));
}

}  // namespace
}  // namespace noex::tests
