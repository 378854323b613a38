// Batches, their workers and the program itself: shares, deaths, exit codes, what goes to which
// stream, options, junit, xml, trace_file.
#include "noex/sim/program/batch.h"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "noex/sim/check/runtime_properties.h"
#include "noex/sim/program/junit.h"
#include "noex/sim/program/workers.h"
#include "noex/sim/text/xml.h"
#include "tests/sim/checked.h"

namespace noex::sim {
namespace {

using ::testing::HasSubstr;

class Results final : public WorkerEvents {
 public:
  void on_result(RunSummary summary) override { summaries[summary.seed] = std::move(summary); }
  void on_died(std::uint64_t seed, std::string how) override { deaths[seed] = std::move(how); }

  std::map<std::uint64_t, RunSummary> summaries;
  std::map<std::uint64_t, std::string> deaths;
};

SimOptions seeds(std::uint64_t first, std::uint64_t last) {
  SimOptions options;
  options.application = &chat_application();
  options.seeds = SeedRange{first, last};
  return options;
}

TEST(Workers, RunEverySeedOnceWhateverTheirNumber) {
  const SimOptions options = seeds(10, 16);
  const Stopwatch no_clock = [] { return Duration{0}; };
  std::map<std::uint64_t, RunSummary> alone;
  for (std::uint64_t seed = 10; seed <= 16; ++seed) alone[seed] = run_seed(options, seed, no_clock);
  for (const std::uint32_t jobs : {1U, 3U, 7U}) {
    Results results;
    EXPECT_TRUE(Workers(options, no_clock, jobs, results).run());
    EXPECT_EQ(results.summaries, alone) << jobs << " jobs";
    EXPECT_TRUE(results.deaths.empty());
  }
}

// Each worker looks at its clock twice a seed, and dies at its third look: in its second seed.
TEST(Workers, GoOnAfterARunThatEndsItsProcess) {
  const SimOptions options = seeds(1, 4);
  const Stopwatch deadly = [looks = 0]() mutable {
    if (++looks == 3) ::_exit(7);
    return Duration{0};
  };
  Results results;
  EXPECT_TRUE(Workers(options, deadly, 1, results).run());
  EXPECT_EQ(results.summaries.size(), 2U);
  EXPECT_TRUE(results.summaries.contains(1) && results.summaries.contains(3));
  EXPECT_EQ(results.deaths.size(), 2U);
  EXPECT_EQ(results.deaths[2], "the run ended the process with code 7");
  EXPECT_TRUE(results.deaths.contains(4));
}

// --- What a batch shows ---

// On and hit, checked: all but what the test takes away.
BatchTotals full_totals() {
  BatchTotals totals;
  totals.seeds = 101;
  totals.faults_on = static_cast<std::uint32_t>(possible_faults().to_ulong());
  totals.hits.fill(1);
  totals.checks = testing::all_checked(1);
  return totals;
}

TEST(Batch, FailsIfAFaultOrACheckerNeverHadAnything) {
  const SimOptions options;
  EXPECT_TRUE(find_gaps(full_totals(), options).empty());
  BatchTotals totals = full_totals();
  totals.hits[static_cast<std::size_t>(FaultKind::pause)] = 0;
  testing::times_of(totals.checks, property::r8) = 0;
  EXPECT_EQ(find_gaps(totals, options),
            (std::vector<std::string>{"X2: pause was on and never hit anything",
                                      "X2: R8 never had anything to check"}));
  totals.seeds = 100;
  EXPECT_TRUE(find_gaps(totals, options).empty());
}

TEST(Batch, AsksOnlyForWhatTheChosenFaultsCanShow) {
  SimOptions options;
  BatchTotals totals = full_totals();
  testing::times_of(totals.checks, property::x1) = 0;
  EXPECT_TRUE(find_gaps(totals, options).empty());
  options.check = true;
  EXPECT_EQ(find_gaps(totals, options).size(), 1U);
  options.faults = *parse_fault_choice("none");
  totals.faults_on = 0;
  totals.hits.fill(0);
  EXPECT_TRUE(find_gaps(totals, options).empty());
}

// --- The program ---

struct Ran {
  int code = -1;
  std::string output;
};

Ran run(const std::string& arguments, const std::string& redirection = "2>&1") {
  const std::string line = fmt::format("{}/sim {} {}", NOEX_BIN_DIR, arguments, redirection);
  std::FILE* pipe = ::popen(line.c_str(), "r");
  Ran ran;
  char buffer[4096];
  std::size_t count = 0;
  while ((count = std::fread(buffer, 1, sizeof buffer, pipe)) > 0) ran.output.append(buffer, count);
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) ran.code = WEXITSTATUS(status);
  return ran;
}

TEST(SimProgram, RunsOneSeedTheSameWayEachTime) {
  const Ran first = run("--seed 42 --nodes 5");
  EXPECT_EQ(first.code, 0);
  EXPECT_THAT(first.output, HasSubstr("Seed 42: 5 nodes, 60 s"));
  EXPECT_THAT(first.output, HasSubstr("Fingerprint: "));
  EXPECT_EQ(run("--seed 42 --nodes 5").output, first.output);
  EXPECT_EQ(run("--seed 42 --nodes 5 --trace /dev/null").output, first.output);
}

TEST(SimProgram, ChoosesARandomSeedAndPrintsIt) {
  const Ran ran = run("--faults none");
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.output, HasSubstr("Seed "));
}

