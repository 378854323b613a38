#include "noex/transport/asio/spdlog_log.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace noex {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

class SpdlogLogTest : public ::testing::Test {
 protected:
  SpdlogLogTest() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) /
              (std::string("noex_log_") + info->name() + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  ~SpdlogLogTest() override { std::filesystem::remove_all(folder_); }

  std::string file() const { return (folder_ / "node.log").string(); }
  std::string written() const {
    std::ostringstream text;
    text << std::ifstream(file()).rdbuf();
    return text.str();
  }

  std::filesystem::path folder_;
};

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++found;
  return found;
}

TEST_F(SpdlogLogTest, WritesTimeLevelAndText) {
  auto log = SpdlogLog::open({.file = file()});
  ASSERT_TRUE(log) << describe(log.error());
  (*log)->warning("peer {} is {}", "node1", "slow");
  EXPECT_THAT(written(), ContainsRegex("^20..-..-.. ..:..:...... warning peer node1 is slow\n$"))
      << "and it is in the file already";
}

TEST_F(SpdlogLogTest, LeavesOutWhatIsBelowItsLevel) {
  auto log = SpdlogLog::open({.level = LogLevel::warning, .file = file()});
  ASSERT_TRUE(log);
  EXPECT_FALSE((*log)->enabled(LogLevel::info));
  EXPECT_TRUE((*log)->enabled(LogLevel::warning));
  (*log)->debug("one");
  (*log)->info("two");
  (*log)->write(LogLevel::info, "direct");
  (*log)->warning("three");
  (*log)->error("four");
  EXPECT_THAT(written(), Not(HasSubstr("one")));
  EXPECT_THAT(written(), Not(HasSubstr("two")));
  EXPECT_THAT(written(), Not(HasSubstr("direct")));
  EXPECT_THAT(written(), HasSubstr("warning three"));
  EXPECT_THAT(written(), HasSubstr("error four"));
}

TEST_F(SpdlogLogTest, TextIsNoFormatString) {
  auto log = SpdlogLog::open({.file = file()});
  ASSERT_TRUE(log);
  (*log)->write(LogLevel::info, "{} {0} %v {");
  EXPECT_THAT(written(), HasSubstr("{} {0} %v {"));
}

TEST_F(SpdlogLogTest, AppendsToTheFile) {
  for (const char* text : {"first", "second"}) {
    auto log = SpdlogLog::open({.file = file()});
    ASSERT_TRUE(log);
    (*log)->info("{}", text);
  }
  EXPECT_EQ(count(written(), "\n"), 2U);
}

TEST_F(SpdlogLogTest, SaysWhyAFileCannotBeOpened) {
  std::ofstream(file()) << "a plain file";
  const std::string below = file() + "/node.log";
  const auto log = SpdlogLog::open({.file = below});
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, ErrorCode::system);
  EXPECT_THAT(log.error().detail, HasSubstr(below));
  EXPECT_THAT(log.error().detail, HasSubstr("Not a directory"));
}

TEST_F(SpdlogLogTest, WritesToStandardErrorByDefault) {
  ::testing::internal::CaptureStderr();
  auto log = SpdlogLog::open({});
  ASSERT_TRUE(log);
  (*log)->info("hello");
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("info hello\n"));
}

TEST(LogLevelTest, ParsesItsFourNames) {
  EXPECT_EQ(parse_log_level("debug"), LogLevel::debug);
  EXPECT_EQ(parse_log_level("info"), LogLevel::info);
  EXPECT_EQ(parse_log_level("warning"), LogLevel::warning);
  EXPECT_EQ(parse_log_level("error"), LogLevel::error);
  const auto unknown = parse_log_level("loud");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(unknown.error().detail, HasSubstr("debug, info, warning or error"));
}

TEST(NullLogTest, IsNeverEnabled) {
  NullLog log;
  EXPECT_FALSE(log.enabled(LogLevel::error));
  log.error("nobody {}", "hears");
}

}  // namespace
}  // namespace noex
