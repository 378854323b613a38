// A room against sessions that break the rules: messages of other programs, or of old ones.

#include "chat/room.h"

#include <functional>

#include "tests/chat/chat_harness.h"

namespace noex::chat {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Takes whatever a room sends, and counts it.
class Listener final : public Process {
 public:
  using messages = std::tuple<Deliver, Notice>;
  struct Heard {
    std::vector<std::string> texts;
    std::vector<std::string> notices;
  };
  using arguments = std::tuple<Heard*>;
  Listener(Context& context, Heard* heard) : Process(context), heard_(heard) {}
  void on(const Deliver& deliver) { heard_->texts.push_back(deliver.message.text); }
  void on(const Notice& notice) { heard_->notices.push_back(notice.user); }

 private:
  Heard* heard_;
};

class Rooms : public ChatTest {
 protected:
  void SetUp() override {
    start_all(1);
    say(0, "/create general");
    room_ = node().registry().lookup("room:general").value();
  }
  Node& node() { return *user(0).node; }
  Ref listener(Listener::Heard& heard) {
    Ref made;
    in_turn(0, [&] { made = node().spawn_local<Listener>(&heard).value(); });
    return made;
  }
  template <CallMessage M, class... Args>
  Result<typename M::reply> call(Args... args) {
    Result<typename M::reply> result = fail(ErrorCode::system, "never ended");
    const auto body = [](Ref room, Result<typename M::reply>& out, Args... each) -> task<void> {
      out = co_await room.call<M>(each...);
    };
    in_turn(0, [&] { EXPECT_TRUE(node().run(body(room_, result, args...))); });
    run_for(100ms);
    return result;
  }

  Ref room_;
  Listener::Heard first_;
  Listener::Heard second_;
};

TEST_F(Rooms, RefuseWhoIsNoMember) {
  const Ref stranger = listener(first_);
  EXPECT_EQ(call<Post>(stranger, "hello").error(),
            (Error{ErrorCode::rejected, "you are not in this room"}));
}

TEST_F(Rooms, RefuseNamesAndTextsThatNoSessionLetsThrough) {
  const Ref member = listener(first_);
  EXPECT_EQ(call<Join>("a b", member, 1u, 0u).error().code, ErrorCode::rejected);
  ASSERT_TRUE(call<Join>("Eve", member, 1u, 0u));
  for (const std::string& text :
       {std::string(), std::string("\x1b[2J"), std::string("\xff"), std::string(4097, 'x'),
        std::string("\xe2\x80\xae"
                    "abc")}) {
    EXPECT_EQ(call<Post>(member, text).error().code, ErrorCode::rejected);
  }
  EXPECT_EQ(call<Post>(member, "fine")->number, 1u);
  EXPECT_THAT(first_.texts, ElementsAre("fine"));
}

TEST_F(Rooms, ALaterJoinOfTheSameSessionReplacesTheEarlierInSilence) {
  enter(0, "Alice");
  const Ref ghost = listener(first_);
  const Ref member = listener(second_);
  ASSERT_TRUE(call<Join>("Bob", ghost, 7u, 0u));
  ASSERT_TRUE(call<Join>("Bob", member, 7u, 0u));
  EXPECT_THAT(timeless(user(0).take()), ElementsAre("[general] * Bob joined"));
  EXPECT_THAT(say(0, "/users"), ElementsAre("Users in \"general\":", "  - Alice (you)", "  - Bob"));
  say(0, "hello");
  EXPECT_THAT(first_.texts, IsEmpty());
  EXPECT_THAT(second_.texts, ElementsAre("hello"));
}

TEST_F(Rooms, ALaterJoinUnderAnotherNameIsToldToTheOthers) {
  enter(0, "Alice");
  const Ref ghost = listener(first_);
  const Ref member = listener(second_);
  ASSERT_TRUE(call<Join>("Bob", ghost, 7u, 0u));
  ASSERT_TRUE(call<Join>("Rob", member, 7u, 0u));
  EXPECT_THAT(
      timeless(user(0).take()),
      ElementsAre("[general] * Bob joined", "[general] * Bob left", "[general] * Rob joined"));
}

TEST_F(Rooms, RefuseANamesakeOfAnotherSession) {
  const Ref member = listener(first_);
  const Ref namesake = listener(second_);
  ASSERT_TRUE(call<Join>("Bob", member, 1u, 0u));
  EXPECT_EQ(call<Join>("Bob", namesake, 2u, 0u).error(),
            (Error{ErrorCode::rejected, "Username already taken in this room"}));
}

TEST_F(Rooms, SendOnlyWhatTheSessionHasNotSeen) {
  enter(0, "Alice");
  for (const char* text : {"one", "two", "three"}) say(0, text);
  const Ref member = listener(first_);
  const Result<Welcome> welcome = call<Join>("Bob", member, 1u, 2u);
  ASSERT_TRUE(welcome);
  ASSERT_EQ(welcome->history.size(), 1u);
  EXPECT_EQ(welcome->history[0].text, "three");
  EXPECT_EQ(welcome->next, 4u);
}

TEST_F(Rooms, DoNotStartUnderABadName) {
  Result<Ref> made = fail(ErrorCode::system);
  const auto body = [](Node& node, Result<Ref>& out) -> task<void> {
    const SpawnOptions options;
    out = co_await node.spawn<Room>(node.id(), options, std::string("a b"));
  };
  in_turn(0, [&] { EXPECT_TRUE(node().run(body(node(), made))); });
  run_for(100ms);
  EXPECT_EQ(made.error().code, ErrorCode::init_failed);
}

}  // namespace
}  // namespace noex::chat
