#include "noex/runtime/process/mailbox.h"

#include <algorithm>
#include <memory>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace noex::tests {
namespace {

// An envelope as the model knows it.
struct Item {
  Envelope::What what = Envelope::What::message;
  std::uint64_t number = 0;  // of the call (0: a cast), the monitor, the linked process
  std::uint64_t link = 0;

  bool operator==(const Item&) const = default;
};

Ref process_ref(std::uint64_t number) {
  return Ref(NodeId("node1", "10.0.0.1", 4369), 7, number, nullptr);
}

Envelope envelope_of(const Item& item) {
  Envelope made;
  made.what = item.what;
  if (item.what == Envelope::What::down) {
    made.payload = std::make_unique<Box<Down>>(Down{item.number, Ref(), ExitReason()});
  } else if (item.what == Envelope::What::linked_exit) {
    made.payload = std::make_unique<Box<Exit>>(Exit{process_ref(item.number), ExitReason()});
  } else {
    made.payload = std::make_unique<Box<Done>>();
    made.reply_to = ReplyTo{item.number, LinkSerial(item.link)};
  }
  return made;
}

Item item_of(const Envelope& envelope) {
  Item item{envelope.what, envelope.reply_to.call, envelope.reply_to.link.value()};
  if (item.what == Envelope::What::down) {
    item.number = static_cast<Box<Down>&>(*envelope.payload).value.monitor;
  } else if (item.what == Envelope::What::linked_exit) {
    item.number = static_cast<Box<Exit>&>(*envelope.payload).value.process.process();
  }
  return item;
}

// A mailbox beside a plain vector that does the same.
class Twin {
 public:
  void push(const Item& item) {
    box_.push(envelope_of(item));
    model_.push_back(item);
  }
  void pop() {
    if (model_.empty()) return;
    RC_ASSERT(item_of(box_.pop()) == model_.front());
    model_.erase(model_.begin());
  }
  void discard(const Item& item) {
    const auto found = std::ranges::find(model_, item);
    const bool there = found != model_.end();
    if (there) model_.erase(found);
    RC_ASSERT(discard_from_box(item) == there);
  }
  void compare() const {
    RC_ASSERT(box_.size() == model_.size());
    RC_ASSERT(box_.empty() == model_.empty());
    const auto counted = std::ranges::count(model_, Envelope::What::message, &Item::what);
    RC_ASSERT(box_.counted() == static_cast<std::size_t>(counted));
  }
  bool empty() const { return model_.empty(); }

 private:
  bool discard_from_box(const Item& item) {
    switch (item.what) {
      case Envelope::What::down:
        return box_.discard_down(item.number);
      case Envelope::What::linked_exit:
        return box_.discard_exit(process_ref(item.number));
      default:
        return box_.discard_call(ReplyTo{item.number, LinkSerial(item.link)});
    }
  }

  Mailbox box_;
  std::vector<Item> model_;
};

rc::Gen<Item> any_item(std::uint64_t numbers) {
  const auto what =
      rc::gen::element(Envelope::What::message, Envelope::What::down, Envelope::What::linked_exit);
  return rc::gen::map(rc::gen::tuple(what, rc::gen::inRange<std::uint64_t>(1, numbers),
                                     rc::gen::inRange<std::uint64_t>(0, 2)),
                      [](const auto& parts) {
                        auto [kind, number, link] = parts;
                        if (kind != Envelope::What::message) link = 0;
                        return Item{kind, number, link};
                      });
}

// Long enough to be indexed, drained to short again, and taken back from at every place.
RC_GTEST_PROP(Mailbox, DoesWhatAPlainQueueDoes, ()) {
  Twin twin;
  const auto rounds = *rc::gen::inRange(1, 5);
  for (int round = 0; round < rounds; ++round) {
    const auto numbers = *rc::gen::element<std::uint64_t>(5, 50, 400);
    const auto pushes = *rc::gen::inRange(0, 200);
    for (int i = 0; i < pushes; ++i) twin.push(*any_item(numbers));
    const auto steps = *rc::gen::inRange(0, 200);
    for (int i = 0; i < steps; ++i) {
      switch (*rc::gen::inRange(0, 4)) {
        case 0:
          twin.push(*any_item(numbers));
          break;
        case 1:
          twin.pop();
          break;
        default:
          twin.discard(*any_item(numbers));
      }
      twin.compare();
    }
  }
  while (!twin.empty()) twin.pop();
  twin.compare();
}

// As many as a mailbox takes, all taken back in the worst order: seconds if each were looked for.
TEST(Mailbox, TakesBackOneOfManyQuickly) {
  constexpr std::uint64_t count = 200'000;
  Mailbox box;
  for (std::uint64_t call = 1; call <= count; ++call) {
    box.push(envelope_of(Item{Envelope::What::message, call, 3}));
  }
  for (std::uint64_t call = count; call > 1; --call) {
    ASSERT_TRUE(box.discard_call(ReplyTo{call, LinkSerial(3)}));
    ASSERT_FALSE(box.discard_call(ReplyTo{call, LinkSerial(3)}));
  }
  EXPECT_EQ(box.size(), 1U);
  EXPECT_EQ(box.counted(), 1U);
  EXPECT_EQ(box.pop().reply_to.call, 1U);
  EXPECT_TRUE(box.empty());
}

}  // namespace
}  // namespace noex::tests
