// What the registry says to what owns its links, and when.
#include "noex/runtime/names/registry_links.h"

#include <gmock/gmock.h>

#include "noex/runtime/names/name_service.h"
#include "noex/runtime/registry/registry_wire.h"
#include "tests/runtime/parts_harness.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class WritesDown final : public RegistryLinks {
 public:
  void send_registry(LinkSerial, ByteView message) override { note("sends", message); }
  void begin_registry(LinkSerial, ByteView message) override { note("begins", message); }
  void reach(const NodeId& to) override { told.push_back("reaches " + to.name()); }
  void registry_known(const Incarnation& owner) override {
    told.push_back("knows " + owner.id.name());
  }

  std::vector<std::string> told;

 private:
  void note(const char* what, ByteView message) {
    const auto received = decode_registry_message(message);
    ASSERT_TRUE(received.has_value());
    const bool is_all = std::holds_alternative<NamesSnapshot>(received->message);
    told.push_back(fmt::format("{} {}", what, is_all ? "all" : "news"));
  }
};

class RegistryWay : public PartsTest, public NamesEvents {
 protected:
  void on_conflict_lost(const RegistryConflictLost&) override {}
  void on_winner_changed(const RegistryWinnerChanged&) override {}
  bool handles_name_conflict(ProcessId) const override { return false; }

  std::vector<std::string> told() { return std::exchange(ways_.told, {}); }
  void comes(const RegistryMessage& message) {
    EXPECT_TRUE(names_.on_message(link_.serial(), encode_registry_message(message, Stamp{})));
    run_for();
  }
  void claim() {
    names_.claim("name", spawn(), 10s, [this](Result<void> result) {
      ends_.push_back(result ? "held" : describe(result.error()));
    });
  }

  WritesDown ways_;
  std::vector<std::string> ends_;
  HybridClock clock_{self_.id};
  NameService names_{self_, options_, host_.loop(), clock_,   processes_,
                     *this, ways_,    *this,        observer_};
};

TEST_F(RegistryWay, ALinkBeginsWithAllThatIsKnownAndSoAgainIfItOpensAnew) {
  names_.set_settled(true);
  names_.on_link_up(other_, link_.serial());
  EXPECT_EQ(told().front(), "begins all");
  names_.on_link_reopened(other_, link_.serial());
  EXPECT_EQ(told().front(), "begins all");
}

TEST_F(RegistryWay, WhoseNamesHaveComeIsKnownInALaterTurn) {
  names_.on_link_up(other_, link_.serial());
  (void)told();
  const Bytes all = encode_registry_message(NamesSnapshot{other_, 0, false, {}, {}}, Stamp{});
  EXPECT_TRUE(names_.on_message(link_.serial(), all));
  EXPECT_THAT(told(), IsEmpty()) << "together with what others bring";
  run_for();
  EXPECT_THAT(told(), ::testing::Contains("knows node2"));
}

TEST_F(RegistryWay, AClaimGoesOutAtOnceAndNeverOverALinkThatIsGone) {
  names_.set_settled(true);
  names_.on_link_up(other_, link_.serial());
  comes(NamesSnapshot{other_, 0, false, {}, {}});
  names_.on_node_up(other_);
  (void)told();
  claim();
  EXPECT_THAT(told(), ::testing::Contains("sends news"));
  EXPECT_THAT(ends_, IsEmpty()) << "it waits for the other's grant";
  names_.on_link_down(link_.serial());
  names_.on_node_down(other_, true);
  run_for();
  EXPECT_THAT(ends_, ElementsAre("held")) << "nobody else is left to ask";
  (void)told();
  claim();
  run_for();
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(RegistryWay, MessagesOverLinksThatThereAreNotAreMalformed) {
  const Bytes all = encode_registry_message(NamesSnapshot{other_, 0, false, {}, {}}, Stamp{});
  EXPECT_FALSE(names_.on_message(link_.serial(), all));
}

}  // namespace
}  // namespace noex::tests
