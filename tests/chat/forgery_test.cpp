// A node that guesses the references of others, which count up, and speaks in their names.

#include "chat/room.h"
#include "chat/trust.h"
#include "tests/chat/chat_harness.h"

namespace noex::chat {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A member that shows nothing.
class Mute final : public Process {
 public:
  using messages = std::tuple<Deliver, Notice>;
  explicit Mute(Context& context) : Process(context) {}
  void on(const Deliver&) {}
  void on(const Notice&) {}
};

const Error not_its_node{ErrorCode::rejected, "only a member's own node speaks for it"};

class Forgery : public ChatTest {
 protected:
  // The room is on node 1, Alice on node 2 and Bob on node 3; Mallory's node is the last.
  void SetUp() override {
    start_all(4);
    say(0, "/create general");
    enter(1, "Alice");
    enter(2, "Bob");
    room_ = user(1).session->membership()->room;
    alice_ = user(1).session->membership()->member;
    for (std::uint32_t index = 0; index < 4; ++index) user(index).take();
  }
  Ref by_mallory(const Ref& ref) {
    return user(mallory).node->ref(ref.incarnation(), ref.process());
  }
  template <CallMessage M, class... Args>
  Result<typename M::reply> call(const Ref& to, Args... args) {
    Result<typename M::reply> result = fail(ErrorCode::system, "never ended");
    const auto body = [](Ref whom, Result<typename M::reply>& out, Args... each) -> task<void> {
      out = co_await whom.call<M>(each...);
    };
    in_turn(mallory,
            [&] { EXPECT_TRUE(user(mallory).node->run(body(by_mallory(to), result, args...))); });
    run_for(100ms);
    return result;
  }
  template <CastMessage M, class... Args>
  void cast(const Ref& to, Args... args) {
    in_turn(mallory, [&] { EXPECT_TRUE(by_mallory(to).template cast<M>(args...)); });
    run_for(100ms);
  }
  Ref mute() {
    Ref made;
    in_turn(mallory, [&] { made = user(mallory).node->spawn_local<Mute>().value(); });
    return made;
  }
  void expect_nothing_happened() {
    EXPECT_THAT(user(1).take(), IsEmpty());
    EXPECT_THAT(user(2).take(), IsEmpty());
    EXPECT_THAT(timeless(say(1, "still here")), ElementsAre("[general] Alice: still here"));
    EXPECT_THAT(timeless(user(2).take()), ElementsAre("[general] Alice: still here"));
    EXPECT_EQ(user(1).session->membership()->next, 2U);
    EXPECT_EQ(user(1).session->membership()->member, alice_);
  }

  static constexpr std::uint32_t mallory = 3;
  static constexpr WallTime noon{Duration(12h)};
  Ref room_;
  Ref alice_;
};

TEST_F(Forgery, NobodyPostsForAnother) {
  EXPECT_EQ(call<Post>(room_, alice_, "I resign", false).error(), not_its_node);
  expect_nothing_happened();
}

TEST_F(Forgery, NobodyJoinsForAnother) {
  EXPECT_EQ(call<Join>(room_, "Mallory", alice_, 77U, 0U).error(), not_its_node);
  EXPECT_EQ(call<Join>(room_, "Alice", alice_, 77U, 0U).error(), not_its_node);
  for (std::uint64_t session = 0; session < 8; ++session) {  // hers may be among them
    EXPECT_EQ(call<Join>(room_, "Eve", alice_, session, 0U).error(), not_its_node);
  }
  expect_nothing_happened();
}

TEST_F(Forgery, NobodySpeaksToAMemberAsItsRoom) {
  cast<Deliver>(alice_, Message{1, noon, "Bob", "I resign", false});
  cast<Notice>(alice_, noon, NoticeKind::left, "Bob");
  cast<Namesake>(alice_, noon, id(2).text());
  expect_nothing_happened();
}

TEST_F(Forgery, NobodyTellsAMemberToEnterButItsSession) {
  EXPECT_EQ(call<RoomMember::Enter>(alice_).error(),
            (Error{ErrorCode::rejected, "not its session"}));
  expect_nothing_happened();
}

TEST_F(Forgery, OneNodeDoesNotTakeAllTheSeats) {
  for (std::size_t i = 0; i < members_per_node_max; ++i) {
    ASSERT_TRUE(call<Join>(room_, fmt::format("Eve{}", i), mute(), i, 0U)) << i;
  }
  EXPECT_EQ(call<Join>(room_, "Mallory", mute(), members_per_node_max, 0U).error(),
            (Error{ErrorCode::rejected,
                   "The room has 100 users of your node already, and takes no more"}));
  EXPECT_TRUE(call<Join>(room_, "Eva", mute(), 5U, 0U)) << "instead of an earlier one";
  say(0, "/name Carol");
  EXPECT_THAT(say(0, "/join general"),
              Contains("Joined room \"general\". Type messages directly or use /msg."));
}

}  // namespace
}  // namespace noex::chat