TEST(SimProgram, PrintsOneJsonObjectASeedInOrder) {
  const Ran ran = run("--seeds 5..9 --jobs 2 --json --check");
  EXPECT_EQ(ran.code, 0);
  std::istringstream lines(ran.output);
  std::uint64_t seed = 5;
  for (std::string line; std::getline(lines, line); ++seed) {
    const boost::json::object object = boost::json::parse(line).as_object();
    EXPECT_EQ(object.at("seed").to_number<std::uint64_t>(), seed);
    EXPECT_EQ(object.at("checks").as_object().at("X1").to_number<int>(), 1);
    EXPECT_TRUE(object.at("violations").as_array().empty());
  }
  EXPECT_EQ(seed, 10U);
}

TEST(SimProgram, ABatchFindsWhatSingleRunsFind) {
  const Ran one = run("--seed 6 --json");
  const Ran batch = run("--seeds 6..6 --json");
  const auto fingerprint = [](const Ran& ran) {
    return boost::json::parse(ran.output).as_object().at("fingerprint").as_string();
  };
  EXPECT_EQ(fingerprint(one), fingerprint(batch));
}

TEST(SimProgram, SummarisesABatch) {
  const Ran ran = run("--seeds 1..10 --jobs 2");
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.output, HasSubstr("10 seeds, 0 failed; "));
  EXPECT_THAT(ran.output, HasSubstr("faults that hit: "));
  EXPECT_THAT(ran.output, HasSubstr("checked: M1 "));
}

TEST(SimProgram, ShardsAreDisjointAndTheirUnionIsTheWhole) {
  std::multiset<std::uint64_t> seeds;
  for (int shard = 1; shard <= 3; ++shard) {
    const Ran ran = run(fmt::format("--seeds 5..15 --faults none --json --shard {}/3", shard));
    EXPECT_EQ(ran.code, 0);
    std::istringstream lines(ran.output);
    for (std::string line; std::getline(lines, line);) {
      seeds.insert(boost::json::parse(line).as_object().at("seed").to_number<std::uint64_t>());
    }
  }
  std::multiset<std::uint64_t> whole;
  for (std::uint64_t seed = 5; seed <= 15; ++seed) whole.insert(seed);
  EXPECT_EQ(seeds, whole);
}

