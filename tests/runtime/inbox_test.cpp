#include "noex/runtime/remote/inbox.h"

#include <utility>

#include <gmock/gmock.h>

#include "tests/runtime/parts_harness.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Takes every kind, and writes down which.
class Inboxes : public PartsTest {
 protected:
  template <class Fields>
  Receiver<Fields> note() {
    return {[this](Link& link, Decoder&) {
      EXPECT_EQ(&link, &link_);
      taken_.push_back(Fields::kind);
      return true;
    }};
  }
  template <class... Fields>
  Inbox noting(std::tuple<Fields...>*) {
    return Inbox(*this, note<Fields>()...);
  }
  template <class Fields>
  static Bytes message(const Fields& fields) {
    Bytes bytes(1, static_cast<char>(Fields::kind));
    Writer writer(bytes);
    encode(writer, fields);
    return bytes;
  }

 public:
  Inboxes& takers() { return *this; }
  // Takers of each form.
  bool on_cancel(Link&, const wire::Cancel& cancel) { return cancel.call != 13; }
  void on_demonitor(Link&, const wire::Demonitor& fields) { numbers_.push_back(fields.monitor); }
  bool on_cast(Link&, wire::Cast& cast, ByteView body) {
    bodies_.emplace_back(body);
    return cast.to != 13;
  }

 protected:
  std::vector<MessageKind> taken_;
  std::vector<MonitorId> numbers_;
  std::vector<Bytes> bodies_;
};

TEST_F(Inboxes, GiveEachKindToWhoTakesItAndToNobodyElse) {
  using Kinds = decltype(std::tuple_cat(std::tuple<wire::Registry>(), wire::All()));
  Inbox inbox = noting(static_cast<Kinds*>(nullptr));
  for (int kind = 1; kind <= 20; ++kind) {
    EXPECT_TRUE(inbox.on_message(link_, Bytes(1, static_cast<char>(kind))));
    EXPECT_THAT(std::exchange(taken_, {}), ElementsAre(static_cast<MessageKind>(kind)));
  }
}

TEST_F(Inboxes, RefuseKindsThatThereAreNot) {
  using Kinds = decltype(std::tuple_cat(std::tuple<wire::Registry>(), wire::All()));
  Inbox inbox = noting(static_cast<Kinds*>(nullptr));
  for (const int kind : {0, 21, 127, 255}) {
    EXPECT_FALSE(inbox.on_message(link_, Bytes(5, static_cast<char>(kind)))) << kind;
  }
  EXPECT_FALSE(inbox.on_message(link_, ByteView())) << "a message without a kind";
  EXPECT_THAT(taken_, IsEmpty());
}

TEST_F(Inboxes, RefuseFieldsThatAreCutOffOrNotAll) {
  const auto cancel = receiver(takers(), &Inboxes::on_cancel);
  const auto take = [&](ByteView bytes) {
    Decoder decoder(bytes.substr(1), this);
    return cancel.take(link_, decoder);
  };
  const Bytes whole = message(wire::Cancel{5, 6});
  EXPECT_TRUE(take(whole));
  EXPECT_FALSE(take(whole + "x"));
  EXPECT_FALSE(take(ByteView(whole).substr(0, whole.size() - 1)));
  EXPECT_FALSE(take(message(wire::Cancel{13, 6}))) << "its taker says so";
}

TEST_F(Inboxes, BelieveTakersThatSayNothing) {
  const auto demonitor = receiver(takers(), &Inboxes::on_demonitor);
  const Bytes bytes = message(wire::Demonitor{77});
  Decoder decoder(ByteView(bytes).substr(1), this);
  EXPECT_TRUE(demonitor.take(link_, decoder));
  EXPECT_THAT(numbers_, ElementsAre(77U));
}

TEST_F(Inboxes, GiveTheBodyThatIsLeft) {
  const auto cast = receiver(takers(), &Inboxes::on_cast);
  for (const auto& [to, body] : {std::pair(1, "the body"), std::pair(13, ""), std::pair(2, "")}) {
    const Bytes bytes = message(wire::Cast{static_cast<ProcessId>(to), 5}) + body;
    Decoder decoder(ByteView(bytes).substr(1), this);
    EXPECT_EQ(cast.take(link_, decoder), to != 13);
  }
  EXPECT_THAT(bodies_, ElementsAre("the body", "", ""));
  Decoder nothing(ByteView(), this);
  EXPECT_FALSE(cast.take(link_, nothing));
}

}  // namespace
}  // namespace noex::tests
