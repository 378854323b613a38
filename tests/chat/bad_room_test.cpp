// A room that is none: what it sends is checked, and it is left with a clear line.

#include <limits>

#include "chat/line.h"
#include "chat/trust.h"
#include "tests/chat/chat_harness.h"

namespace noex::chat {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint64_t huge = std::numeric_limits<std::uint64_t>::max();
constexpr WallTime noon{Duration(12h)};

Message message(std::uint64_t number, std::string text = "hello") {
  return Message{number, noon, "Mallory", std::move(text), false};
}

Welcome welcome(std::uint64_t first, std::size_t count, std::uint64_t next) {
  Welcome welcome;
  welcome.next = next;
  for (std::size_t i = 0; i < count; ++i) welcome.history.push_back(message(first + i));
  return welcome;
}

TEST(Trust, TakesWhatARoomSends) {
  EXPECT_FALSE(fault_of(welcome(1, 0, 1), 0));
  EXPECT_FALSE(fault_of(welcome(1, 4, 5), 0));
  EXPECT_FALSE(fault_of(welcome(32, 100, 132), 0));
  EXPECT_FALSE(fault_of(welcome(1, 0, 8), 7));
  EXPECT_FALSE(fault_of(welcome(8, 2, 10), 7));
  EXPECT_FALSE(fault_of(message(1, std::string(message_text_bytes_max, 'x'))));
  EXPECT_FALSE(fault_of(Users{std::vector<std::string>(members_max, "Bob")}));
}

TEST(Trust, RefusesNumbersThatWrapOrRunBackwards) {
  EXPECT_TRUE(fault_of(welcome(1, 0, 0), 0));
  EXPECT_TRUE(fault_of(welcome(1, 0, huge), 0));
  EXPECT_TRUE(fault_of(welcome(1, 0, 7), 7)) << "it has shown number 7 before";
  EXPECT_TRUE(fault_of(welcome(0, 3, 3), 0)) << "there is no number 0";
  EXPECT_TRUE(fault_of(welcome(huge - 1, 3, 2), 0));
  EXPECT_TRUE(fault_of(welcome(6, 4, 10), 7)) << "6 and 7 were shown";
  EXPECT_TRUE(fault_of(message(0)));
  EXPECT_TRUE(fault_of(message(huge)));
}

TEST(Trust, RefusesAHistoryThatNoRoomHas) {
  EXPECT_TRUE(fault_of(welcome(1, 101, 102), 0));
  EXPECT_TRUE(fault_of(welcome(1, 3, 7), 0)) << "a gap before what comes next";
  Welcome disordered = welcome(1, 3, 4);
  std::swap(disordered.history[0], disordered.history[1]);
  EXPECT_TRUE(fault_of(disordered, 0));
  Welcome loud = welcome(1, 3, 4);
  loud.history[1].text = "\x1b[2J";
  EXPECT_TRUE(fault_of(loud, 0));
}

TEST(Trust, RefusesTextsNamesAndTimesThatNoRoomLetsThrough) {
  EXPECT_TRUE(fault_of(message(1, "")));
  EXPECT_TRUE(fault_of(message(1, std::string(message_text_bytes_max + 1, 'x'))));
  EXPECT_TRUE(fault_of(message(1, "two\nlines")));
  EXPECT_TRUE(fault_of(message(1, "\xff")));
  for (const char* name : {"", "two words", "/x", "*", "a:b", "\x1b[2J"}) {
    Message from = message(1);
    from.user = name;
    EXPECT_TRUE(fault_of(from)) << name;
    EXPECT_TRUE(fault_of(Notice{noon, NoticeKind::joined, name})) << name;
    EXPECT_TRUE(fault_of(Users{{"Bob", name}})) << name;
  }
  for (const WallTime time : {WallTime{Duration(-1)}, WallTime::min(), WallTime::max()}) {
    Message at = message(1);
    at.sent = time;
    EXPECT_TRUE(fault_of(at));
    EXPECT_TRUE(fault_of(Notice{time, NoticeKind::joined, "Bob"}));
    EXPECT_TRUE(fault_of(Namesake{time, "node1@10.0.0.1:4369"}));
  }
  EXPECT_TRUE(fault_of(Namesake{noon, "\x1b[2J"}));
  EXPECT_TRUE(fault_of(Users{std::vector<std::string>(members_max + 1, "Bob")}));
}

// What the next BadRoom does; one test at a time has one.
struct Orders {
  Welcome welcome;
  std::vector<std::string> users;
  std::string refusal;
};

class BadRoom final : public Process {
 public:
  struct Say {
    static constexpr auto wire_name = "test:say";
    Message message;
  };
  struct Tell {
    static constexpr auto wire_name = "test:tell";
    Notice notice;
  };
  struct Lose {
    static constexpr auto wire_name = "test:lose";
    Ref winner;
  };
  using messages = std::tuple<Join, Post, ListUsers, Say, Tell, Lose>;
  using arguments = std::tuple<Orders*>;