TEST(Workers, EndWhenTheTimeIsUp) {
  SimOptions options = seeds(1, 1'000'000'000);
  options.search_time = 100ms;
  const Stopwatch clock = [] {
    return Duration(std::chrono::steady_clock::now().time_since_epoch());
  };
  Results results;
  EXPECT_TRUE(Workers(options, clock, 2, results).run());
  EXPECT_LT(results.summaries.size(), 1'000'000U);
  EXPECT_TRUE(results.deaths.empty());
}

TEST(SimProgram, SearchesFromASeedOnInEachShard) {
  EXPECT_EQ(endless_range(100, {}).first, 100U);
  const SeedRange second = endless_range(100, {2, 8});
  EXPECT_EQ(second.first, 101U);
  EXPECT_EQ(second.at(3), 125U);
  EXPECT_GT(endless_range(~std::uint64_t{0}, {}).last, endless_range(~std::uint64_t{0}, {}).first);
}

// --- JUnit ---

TEST(Junit, EscapesWhatXmlMayNotHave) {
  EXPECT_EQ(escape_xml("a<b>&\"c\" caf\u00e9"), "a&lt;b&gt;&amp;&quot;c&quot; caf\u00e9");
  EXPECT_EQ(escape_xml("\x01\x1b["), "\uFFFD\uFFFD[");
  EXPECT_EQ(escape_xml("\xff\xc3"), "\uFFFD\uFFFD");
  EXPECT_EQ(escape_xml("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD") << "half a surrogate pair";
}

TEST(Junit, HasACaseForEachPropertyAndKeepsTheFirstFailures) {
  JunitReport report;
  for (int i = 1; i <= 50; ++i) report.add("C3", fmt::format("seed {}: <lost>", i));
  report.add("", "seed 9: the run ended by signal 6 (Aborted)");
  BatchTotals totals;
  totals.seeds = 50;
  const std::string text = report.print("seeds", properties_of(chat_application()), totals,
                                        {"X2: pause was on"}, 1500ms);
  EXPECT_THAT(text, HasSubstr(fmt::format("tests=\"{}\" failures=\"3\"",
                                          testing::all_checked(0).size() + 2)));
  EXPECT_THAT(text, HasSubstr("message=\"50 failed; seed 1: &lt;lost&gt;\""));
  EXPECT_THAT(text, HasSubstr("\nseed 20: &lt;lost&gt;\n"));
  EXPECT_EQ(text.find("seed 21: "), std::string::npos);
  EXPECT_THAT(text, HasSubstr("X2: pause was on"));
  EXPECT_THAT(text, HasSubstr("time=\"1.500\""));
  EXPECT_THAT(text, HasSubstr("signal 6"));
}

TEST(SimProgram, WritesJunitXml) {
  const std::string path = fmt::format("{}sim_junit_{}.xml", ::testing::TempDir(), ::getpid());
  EXPECT_EQ(run(fmt::format("--seeds 1..3 --faults none --force --junit {}", path)).code, 0);
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_THAT(text, ::testing::StartsWith("<?xml version"));
  EXPECT_THAT(text, HasSubstr("failures=\"0\""));
  EXPECT_THAT(text, HasSubstr("3 seeds, 0 failed"));
  ::unlink(path.c_str());
}

TEST(SimProgram, TracesEveryEventAsALine) {
  const std::string path = fmt::format("{}sim_trace_{}.txt", ::testing::TempDir(), ::getpid());
  EXPECT_EQ(run(fmt::format("--seed 3 --faults none --force --trace {}", path)).code, 0);
  std::ifstream file(path);
  std::string line;
  std::size_t lines = 0;
  bool shown = false;
  while (std::getline(file, line)) {
    ++lines;
    ASSERT_GE(line.size(), 31U) << line;
    ASSERT_EQ(line[3], '.') << line;
    shown = shown || line.find(" shown     user 1: Joined room \"") != std::string::npos;
  }
  EXPECT_GT(lines, 1000U);
  EXPECT_TRUE(shown);
  ::unlink(path.c_str());
}

TEST(SimProgram, ListsAndHelps) {
  const Ran help = run("--help");
  EXPECT_EQ(help.code, 0);
  for (const char* flag :
       {"--seed",     "--nodes",  "--duration",    "--seeds",       "--jobs",
        "--faults",   "--check",  "--json",        "--trace",       "--shard",
        "--minutes",  "--junit",  "--force",       "--strict",      "--verbose",
        "--scenario", "--shrink", "--list-faults", "--list-points", "--list-properties",
        "--version"}) {
    EXPECT_THAT(help.output, HasSubstr(flag));
  }
  EXPECT_THAT(help.output, HasSubstr("/sim --seed 42 --nodes 5  ")) << "as it was called";
  const Ran version = run("--version");
  EXPECT_EQ(version.code, 0);
  EXPECT_THAT(version.output, HasSubstr("sim "));
  const Ran faults = run("--list-faults");
  EXPECT_EQ(faults.code, 0);
  EXPECT_THAT(faults.output, HasSubstr("power_loss"));
  EXPECT_EQ(std::ranges::count(faults.output, '\n'), std::ptrdiff_t(possible_faults().count()));
  const Ran properties = run("--list-properties");
  EXPECT_EQ(properties.code, 0);
  EXPECT_EQ(std::ranges::count(properties.output, '\n'), std::ssize(testing::all_checked(0)));
}

TEST(SimProgram, RefusesBadUsageWithCodeTwo) {
  for (const char* arguments : {"--seed x",
                                "--seed -1",
                                "--nodes 1",
                                "--nodes 1001",
                                "--nodes",
                                "--duration 10",
                                "--duration soon",
                                "--duration 1000000",
                                "--faults thunder",
                                "--faults crash,",
                                "--seeds 5",
                                "--seeds 5..3",
                                "--seeds a..b",
                                "--seed 1 --seeds 1..2",
                                "--seeds 1..2 --jobs 0",
                                "--jobs 2",
                                "--what",
                                "--seeds 1..9 --shard 0/2",
                                "--seeds 1..9 --shard 3/2",
                                "--seeds 1..9 --shard 2",
                                "--seeds 1..2 --shard 3/3",
                                "--shard 1/2",
                                "--junit x",
                                "--minutes 0",
                                "--minutes 1 --seeds 1..2",
                                "--minutes 1 --save-scenario x",
                                "--seeds 1..2 --junit /no/such/folder/file",
                                "seven",
                                "--seeds 1..2 --trace x",
                                "--seed 1 --trace /no/such/folder/file"}) {
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.code, 2) << arguments << ": " << ran.output;
    EXPECT_THAT(ran.output, ::testing::StartsWith("sim: ")) << arguments;
    EXPECT_EQ(run(arguments, "2>/dev/null").output, "") << arguments;
  }
}

TEST(SimProgram, SaysWhatAMistypedOptionMayHaveMeant) {
  EXPECT_THAT(run("--nmae 3").output, HasSubstr("sim: no option --nmae\nTry: "));
  EXPECT_THAT(run("--noeds 3").output, HasSubstr("sim: no option --noeds; did you mean --nodes?"));
  EXPECT_THAT(run("--sede=3").output, HasSubstr("sim: no option --sede; did you mean --seed?"));
  EXPECT_THAT(run("nodes").output,
              HasSubstr("sim: 'nodes' belongs to no option; did you mean --nodes?"));
}

}  // namespace
}  // namespace noex::sim
