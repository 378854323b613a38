#include "noex/runtime/membership/control.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include <gtest/gtest.h>

namespace noex {
namespace {

bool is_accepted(const ControlMessage& message) {
  const auto decoded = decode_control(encode_control(message));
  return decoded && *decoded == message;
}

TEST(Control, EveryMessageSurvivesTheWire) {
  const NodeId id("node1", "127.0.0.1", 4369);
  const NodeId other("node2", "::1", 1);
  const TableEntry suspect{id, 5, 7, MemberStatus::suspect, DownReason::heartbeat_timeout};
  EXPECT_TRUE(is_accepted(Heartbeat{7, 8, clock_wall_max, 0xffffffff, {}}));
  EXPECT_TRUE(is_accepted(Heartbeat{7, 8, 0, 0, {{suspect, other}, {suspect, {}}}}));
  EXPECT_TRUE(is_accepted(Table{{{id, 5, member_version_max, MemberStatus::left, {}}, suspect}}));
  EXPECT_TRUE(is_accepted(PingRequest{3, {id, 5}}));
  EXPECT_TRUE(is_accepted(Nack{3}));
  EXPECT_TRUE(is_accepted(Release{}));
  EXPECT_TRUE(is_accepted(ReleaseAck{true}));
  EXPECT_TRUE(is_accepted(Ping{1}));
  EXPECT_TRUE(is_accepted(Pong{1}));
  EXPECT_TRUE(is_accepted(Leave{}));
  EXPECT_TRUE(is_accepted(LeaveAck{}));
}

TEST(Control, RefusesAClockThatCouldOnlyOverflow) {
  EXPECT_FALSE(is_accepted(Heartbeat{7, 8, clock_wall_max + 1, 0, {}}));
  EXPECT_FALSE(is_accepted(Heartbeat{7, 8, -1, 0, {}}));
}

TEST(Control, RefusesImpossibleBootsAndUnknownKinds) {
  const NodeId id("node1", "127.0.0.1", 4369);
  EXPECT_FALSE(is_accepted(Table{{{id, 0, 1, MemberStatus::alive, {}}}}));
  EXPECT_FALSE(is_accepted(Table{{{id, boot_max + 1, 1, MemberStatus::alive, {}}}}));
  EXPECT_FALSE(is_accepted(PingRequest{1, {id, 0}}));
  EXPECT_FALSE(decode_control(""));
  EXPECT_FALSE(decode_control("\x7f"));
}

TEST(Control, RefusesEntriesThatNobodyMakes) {
  const NodeId id("node1", "127.0.0.1", 4369);
  const TableEntry entry{id, 5, 7, MemberStatus::suspect, DownReason::heartbeat_timeout};
  const auto with = [&entry](auto change) {
    TableEntry changed = entry;
    change(changed);
    return Table{{changed}};
  };
  EXPECT_FALSE(is_accepted(with([](auto& one) { one.version = 0; })));
  EXPECT_FALSE(is_accepted(with([](auto& one) { one.version = member_version_max + 1; })));
  EXPECT_FALSE(is_accepted(with([](auto& one) { one.reason.reset(); })));
  EXPECT_FALSE(is_accepted(with([](auto& one) { one.status = MemberStatus::alive; })));
  EXPECT_FALSE(is_accepted(with([](auto& one) { one.status = MemberStatus{4}; })));
  EXPECT_FALSE(is_accepted(with([](auto& one) { one.reason = DownReason{9}; })));
  EXPECT_FALSE(is_accepted(Heartbeat{
      0, 0, 0, 0, {{TableEntry{id, 5, 7, MemberStatus::dead, DownReason::restarted}, id}}}));
  EXPECT_FALSE(
      is_accepted(Heartbeat{0, 0, 0, 0, std::vector<Rumour>(rumours_max + 1, Rumour{entry, id})}));
}

TEST(Control, FullestMessagesFitIntoAFrame) {
  const NodeId id(std::string(name_chars_max, 'n'), std::string(host_chars_max, 'h'), 65535);
  const TableEntry entry{id, boot_max, member_version_max, MemberStatus::suspect,
                         DownReason::heartbeat_timeout};
  const Heartbeat heartbeat{~0U, ~0U, clock_wall_max, ~0U,
                            std::vector<Rumour>(rumours_max, Rumour{entry, id})};
  EXPECT_LE(encode_control(heartbeat).size(), 65536U);
  EXPECT_LE(encode_control(Table{std::vector<TableEntry>(table_entries_max, entry)}).size(),
            65536U);
}

// A change of the format leaves the seeds behind, and the fuzzer then starts from nothing.
TEST(Control, FuzzerStartsFromEveryKind) {
  std::set<std::size_t> kinds;
  for (const auto& seed :
       std::filesystem::directory_iterator(NOEX_SOURCE_DIR "/fuzz/corpus/control")) {
    std::ifstream file(seed.path(), std::ios::binary);
    const Bytes bytes(std::istreambuf_iterator<char>(file), {});
    const auto message = decode_control(bytes);
    const bool is_bad = seed.path().filename().string().starts_with("malformed");
    EXPECT_EQ(message.has_value(), !is_bad) << seed.path();
    if (message) kinds.insert(message->index());
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<ControlMessage>);
}

}  // namespace
}  // namespace noex
