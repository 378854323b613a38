// `sim` as a tool: lines that can be pasted (reproduce), files that are whole or not there
// (output_file), signals (interrupts), limits, and messages about what is wrong with its input
// (console).
#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "noex/sim/program/options.h"
#include "noex/sim/program/reproduce.h"
#include "noex/sim/text/output_file.h"
#include "noex/transport/base/text.h"
#include "tests/sim/sim_program.h"

namespace noex::sim {
namespace {

using testing::Outcome;
using testing::program;
using testing::read_file;
using testing::Running;
using testing::shell;
using testing::write_file;

// A folder that is empty, and is gone after the test.
class SimTool : public ::testing::Test {
 protected:
  SimTool() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fmt::format("{}sim tool {} {}", ::testing::TempDir(), info->name(), ::getpid());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
  }
  ~SimTool() override { std::filesystem::remove_all(folder_); }

  std::string path(std::string_view name) const { return fmt::format("{}/{}", folder_, name); }
  Outcome run(const std::string& arguments, const std::string& name = "sim") const {
    return shell(folder_, fmt::format("{} {}", program(name), arguments));
  }
  std::size_t files() const {
    const std::filesystem::directory_iterator all(folder_);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  // What stands after "reproduce: " in the last line.
  static std::string pasted(const Outcome& outcome) {
    const std::size_t at = outcome.text.rfind("reproduce: ");
    if (at == std::string::npos) return "false";
    std::string line = outcome.text.substr(at + 11);
    line.resize(line.find('\n'));
    return line;
  }

  std::string folder_;
};

// node2's crash is what the planted rule takes offence at.
constexpr std::string_view crashing =
    "at 0s start node1\nat 0s start node2\nat 1s command node1 says /name Alice\n"
    "at 3s crash node2\n";
// Nothing goes wrong.
constexpr std::string_view calm =
    "at 0s start node1\nat 0s start node2\nat 1s command node1 says /name Alice\n"
    "at 4s command node1 says /create hall\n";

std::string last_line(const std::string& text) {
  const std::size_t end = text.find_last_not_of('\n');
  const std::size_t begin = text.rfind('\n', end);
  return text.substr(begin + 1, end - begin);
}

std::string fingerprint(const Outcome& outcome) {
  const std::size_t at = outcome.text.find("Fingerprint: ");
  return at == std::string::npos ? "" : outcome.text.substr(at, 29);
}

// --- What can be pasted ---

TEST(ShellWord, IsReadBackByAShell) {
  EXPECT_EQ(shell_word("plain-1.0/x@y:z"), "plain-1.0/x@y:z");
  EXPECT_EQ(shell_file("-x"), "./-x");
  for (const std::string& word :
       {std::string("two words"), std::string("it's"), std::string("\"$HOME\" `ls` \\ !"),
        std::string("tab\tand\nline"), std::string("\x1b[31mred"), std::string("caf\u00e9 *?[a]~"),
        std::string("both ' and \n")}) {
    const Outcome echoed = shell(".", fmt::format("printf '%s|' {}", shell_word(word)));
    EXPECT_EQ(echoed.text, word + "|");
    EXPECT_EQ(shell_word(word).find('\n'), std::string::npos);
  }
  EXPECT_EQ(shell_word(""), "''");
}

TEST(CommandWords, AreThoseOfWhoCalled) {
  EXPECT_EQ(command_words("./dev sim", "/tmp/x"), "./dev sim");
  EXPECT_EQ(command_words(nullptr, "/opt/my tools/sim"), "'/opt/my tools/sim'");
  EXPECT_EQ(command_words("", "sim"), "sim");
  EXPECT_EQ(command_words(nullptr, nullptr), "sim");
}

TEST_F(SimTool, WhatItSaysToReproduceAViolationCanBePasted) {
  write_file(path("it's a $HOME scenario"), crashing);
  const Outcome first =
      run("--scenario \"it's a \\$HOME scenario\" --seed 7 --check", "sim_planted");
  ASSERT_EQ(first.code, 1) << first.text;
  const Outcome again = shell(folder_, pasted(first));
  EXPECT_EQ(again.code, 1) << pasted(first) << again.text;
  EXPECT_EQ(again.text, first.text);
}

TEST_F(SimTool, SaysHowItWasCalled) {
  write_file(path("a.scenario"), crashing);
  const Outcome by_dev =
      shell(folder_, fmt::format("NOEX_COMMAND='./dev --preset clang sim' {} --scenario a.scenario",
                                 program("sim_planted")));
  EXPECT_EQ(last_line(by_dev.text), "reproduce: ./dev --preset clang sim --scenario a.scenario");
  const Outcome by_path =
      shell(folder_, fmt::format("PATH={}:$PATH sim_planted --seed 77 --nodes 3", NOEX_BIN_DIR));
  EXPECT_EQ(last_line(by_path.text), "reproduce: sim_planted --seed 77 --nodes 3");
}

TEST_F(SimTool, WhatIsShrunkSaysHowToRunIt) {
  write_file(path("big.scenario"), crashing);
  const Outcome shrunk =
      run("--scenario big.scenario --shrink 'small one.scenario' --check", "sim_planted");
  ASSERT_EQ(shrunk.code, 1) << shrunk.text;
  const std::string text = read_file(path("small one.scenario"));
  const std::string comment =
      fmt::format("# Run it: {} --scenario 'small one.scenario' --check\n", program("sim_planted"));
  EXPECT_NE(text.find(comment), std::string::npos) << text;
  EXPECT_EQ(shell(folder_, pasted(shrunk)).code, 1) << pasted(shrunk);
}

// --- A scenario under other seeds ---

TEST_F(SimTool, RunsAScenarioUnderAnotherSeed) {
  write_file(path("a.scenario"), fmt::format("seed 3\n{}", calm));
  const std::string own = fingerprint(run("--scenario a.scenario"));
  EXPECT_EQ(fingerprint(run("--scenario a.scenario --seed 3")), own);
  const Outcome other = run("--scenario a.scenario --seed 4");
  EXPECT_NE(fingerprint(other), own);
  EXPECT_EQ(other.text.find("a.scenario, seed 4: 2 nodes, "), 0U) << other.text;
  const Outcome many = run("--scenario a.scenario --seeds 3..6 --jobs 2 --json");
  EXPECT_EQ(many.code, 0);
  EXPECT_TRUE(many.has(fmt::format("\"fingerprint\":\"{}\"", own.substr(13)))) << many.text;
  EXPECT_EQ(std::ranges::count(many.text, '\n'), 4);
}

TEST_F(SimTool, ABatchOfAScenarioSaysWhichSeedFailed) {
  write_file(path("a.scenario"), crashing);
  const Outcome many = run("--scenario a.scenario --seeds 5..5", "sim_planted");
  EXPECT_EQ(many.code, 1);
  const std::string line =
      fmt::format("; reproduce: {} --scenario a.scenario --seed 5\n", program("sim_planted"));
  EXPECT_TRUE(many.has(line)) << many.text;
  EXPECT_EQ(shell(folder_, pasted({1, line})).code, 1);
}

TEST_F(SimTool, AScenarioSaysItsOwnNodes) {
  write_file(path("a.scenario"), calm);
  EXPECT_EQ(run("--scenario a.scenario --nodes 3").code, 2);
  EXPECT_EQ(run("--scenario a.scenario --faults none").code, 2);
}

// --- Files ---

TEST_F(SimTool, OverwritesNothingUnlessForced) {
  write_file(path("a.scenario"), crashing);
  for (const char* flag : {"--trace", "--html", "--save-scenario", "--shrink"}) {
    write_file(path("kept"), "precious");
    const Outcome refused = run(fmt::format("--scenario a.scenario {} kept", flag), "sim_planted");
    EXPECT_EQ(refused.code, 2) << flag;
    EXPECT_TRUE(
        refused.has(fmt::format("sim: {}: kept: exists already; --force overwrites it\n", flag)))
        << refused.text;
    EXPECT_EQ(read_file(path("kept")), "precious") << flag;
    run(fmt::format("--scenario a.scenario {} kept --force", flag), "sim_planted");
    EXPECT_GT(read_file(path("kept")).size(), 100U) << flag;
  }
  write_file(path("kept"), "precious");
  EXPECT_EQ(run("--seeds 1..2 --junit kept").code, 2);
  EXPECT_EQ(read_file(path("kept")), "precious");
  EXPECT_EQ(run("--seeds 1..2 --junit kept --force").code, 0);
  EXPECT_EQ(files(), 2U) << "something was left beside them";
}

TEST_F(SimTool, FilesThatCannotBeWrittenAreKnownBeforeTheRun) {
  for (const char* flag : {"--trace", "--html", "--save-scenario", "--shrink"}) {
    for (const char* name : {"missing/file", ".", "/proc/nothing"}) {
      const Outcome refused = run(fmt::format("--seed 1 {} {}", flag, name));
      EXPECT_EQ(refused.code, 2) << flag << ' ' << name;
      EXPECT_TRUE(refused.has(fmt::format("sim: {}: {}: ", flag, name))) << refused.text;
    }
  }
  EXPECT_EQ(run("--seed 1 --trace ''").code, 2);
  EXPECT_EQ(run("--seed 1 --trace x --html x").code, 2);
  EXPECT_EQ(files(), 0U);
}

TEST_F(SimTool, AFullDeviceIsAnErrorOfTheRun) {
  for (const char* arguments :
       {"--seed 1", "--seed 1 --json", "--seed 1 --follow node1/user1", "--seeds 1..3",
        "--seeds 1..3 --json", "--help", "--list-faults", "--version", "--seed 1 --shrink"}) {
    const Outcome full = run(fmt::format("{} >/dev/full", arguments));
    EXPECT_EQ(full.code, 2) << arguments;
    EXPECT_EQ(full.text, "sim: standard output: No space left on device\n") << arguments;
    const Outcome closed = run(fmt::format("{} >&-", arguments));
    EXPECT_EQ(closed.code, 2) << arguments;
  }
  for (const char* flag : {"--trace", "--html", "--save-scenario"}) {
    const Outcome full = run(fmt::format("--seed 1 {} /dev/full", flag));
    EXPECT_EQ(full.code, 2) << flag;
    EXPECT_TRUE(full.has(fmt::format("sim: {}: /dev/full: No space left on device\n", flag)))
        << full.text;
  }
  EXPECT_EQ(run("--seed x 2>/dev/full").code, 2);
}

TEST_F(SimTool, WritesThroughLinksAndToDevices) {
  write_file(path("real"), "old");
  std::filesystem::create_symlink("real", path("link"));
  EXPECT_EQ(run("--seed 1 --nodes 2 --faults none --trace link --force").code, 0);
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
  EXPECT_GT(read_file(path("real")).size(), 1000U);
  const Outcome piped = run("--seed 1 --nodes 2 --faults none --json --trace /dev/stdout | wc -l");
  EXPECT_GT(std::stoi(piped.text), 1000);
}

TEST(OutputFile, IsNotThereBeforeItIsComplete) {
  const std::string path = fmt::format("{}output_file_{}", ::testing::TempDir(), ::getpid());
  {
    Result<OutputFile> file = OutputFile::create(path, false);
    ASSERT_TRUE(file);
    file->write("half");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  Result<OutputFile> file = OutputFile::create(path, false);
  ASSERT_TRUE(file);
  file->write("whole");
  write_file(path, "somebody else's");  // meanwhile
  EXPECT_FALSE(file->commit());
  EXPECT_EQ(read_file(path), "somebody else's");
  EXPECT_TRUE(write_output(path, true, "whole"));
  EXPECT_EQ(read_file(path), "whole");
  std::filesystem::remove(path);
}

// --- Signals and limits ---

TEST_F(SimTool, CtrlCPrintsTheSummaryOfABatchSoFar) {
  Running batch(fmt::format("cd '{}' && {} --seeds 1..1000000 --jobs 2 --junit all.xml", folder_,
                            program("sim_planted")));
  ASSERT_TRUE(batch.read_until("reproduce: ")) << batch.text();
  batch.interrupt();
  batch.finish();
  EXPECT_EQ(batch.code(), 130) << batch.text();
  EXPECT_TRUE(batch.has(" seeds (interrupted), ")) << batch.text();
  EXPECT_TRUE(batch.has("\nchecked: M1 "));
  EXPECT_FALSE(batch.has("signal"));
  EXPECT_TRUE(read_file(path("all.xml")).ends_with("</testsuites>\n"));
}

TEST_F(SimTool, CtrlCEndsALongRunAndLeavesNoHalfFile) {
  Running run(
      fmt::format("cd '{}' && {} --seed 1 --nodes 2 --faults none --duration 80000 "
                  "--trace run.txt",
                  folder_, program("sim")));
  ASSERT_TRUE(run.read_until("Settings: ")) << run.text();
  run.interrupt();
  run.finish();
  EXPECT_EQ(run.code(), 130) << run.text();
  EXPECT_TRUE(run.has("s; nothing was violated until then.\n")) << run.text();
  EXPECT_TRUE(run.has("sim: --trace: run.txt was not written\n")) << run.text();
  EXPECT_EQ(files(), 0U);
}

TEST_F(SimTool, CtrlCWritesTheSmallestScenarioSoFar) {
  Running shrink(
      fmt::format("cd '{}' && {} --seed 1 --duration 600 --shrink small --shrink-time "
                  "3000",
                  folder_, program("sim_planted")));
  ASSERT_TRUE(shrink.read_until("VIOLATED M2 at ")) << shrink.text();
  shrink.interrupt();
  shrink.finish();
  EXPECT_EQ(shrink.code(), 130) << shrink.text();
  EXPECT_TRUE(shrink.has("interrupted: this is the smallest so far\n")) << shrink.text();
  EXPECT_EQ(run("--scenario small", "sim_planted").code, 1);
}

TEST_F(SimTool, MoreJobsThanTheSystemHasRoomForIsSaid) {
  const Outcome few = shell(folder_, fmt::format("ulimit -n 40 && {} --seeds 1..100 --faults none "
                                                 "--nodes 2 --jobs 64",
                                                 program("sim")));
  EXPECT_EQ(few.code, 0) << few.text;
  EXPECT_TRUE(few.has(" of 64 run at a time: Too many open files")) << few.text;
  EXPECT_TRUE(few.has("100 seeds, 0 failed; ")) << few.text;
  const Outcome none =
      shell(folder_, fmt::format("exec 3>&-; ulimit -n 4 && {} --seeds 1..2", program("sim")));
  EXPECT_EQ(none.code, 2) << none.text;
  EXPECT_TRUE(none.has("Too many open files")) << none.text;
  EXPECT_FALSE(none.has("broken invariant")) << none.text;
  const Outcome single =
      shell(folder_, fmt::format("exec 3>&-; ulimit -n 4 && {} --seed 2", program("sim")));
  EXPECT_EQ(single.code, 2) << single.text;
  EXPECT_FALSE(single.has("broken invariant")) << single.text;
}

TEST_F(SimTool, AReaderThatGoesAwayEndsItQuietly) {
  const Outcome closed = shell(
      folder_, fmt::format("{} --seed 42 --verbose --html run.html | head -1", program("sim")));
  EXPECT_EQ(closed.text.find("Seed 42: 5 nodes, 60 s, quiet from "), 0U) << closed.text;
  EXPECT_EQ(std::ranges::count(closed.text, '\n'), 1) << closed.text;
  EXPECT_EQ(
      shell(folder_, fmt::format("{} --seeds 1..1000000 --json | head -2 | wc -l", program("sim")))
          .text,
      "2\n");
}

// --- What is wrong is shown, and cannot drive a terminal ---

TEST_F(SimTool, ABadScenarioIsEchoedHarmlessly) {
  const std::string_view bad[] = {"\x1b[2Jclear 1\n",
                                  "at 1s \x1b]0;title\x07 node1\n",
                                  "at 1s start node1 \x1b[31m\n",
                                  "option \x1b[31m=3\n",
                                  "links \x1b[31m=3\n",
                                  "faults \x1b[31m\n",
                                  "seed \x1b[31m\n",
                                  "at \x1b[31m start node1\n",
                                  "at 1s start \x1b[31m\n",
                                  "at 1s start node1 as \x1b[31m\n",
                                  "at 1s crash_before node1 \x1b[31m 1 for 1s\n",
                                  "prober \x1b[31m\n",
                                  "at 1s partition node1 \x1b[31m rest for 1s\n"};
  for (const std::string_view text : bad) {
    write_file(path("bad"), text);
    const Outcome refused = run("--scenario bad");
    EXPECT_EQ(refused.code, 2) << text;
    EXPECT_EQ(refused.text.find("sim: --scenario: bad:1: "), 0U) << refused.text;
    EXPECT_EQ(refused.text.find('\x1b'), std::string::npos) << refused.text;
    EXPECT_EQ(std::ranges::count(refused.text, '\n'), 1) << refused.text;
  }
}

TEST_F(SimTool, ALongLineIsNotEchoedWhole) {
  write_file(path("bad"), std::string(10'000'000, 'x'));
  EXPECT_LT(run("--scenario bad").text.size(), 300U);
  write_file(path("bad"), fmt::format("at 1s start {}", std::string(10'000'000, 'x')));
  EXPECT_LT(run("--scenario bad").text.size(), 300U);
}

TEST_F(SimTool, BadArgumentsAreEchoedHarmlessly) {
  for (const char* flag : {"--seed", "--seeds", "--nodes", "--duration", "--faults", "--scenario",
                           "--jobs", "--follow", "--trace", "--minutes", "--shrink-time"}) {
    const Outcome refused = run(fmt::format("{} $'./no/\\e[31m\\nx'", flag));
    EXPECT_EQ(refused.code, 2) << flag;
    EXPECT_EQ(refused.text.find('\x1b'), std::string::npos) << refused.text;
    EXPECT_EQ(refused.text.find("sim: "), 0U) << refused.text;
  }
}

TEST_F(SimTool, ReadsFilesOfOtherSystems) {
  std::string other = fmt::format("\xEF\xBB\xBF# made elsewhere\n{}", calm);
  for (std::size_t at = 0; (at = other.find('\n', at)) != std::string::npos; at += 2) {
    other.replace(at, 1, "\r\n");
  }
  for (std::size_t at = 0; (at = other.find("start ", at)) != std::string::npos; ++at) {
    other.replace(at, 6, "start\t");
  }
  write_file(path("own"), calm);
  write_file(path("other"), other);
  EXPECT_EQ(fingerprint(run("--scenario own")), fingerprint(run("--scenario other")));
  EXPECT_NE(fingerprint(run("--scenario own")), "");
}

TEST_F(SimTool, RefusesWhatDoesNotGoTogether) {
  for (const char* arguments :
       {"--seed 1 --shrink --json", "--seed 1 --shrink --trace t", "--seed 1 --shrink --strict",
        "--seed 1 --shrink --verbose", "--seeds 1..2 --verbose", "--seed 1 --verbose --json"}) {
    EXPECT_EQ(run(arguments).code, 2) << arguments;
  }
  EXPECT_EQ(files(), 0U);
}

TEST_F(SimTool, ShrinkingWhatHoldsWritesNothing) {
  const Outcome held = run("--seed 1 --nodes 2 --faults none --shrink small");
  EXPECT_EQ(held.code, 0);
  EXPECT_TRUE(held.has("Nothing to shrink, and no small was written.\n")) << held.text;
  EXPECT_EQ(files(), 0U);
}

// --- As much as a screen shows ---

TEST_F(SimTool, ARunThatHoldsFitsOnAScreen) {
  for (const int seed : {1, 7, 42, 123}) {
    for (const char* faults : {"swarm", "all", "none"}) {
      const Outcome held = run(fmt::format("--seed {} --faults {}", seed, faults));
      ASSERT_EQ(held.code, 0) << held.text;
      EXPECT_LE(std::ranges::count(held.text, '\n'), 24) << held.text;
      std::istringstream lines(held.text);
      for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
      EXPECT_TRUE(held.has("\n  [10:30:") || held.has("The chat, as user")) << held.text;
    }
  }
  const Outcome all = run("--seed 42 --verbose");
  EXPECT_TRUE(all.has("\nSchedule\n"));
  EXPECT_TRUE(all.has("\nWhat the nodes saw of each other\n"));
  EXPECT_EQ(fingerprint(all), fingerprint(run("--seed 42")));
}

TEST_F(SimTool, AReportOfAScenarioIsHeadedByItsFile) {
  write_file(path("two words.scenario"), calm);
  const Outcome held = run("--scenario 'two words.scenario'");
  EXPECT_EQ(held.text.find("two words.scenario, seed 0: 2 nodes, "), 0U) << held.text;
}

}  // namespace
}  // namespace noex::sim
