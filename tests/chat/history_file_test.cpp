#include "chat/history_file.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace noex::chat {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HistoryFile : public ::testing::Test {
 protected:
  HistoryFile() : folder_(fmt::format("{}noex_history_{}", ::testing::TempDir(), ::getpid())) {}
  ~HistoryFile() override { std::filesystem::remove_all(folder_); }
  std::string path() const { return history_path(folder_.c_str(), nullptr); }

  std::string folder_;
};

TEST(HistoryPath, FollowsTheStandard) {
  EXPECT_EQ(history_path("/state", "/home/a"), "/state/noex/chat_history");
  EXPECT_EQ(history_path("", "/home/a"), "/home/a/.local/state/noex/chat_history");
  EXPECT_EQ(history_path("relative", "/home/a"), "/home/a/.local/state/noex/chat_history");
  EXPECT_EQ(history_path(nullptr, nullptr), "");
}

TEST_F(HistoryFile, KeepsLinesForTheUserAlone) {
  EXPECT_THAT(load_history(path()), IsEmpty());
  save_history(path(), {"one", "zwei \u00fc"});
  save_history(path(), {"three"});
  EXPECT_THAT(load_history(path()), ElementsAre("one", "zwei \u00fc", "three"));
  struct stat about{};
  ASSERT_EQ(::stat(path().c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat((folder_ + "/noex").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0700U);
}

TEST_F(HistoryFile, IsBounded) {
  for (int i = 0; i < 20; ++i)
    save_history(path(), std::vector<std::string>(50, std::string(400, 'x')));
  save_history(path(), {"last"});
  EXPECT_LE(std::filesystem::file_size(path()), 256u * 1024);
  const std::vector<std::string> lines = load_history(path());
  EXPECT_LE(lines.size(), 500u);
  EXPECT_EQ(lines.back(), "last");
}

TEST_F(HistoryFile, TakesNothingButTextFromAPlainFile) {
  save_history(path(), {"x"});
  std::ofstream(path()) << "\x1b[2J\n\n" << std::string(5000, 'y') << "\n\xff\nlast";
  EXPECT_THAT(load_history(path()), ElementsAre("^[[2J", "\ufffd", "last"));
  std::filesystem::remove(path());
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  EXPECT_THAT(load_history(path()), IsEmpty());
  save_history(path(), {"nobody waits for a reader"});
  EXPECT_THAT(load_history("/"), IsEmpty());
}

}  // namespace
}  // namespace noex::chat
