#include "noex/runtime/message/sender.h"

#include <memory>

#include <gtest/gtest.h>

namespace noex::tests {
namespace {

class NoSender final : public Sender {
 public:
  Result<void> cast(const Ref&, TypeId, Outgoing&) override { return {}; }
  Result<void> start_call(const Ref&, TypeId, Outgoing&, Duration, PendingCall&) override {
    return {};
  }
  void abandon_call(PendingCall&) override {}
  Result<bool> start_cast(const Ref&, TypeId, Outgoing&, Duration, PendingCast&) override {
    return false;
  }
  void abandon_cast(PendingCast&) override {}
};

TEST(Sender, IsFoundThroughItsDoorWhileItExists) {
  auto sender = std::make_unique<NoSender>();
  const Sender::Door door = sender->door();
  EXPECT_EQ(*door, sender.get());
  sender.reset();
  EXPECT_EQ(*door, nullptr);
}

TEST(Sender, HasADoorOfItsOwn) {
  const NoSender one;
  const NoSender other;
  EXPECT_NE(one.door(), other.door());
}

}  // namespace
}  // namespace noex::tests