  BadRoom(Context& context, Orders* orders) : Process(context), orders_(*orders) {}

  Result<Welcome> on(const Join& join) {
    member_ = join.member;
    if (!orders_.refusal.empty()) return fail(ErrorCode::rejected, orders_.refusal);
    return orders_.welcome;
  }
  Result<Posted> on(const Post&) { return Posted{1}; }
  Result<Users> on(const ListUsers&) { return Users{orders_.users}; }
  void on(const Say& say) { (void)member_.cast<Deliver>(say.message); }
  void on(const Tell& tell) { (void)member_.cast<Notice>(tell.notice); }
  void on(const Lose& lose) { exit(ExitReason::name_conflict("room:bad", lose.winner)); }

 private:
  const Orders& orders_;
  Ref member_;
};

class SessionInABadRoom : public ChatTest {
 protected:
  void SetUp() override {
    start_all(2);
    orders_.welcome = welcome(1, 0, 1);
    in_turn(1, [&] {
      Node& node = *user(1).node;
      const Result<Ref> room = node.spawn_local<BadRoom>(&orders_);
      ASSERT_TRUE(room);
      room_ = *room;
      (void)node.run([](Node& at, Ref holder) -> task<void> {
        (void)co_await at.registry().register_name("room:bad", holder);
      }(node, room_));
    });
    run_for(1s);
    say(0, "/name Bob");
  }
  template <class M, class... Args>
  std::vector<std::string> send(Args... args) {
    in_turn(1, [&] { (void)room_.cast<M>(args...); });
    run_for(500ms);
    return timeless(user(0).take());
  }

  Orders orders_;
  Ref room_;
};

TEST_F(SessionInABadRoom, IsNotWelcomedBeyondTheBounds) {
  orders_.welcome = welcome(1, 101, 102);
  EXPECT_THAT(say(0, "/join bad"),
              ElementsAre("Failed to join: it sent a history of 101 messages"));
  orders_.welcome = welcome(1, 0, huge);
  EXPECT_THAT(say(0, "/join bad"), ElementsAre(HasSubstr("Failed to join: it sent 18446744073")));
  EXPECT_EQ(user(0).session->membership(), nullptr);
}

TEST_F(SessionInABadRoom, QuotesARefusalHarmlessly) {
  orders_.refusal = "\x1b[2J" + std::string(10'000, 'x');
  const std::vector<std::string> seen = say(0, "/join bad");
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_LT(seen.front().size(), 400u);
  EXPECT_THAT(seen.front(), HasSubstr("^[[2J"));
}

TEST_F(SessionInABadRoom, LeavesItWithAClearLine) {
  say(0, "/join bad");
  EXPECT_THAT(send<BadRoom::Say>(message(1, "\x1b[2J")),
              ElementsAre("You left room \"bad\" on node2@10.0.0.2:4369: it sent a text that no "
                          "room lets through, which no room may send."));
  EXPECT_EQ(user(0).session->membership(), nullptr);
  run_for(10s);
  EXPECT_EQ(user(0).session->membership(), nullptr) << "and does not come back";
}

TEST_F(SessionInABadRoom, LeavesItForABadNoticeOrAListOfAnySize) {
  say(0, "/join bad");
  EXPECT_THAT(send<BadRoom::Tell>(Notice{WallTime::max(), NoticeKind::left, "Eve"}),
              ElementsAre(HasSubstr("You left room \"bad\"")));
  say(0, "/join bad");
  orders_.users.assign(members_max + 1, "Eve");
  EXPECT_THAT(say(0, "/users"), ElementsAre(HasSubstr("it sent a list of 10001 users")));
}

TEST_F(SessionInABadRoom, ShowsTheBeginningOfALongList) {
  say(0, "/join bad");
  orders_.users.assign(members_max, "Eve");
  const std::vector<std::string> seen = say(0, "/users");
  EXPECT_EQ(seen.size(), 1002u);
  EXPECT_EQ(seen.back(), "  ... and 9000 more");
}

TEST_F(SessionInABadRoom, GoesToNoWinnerThatTheRegistryDoesNotKnow) {
  say(0, "/create other");
  say(0, "/join bad");
  const std::optional<Ref> other = user(0).node->registry().lookup("room:other");
  ASSERT_TRUE(other);
  send<BadRoom::Lose>(*other);
  run_for(10s);
  EXPECT_EQ(user(0).session->membership(), nullptr);
}

}  // namespace
}  // namespace noex::chat
