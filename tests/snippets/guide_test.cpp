// The examples of GUIDE.md, EVOLUTION.md, and the headers of messages and replies.
#include <deque>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "noex/runtime.h"
#include "tests/snippets/one_node.h"

namespace {

using namespace noex;
using GuideSnippets = snippets::OneNode;

// --- Answer a call later ---

using Item = std::string;
struct Take {
  static constexpr auto wire_name = "doc:take";
  using reply = Item;
};
struct Put {
  static constexpr auto wire_name = "doc:put";
  Item item;
};

class Shelf : public Process {
 public:
  using messages = std::tuple<Take, Put>;
  using Process::Process;

  void on(const Take&, Reply<Item> reply) {
    if (items_.empty()) return waiting_.push_back(std::move(reply));
    std::move(reply).answer(pop());
  }
  void on(const Put& put) {
    if (waiting_.empty()) return items_.push_back(put.item);
    std::move(waiting_.front()).answer(put.item);
    waiting_.pop_front();
  }

 private:
  Item pop() {
    Item item = std::move(items_.front());
    items_.pop_front();
    return item;
  }

  std::deque<Item> items_;
  std::deque<Reply<Item>> waiting_;
};

task<void> take(Ref shelf, std::string& taken) {
  const Result<Item> item = co_await shelf.call<Take>();
  taken = item.value_or("nothing");
}

TEST_F(GuideSnippets, AReplyIsGivenLater) {
  std::string taken;
  in_turn([&] {
    const Ref shelf = *node().spawn_local<Shelf>();
    (void)node().run(take(shelf, taken));
    (void)node().loop().start_timer(node().loop().now() + 1s,
                                    [shelf] { (void)shelf.cast<Put>("book"); });
  });
  run_for(2s);
  EXPECT_EQ(taken, "book");
}

// --- Ask several at once ---

using Value = std::string;
struct Read {
  static constexpr auto wire_name = "doc:read";
  using reply = Value;
  std::string key;
};
struct Write {
  static constexpr auto wire_name = "doc:write";
  using reply = Done;
  std::string key, text;
};

class Replica : public Process {
 public:
  using messages = std::tuple<Read, Write>;
  using Process::Process;

  Result<Value> on(const Read&) { return value_; }
  Result<Done> on(const Write& write) {
    value_ = write.text;
    return Done{};
  }

 private:
  Value value_;
};

task<Result<Done>> store(std::vector<Ref> replicas, std::string key, std::string text) {
  const auto answers = co_await when_all<Read>(replicas, key);       // each answer, or error
  const auto acks = co_await quorum<Write>(2, replicas, key, text);  // once two have agreed
  const Result<Value> value = co_await first_of<Read>(replicas, key);

  if (succeeded(acks) < 2) co_return fail(ErrorCode::rejected, "no quorum");
  if (answers.size() != replicas.size() || !value) co_return fail(ErrorCode::rejected);
  co_return Done{};
}

task<void> store_one(std::vector<Ref> replicas, bool& stored) {
  stored = (co_await store(std::move(replicas), "k", "v")).has_value();
}

TEST_F(GuideSnippets, SeveralAreAskedAtOnce) {
  bool stored = false;
  in_turn([&] {
    std::vector<Ref> replicas;
    for (int i = 0; i < 3; ++i) replicas.push_back(*node().spawn_local<Replica>());
    (void)node().run(store_one(std::move(replicas), stored));
  });
  run_for(1s);
  EXPECT_TRUE(stored);
}

// --- Do something beside the mailbox ---

using Load = std::uint64_t;
struct GetLoad {
  static constexpr auto wire_name = "doc:get_load";
  using reply = Load;
};
struct Begin {
  static constexpr auto wire_name = "doc:begin";
};

class Balancer : public Process {
 public:
  using messages = std::tuple<Begin, GetLoad>;
  using arguments = std::tuple<Ref>;
  Balancer(Context& context, Ref peer) : Process(context), peer_(std::move(peer)) {}

  void on(const Begin&) { (void)spawn_task(poll()); }  // Result: at most process_tasks_max
  task<void> poll() {
    for (;;) {
      co_await node().sleep(1s);
      const Result<Load> load = co_await peer_.call<GetLoad>();
      if (load) load_ = *load;  // handlers may have run since: look again at what you knew
    }
  }

  Result<Load> on(const GetLoad&) { return load_ + 1; }

 private:
  Ref peer_;
  Load load_ = 0;
};

task<void> ask_load(Ref balancer, Load& load) {
  load = (co_await balancer.call<GetLoad>()).value_or(0);
}

TEST_F(GuideSnippets, ATaskRunsBesideTheMailbox) {
  Load load = 0;
  Ref balancer;
  in_turn([&] {
    balancer = *node().spawn_local<Balancer>(*node().spawn_local<Balancer>(Ref()));
    (void)balancer.cast<Begin>();
  });
  run_for(3s);
  run(ask_load(balancer, load));
  EXPECT_EQ(load, 2U);
}

// --- Messages ---

namespace plain {
struct Post {
  static constexpr auto wire_name = "chat:post";
  std::string user, text;
};
}  // namespace plain
namespace grown {
struct Post {
  static constexpr auto wire_name = "chat:post";
  static constexpr std::size_t wire_fields = 2;
  std::string user, text;
  std::optional<WallTime> at = std::nullopt;  // added later
};
}  // namespace grown

struct Order {
  static constexpr auto wire_name = "shop:order";
  static constexpr std::size_t wire_fields = 1;  // since the second version
  struct reply {
    static constexpr std::size_t wire_fields = 1;
    std::string text;
    std::optional<std::uint32_t> price = std::nullopt;  // third version
  };
  std::string item;
  std::uint32_t count = 1;                         // second version
  std::optional<std::string> note = std::nullopt;  // third version
};

TEST(MessageSnippets, AMessageGrowsAndStaysTheSameType) {
  EXPECT_EQ(type_id<plain::Post>(), type_id<grown::Post>());
  static_assert(CastMessage<grown::Post> && CallMessage<Order> && Grown<Order>);
  EXPECT_NE(type_id<Order>(), 0U);
}

class Money {
 public:
  Money() = default;
  explicit Money(std::int64_t cents) : cents_(cents) {}
  std::int64_t cents() const { return cents_; }

 private:
  std::int64_t cents_ = 0;
};

}  // namespace

template <>
struct noex::Codec<Money> {
  static void shape(std::string& out) { out += "@money;"; }  // differs where bytes differ
  static void encode(Writer& writer, const Money& money) { writer.zigzag(money.cents()); }
  static void decode(Decoder& decoder, Money& money) { money = Money(decoder.zigzag()); }
};

namespace {

TEST(MessageSnippets, ACodecTeachesAType) {
  Money read;
  EXPECT_TRUE(decode_all(encoded(Money(-7)), read));
  EXPECT_EQ(read.cents(), -7);
}

}  // namespace
