// The table of a class's handlers, and the list of the classes that others may spawn.
#include "noex/runtime/process/behavior.h"

#include <gmock/gmock.h>

namespace noex::tests {
namespace {

using ::testing::IsNull;
using ::testing::NotNull;

struct Tell {
  static constexpr auto wire_name = "behavior:tell";
  std::string text;
};
struct Ask {
  static constexpr auto wire_name = "behavior:ask";
  using reply = std::int64_t;
};

class Teller : public Process {
 public:
  using messages = std::tuple<Tell, Ask>;
  using arguments = std::tuple<std::string, std::int64_t>;
  Teller(Context& context, std::string name, std::int64_t count)
      : Process(context), said(std::move(name) + std::to_string(count)) {}
  void on(const Tell&) {}
  Result<std::int64_t> on(const Ask&) { return 0; }
  void on(const Down&) {}

  std::string said;
};

// Can't be made from what travels.
class Keeper : public Process {
 public:
  using messages = std::tuple<Tell>;
  using arguments = std::tuple<std::string, std::int64_t>;
  Keeper(Context& context, std::vector<std::string>& kept, std::string name, std::int64_t count)
      : Process(context) {
    kept.resize(static_cast<std::size_t>(count), std::move(name));
  }
  void on(const Tell&) {}
};

Bytes bytes_of(const std::string& name, std::int64_t count) {
  Bytes bytes;
  Writer writer(bytes);
  encode(writer, name);
  encode(writer, count);
  return bytes;
}

TEST(Behavior, FindsAHandlerByTheIdOfItsMessage) {
  const Behavior& teller = behavior_of<Teller>();
  ASSERT_THAT(teller.find(type_id<Tell>()), NotNull());
  EXPECT_EQ(teller.find(type_id<Tell>())->message->wire_name, Tell::wire_name);
  EXPECT_FALSE(teller.find(type_id<Tell>())->is_call);
  ASSERT_THAT(teller.find(type_id<Ask>()), NotNull());
  EXPECT_TRUE(teller.find(type_id<Ask>())->is_call);
  EXPECT_THAT(teller.find(type_id<Ask>() ^ type_id<Tell>()), IsNull());
}

TEST(Behavior, HasTheSignalsThatItsClassHandles) {
  EXPECT_TRUE(behavior_of<Teller>().on_down);
  EXPECT_FALSE(behavior_of<Teller>().on_exit);
  EXPECT_FALSE(behavior_of<Keeper>().on_down);
}

TEST(BehaviorDeath, TwoMessagesOfOneIdStopTheProgram) {
  constexpr MessageType tell{"one"};
  constexpr MessageType ask{"other"};
  const Handler one{7, false, &tell};
  const Handler other{7, false, &ask};
  std::array<Handler, 2> handlers{one, other};
  EXPECT_DEATH(behavior_detail::sort_handlers(handlers), "one and other have one wire id");
}

TEST(Behaviors, KnowAClassByItsName) {
  Behaviors behaviors;
  behaviors.add<Teller>("teller");
  EXPECT_EQ(behaviors.name_of(behavior_of<Teller>()), "teller");
  EXPECT_EQ(behaviors.name_of(behavior_of<Keeper>()), "");
}

TEST(Behaviors, TakeTheArgumentsThatTheClassHasAndNoOthers) {
  Behaviors behaviors;
  behaviors.add<Teller>("teller");
  const auto error = [&](std::string_view name, const Bytes& bytes) -> std::optional<ErrorCode> {
    Decoder decoder{ByteView(bytes)};
    const Result<Blueprint> made = behaviors.make(name, decoder);
    return made ? std::nullopt : std::optional(made.error().code);
  };
  Bytes bytes = bytes_of("ann", 3);
  EXPECT_EQ(error("teller", bytes), std::nullopt);
  EXPECT_EQ(error("porter", bytes), ErrorCode::no_such_behavior);
  bytes.push_back(0);
  EXPECT_EQ(error("teller", bytes), ErrorCode::incompatible_type) << "too many";
  EXPECT_EQ(error("teller", Bytes{}), ErrorCode::incompatible_type) << "too few";
}

TEST(BehaviorsDeath, OneNameIsOfOneClass) {
  Behaviors behaviors;
  behaviors.add<Teller>("teller");
  EXPECT_DEATH(behaviors.add<Teller>("teller"), "added twice under one name");
}

TEST(BehaviorsDeath, AClassThatNeedsItsMakerIsNotMadeWithoutIt) {
  const Behaviors behaviors;
  EXPECT_DEATH(behaviors.make_here<Keeper>({"x", 1}), "spawned where it was not added");
}

}  // namespace
}  // namespace noex::tests
