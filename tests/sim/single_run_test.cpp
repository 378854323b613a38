// The real program, with the project's checkers and with a false rule in their place: what it says
// of one run, also of one that ends its process (apart, surroundings), and its exit codes.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

namespace {

struct Outcome {
  std::string text;
  int code = -1;
};

Outcome run(const std::string& program, const std::string& arguments) {
  const std::string line = fmt::format("{{ {}/{} {}; }} 2>&1", NOEX_BIN_DIR, program, arguments);
  Outcome outcome;
  std::FILE* pipe = ::popen(line.c_str(), "r");
  char buffer[4096];
  for (std::size_t count = 0; (count = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    outcome.text.append(buffer, count);
  }
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) outcome.code = WEXITSTATUS(status);
  return outcome;
}

bool has(const Outcome& outcome, std::string_view text) {
  return outcome.text.find(text) != std::string::npos;
}

// A small cluster whose only fault is a crash that others notice.
std::string crashing_scenario() {
  const std::string path = ::testing::TempDir() + "crashing.scenario";
  std::ofstream(path) << "at 0s start node1\nat 0s start node2\nat 0s start node4\n"
                         "at 0s start node5\nat 1s command node1 says /name Alice\n"
                         "at 2s reset node1 - node4\nat 3s crash node2\n"
                         "at 4s command node4 says /rooms\n";
  return path;
}

TEST(SingleRun, AViolationEndsWithOneAndSaysWhy) {
  const std::string path = crashing_scenario();
  const Outcome outcome = run("sim_planted", "--scenario " + path);
  EXPECT_EQ(outcome.code, 1) << outcome.text;
  EXPECT_TRUE(has(outcome, "VIOLATED M2 at 3.")) << outcome.text;
  EXPECT_TRUE(has(outcome, "seen node2 down at node")) << outcome.text;
  EXPECT_TRUE(has(outcome, "What each believed at 3.")) << outcome.text;
  EXPECT_TRUE(has(outcome, "  node2   does not run\n")) << outcome.text;
  EXPECT_TRUE(has(outcome, "The last of node2\n")) << outcome.text;
  EXPECT_TRUE(has(outcome, "alone, and not without any one of them")) << outcome.text;
  EXPECT_TRUE(has(outcome, " crash: node2\n")) << outcome.text;
  EXPECT_FALSE(has(outcome, "#6 reset: node1 - node4\n")) << outcome.text;
  const std::string command = fmt::format("{}/sim_planted --scenario {}", NOEX_BIN_DIR, path);
  EXPECT_TRUE(outcome.text.ends_with("reproduce: " + command + "\n")) << outcome.text;
}

TEST(SingleRun, AViolationIsInThePage) {
  const std::string page = ::testing::TempDir() + "violated.html";
  const Outcome outcome =
      run("sim_planted", fmt::format("--scenario {} --force --html {}", crashing_scenario(), page));
  EXPECT_EQ(outcome.code, 1) << outcome.text;
  std::ifstream file(page);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_NE(text.find("M2 violated</title>"), std::string::npos);
  EXPECT_NE(text.find("seen node2 down at node"), std::string::npos);
}

TEST(SingleRun, AnAbortSaysItsSeed) {
  const Outcome outcome = run("sim_planted", "--seed 77 --nodes 3");
  EXPECT_EQ(outcome.code, 1) << outcome.text;
  EXPECT_TRUE(has(outcome, "the planted rule cannot count to 3")) << outcome.text;
  EXPECT_TRUE(has(outcome, "sim: seed 77: the run ended by signal 6 (Aborted)\n")) << outcome.text;
  EXPECT_TRUE(has(outcome, "alone, and not without any one of them\n")) << outcome.text;
  EXPECT_TRUE(outcome.text.ends_with("/sim_planted --seed 77 --nodes 3\n")) << outcome.text;
}

TEST(SingleRun, AnAbortIsALineOfJson) {
  const Outcome outcome = run("sim_planted", "--seed 77 --nodes 3 --json 2>/dev/null");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.text.find(R"({"seed":77,"nodes":3,"died":)"), 0U) << outcome.text;
}

TEST(SingleRun, AnAbortIsShrunk) {
  const std::string small = ::testing::TempDir() + "aborts.scenario";
  const Outcome outcome = run("sim_planted", "--seed 77 --nodes 3 --force --shrink " + small);
  EXPECT_EQ(outcome.code, 1) << outcome.text;
  EXPECT_TRUE(has(outcome, "DIED broken invariant at ")) << outcome.text;
  EXPECT_TRUE(has(outcome, "0 faults, 1 operations\n")) << outcome.text;
  const Outcome again = run("sim_planted", "--scenario " + small);
  EXPECT_EQ(again.code, 1) << again.text;
  EXPECT_TRUE(has(again, "the planted rule cannot count to 3")) << again.text;
}

TEST(SingleRun, FollowsOneUser) {
  const Outcome outcome = run("sim", "--seed 42 --faults none --follow Alice");
  EXPECT_EQ(outcome.code, 0) << outcome.text;
  EXPECT_TRUE(has(outcome, "node1  > /name Alice\n")) << outcome.text;
  EXPECT_FALSE(has(outcome, "Fingerprint")) << outcome.text;
}

TEST(SingleRun, RefusesWhatItCannotDo) {
  const Outcome nobody = run("sim", "--seed 42 --follow Zed");
  EXPECT_EQ(nobody.code, 2);
  EXPECT_TRUE(has(nobody, "no user 'Zed'; there are: Alice (node1/user1)")) << nobody.text;
  EXPECT_EQ(run("sim", "--seeds 1..2 --html page.html").code, 2);
  EXPECT_EQ(run("sim", "--seed 1 --shrink-time 3").code, 2);
  const Outcome nowhere = run("sim", "--seed 42 --html /nowhere/page.html");
  EXPECT_EQ(nowhere.code, 2);
  EXPECT_TRUE(has(nowhere, "sim: --html: /nowhere/page.html: ")) << nowhere.text;
}

}  // namespace
