// The page of `sim --html` in a real browser without a screen: it starts without an error, shows
// the violation, and does what it is told by clicks and keys.
//
// A copy of the page gets a script at its end, which uses the page as a person would and writes
// down what it sees; the browser then prints the document.
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "noex/sim/chat/chat_application.h"
#include "noex/sim/plan/scenario_maker.h"
#include "noex/sim/story/story_recorder.h"

namespace {

std::string temporary(std::string_view name) {
  return fmt::format("{}noex-page-{}-{}", ::testing::TempDir(), ::getpid(), name);
}

std::string output_of(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  std::string output;
  std::array<char, 65536> buffer{};
  for (std::size_t count = 0; (count = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    output.append(buffer.data(), count);
  }
  ::pclose(pipe);
  return output;
}

std::string contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void replace(std::string& text, std::string_view what, std::string_view by) {
  const std::size_t at = text.find(what);
  ASSERT_NE(at, std::string::npos) << what;
  text.replace(at, what.size(), by);
}

// What the script reports, a line each; "error: ..." for whatever goes wrong in the page.
// A browser without a screen makes no frames once nothing changes: timers take their place.
constexpr std::string_view before_page = R"(<head><script>
window.requestAnimationFrame = (draw) => setTimeout(() => draw(performance.now()), 5);
window.reports = [];
window.report = (...words) => window.reports.push(words.join(" "));
window.addEventListener("error", (event) => report("error:", event.message));
document.addEventListener("securitypolicyviolation", (event) => report("error:", event.blockedURI));
</script>)";
constexpr std::string_view after_page = R"(<script>
const frame = () => new Promise((done) => setTimeout(done, 30));
const key = async (name) => {
  document.body.dispatchEvent(new KeyboardEvent("keydown", {key: name, bubbles: true}));
  await frame();
};
const press = async (selector) => { document.querySelector(selector).click(); await frame(); };
const text = (selector) => document.querySelector(selector).textContent;
(async () => {
  await frame();
  try { await (async () => { {} })(); } catch (problem) { report("error:", problem); }
  const probe = document.createElement("pre");
  probe.id = "probe";
  probe.textContent = window.reports.join("\n");
  document.body.append(probe);
})();
</script></body>)";

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

class Page : public ::testing::Test {
 protected:
  static void make(const std::string& program, const std::string& arguments) {
    page_file() = temporary("run.html");
    (void)output_of(fmt::format("{}/{} {} --force --html {} 2>&1", NOEX_BIN_DIR, program, arguments,
                                page_file()));
  }
  static std::string& page_file() {
    static std::string file;  // made once for all tests of a suite
    return file;
  }

  // Runs the script in the page; what it reported, and whatever the browser complains of.
  static std::string use(std::string_view script, std::string_view flags = "") {
    std::string page = contents(page_file());
    replace(page, "<head>", before_page);
    std::string after(after_page);
    replace(after, "{}", script);
    page.insert(page.rfind("</body>"), after);
    const std::string file = temporary("used.html");
    std::ofstream(file) << page;
    const std::string profile = temporary("profile");
    const std::string complaints = temporary("complaints");
    const std::string document = output_of(
        fmt::format("timeout 120 {} --headless --no-sandbox --disable-gpu --disable-dev-shm-usage "
                    "--user-data-dir={} --virtual-time-budget=10000 --window-size=1280,900 "
                    "--enable-logging=stderr --dump-dom {} file://{} 2>{}",
                    NOEX_CHROMIUM, profile, flags, file, complaints));
    std::string reported = document;
    const std::size_t from = document.find("<pre id=\"probe\">");
    if (from != std::string::npos) {
      reported = document.substr(from + 16, document.find("</pre>", from) - from - 16);
    }
    const std::string said = contents(complaints);
    if (said.find("CONSOLE") != std::string::npos) reported += said;
    std::filesystem::remove_all(profile);
    std::filesystem::remove(file);
    std::filesystem::remove(complaints);
    return reported + "\n";
  }
};

class HeldPage : public Page {
 protected:
  static void SetUpTestSuite() { make("sim", "--seed 42"); }
};
class ViolatedPage : public Page {
 protected:
  static void SetUpTestSuite() { make("sim_planted", "--seed 42"); }
};

TEST_F(HeldPage, StartsWithoutAnError) {
  const std::string reports = use(R"(
    report("verdict:", text("#verdict"));
    report("title:", text("#title"), "|", document.title);
    const canvas = document.querySelector("#lanes");
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    report("drawn:", pixels.some((value) => value !== 0));
    report("chips:", document.querySelectorAll("#kinds button").length > 5);
    report("loaded:", performance.getEntriesByType("resource").length);)");
  EXPECT_FALSE(has(reports, "error:")) << reports;
  EXPECT_FALSE(has(reports, "CONSOLE")) << reports;
  EXPECT_TRUE(has(reports, "verdict: All properties held.\n")) << reports;
  EXPECT_TRUE(has(reports, "title: Seed 42, 5 nodes, 60 s | Seed 42, 5 nodes: all")) << reports;
  EXPECT_TRUE(has(reports, "drawn: true\n")) << reports;
  EXPECT_TRUE(has(reports, "chips: true\n")) << reports;
  EXPECT_TRUE(has(reports, "loaded: 0\n")) << reports;
}

TEST_F(HeldPage, FindsAndShowsAMessage) {
  const std::string reports = use(R"(
    const field = document.querySelector("#search");
    field.value = "may i have";
    field.dispatchEvent(new Event("input"));
    await frame();
    report("found:", text("#found"));
    await press("#panel-list .rows button");
    report("selected:", text("#panel-selected h2"));
    report("way:", text("#panel-selected table"));
    await press("#cone-past");
    report("cone:", text("#cone-size"));
    field.value = "no such thing anywhere";
    field.dispatchEvent(new Event("input"));
    await frame();
    report("none:", text("#panel-list"));)");
  EXPECT_FALSE(has(reports, "error:")) << reports;
  EXPECT_TRUE(has(reports, " found\n")) << reports;
  EXPECT_TRUE(has(reports, "selected: registry: claim ")) << reports;
  EXPECT_TRUE(has(reports, "way: Handed over")) << reports;
  EXPECT_TRUE(has(reports, "messages led to it\n")) << reports;
  EXPECT_TRUE(has(reports, "none: Nothing found.\n")) << reports;
}

// The causal past by its definition, until nothing is added: what the page's one pass must equal.
std::size_t count_past(const noex::sim::Story& story, const noex::sim::StoryMessage& of) {
  using noex::sim::StoryMessage;
  const auto life_of = [&story](std::uint32_t node, noex::Instant at) {
    return std::ranges::find_if(story.lives,
                                [node, at](const auto& life) {
                                  return life.node == node && life.began <= at && at <= life.ended;
                                }) -
           story.lives.begin();
  };
  std::vector<noex::Instant> reach(story.lives.size(), noex::Instant::min());
  reach[static_cast<std::size_t>(life_of(of.from, of.written))] = of.written;
  std::vector<bool> in(story.messages.size());
  for (bool changed = true; std::exchange(changed, false);) {
    for (std::size_t i = 0; i < story.messages.size(); ++i) {
      const StoryMessage& message = story.messages[i];
      const bool counts = message.group != noex::sim::MessageGroup::heartbeat &&
                          message.group != noex::sim::MessageGroup::ping;
      if (in[i] || !counts || message.read == noex::sim::never) continue;
      if (message.read > reach[static_cast<std::size_t>(life_of(message.to, message.read))])
        continue;
      in[i] = changed = true;
      noex::Instant& sender =
          reach[static_cast<std::size_t>(life_of(message.from, message.written))];
      sender = std::max(sender, message.written);
    }
  }
  return static_cast<std::size_t>(std::ranges::count(in, true));
}

TEST_F(HeldPage, KnowsWhatLedToAMessage) {
  noex::sim::ScenarioRequest request;
  request.seed = 42;
  request.nodes = 5;
  const noex::sim::Scenario scenario = make_scenario(noex::sim::chat_application(), request);
  noex::sim::StoryRecorder recorder(noex::sim::chat_application(), scenario, nullptr);
  noex::sim::simulate(noex::sim::chat_application(), scenario, &recorder);
  const noex::sim::Story& story = recorder.story();
  std::vector<std::size_t> claims;
  for (const auto& message : story.messages) {
    if (has(story.texts[message.text], "may I have")) claims.push_back(count_past(story, message));
  }
  ASSERT_GT(claims.size(), 20U);
  const std::string reports = use(R"(
    const field = document.querySelector("#search");
    field.value = "may I have";
    field.dispatchEvent(new Event("input"));
    await frame();
    const past = [];
    for (const place of [0, 10, 20]) {
      await press("#tab-list");
      document.querySelectorAll("#panel-list .rows button")[place].click();
      await frame();
      await press("#cone-past");
      past.push(parseInt(text("#cone-size")));
    }
    report("past:", past.join(" "));)");
  EXPECT_TRUE(has(reports, fmt::format("past: {} {} {}\n", claims[0], claims[10], claims[20])))
      << reports;
}

TEST_F(HeldPage, IsUsedByKeysAndFilters) {
  const std::string reports = use(R"(
    await key("n");
    report("first:", text("#panel-selected h2"));
    await key("n");
    report("second:", text("#panel-selected .quiet"));
    await key("+");
    await key("Escape");
    report("free:", text("#panel-selected .quiet"));
    await key("0");
    for (const chip of document.querySelectorAll("#nodes button")) chip.click();
    await frame();
    report("empty:", document.querySelector("#empty").hidden, text("#empty"));
    await press("#tab-views");
    report("views:", text("#panel-views h2"));
    await press("#tab-chat");
    const users = document.querySelector("#chat-user");
    const names = [...users.options].map((one) => one.text);
    report("users:", names.length, names.some((name) => name.startsWith("Alice (")));
    report("chat:", document.querySelectorAll("#chat-lines li").length > 10);)");
  EXPECT_FALSE(has(reports, "error:")) << reports;
  EXPECT_TRUE(has(reports, "first: ")) << reports;
  EXPECT_TRUE(has(reports, "free: Click a message")) << reports;
  EXPECT_TRUE(has(reports, "empty: false No node is chosen.\n")) << reports;
  EXPECT_TRUE(has(reports, "views: What each node believes at ")) << reports;
  EXPECT_TRUE(has(reports, "users: 10 true\n")) << reports;
  EXPECT_TRUE(has(reports, "chat: true\n")) << reports;
}

TEST_F(HeldPage, FitsANarrowScreen) {
  const std::string reports = use(R"(
    report("overflow:", document.documentElement.scrollWidth > window.innerWidth);)",
                                  "--window-size=500,900");
  EXPECT_FALSE(has(reports, "error:")) << reports;
  EXPECT_TRUE(has(reports, "overflow: false\n")) << reports;
}

TEST_F(ViolatedPage, ShowsTheViolationAndWhatLedToIt) {
  const std::string reports = use(R"(
    report("verdict:", text("#verdict button"));
    await key("Escape");
    report("free:", text("#panel-selected .quiet"));
    await press("#violation-0");
    report("clicked:", text("#panel-selected h2"), "|", text("#panel-selected .text"));
    report("cone:", text("#cone-size"));
    report("needed:", text("#panel-selected").includes("It happens with these steps alone"));
    report("views:", document.querySelectorAll("#panel-selected .matrix").length > 0);
    await key("Escape");
    const canvas = document.querySelector("#lanes");
    const box = canvas.getBoundingClientRect();
    await key("v");
    await key("0");
    // The red line of the violation in the lanes: found by its colour, clicked where it is.
    const ratio = canvas.width / box.width;
    const row = canvas.getContext("2d").getImageData(0, Math.round(8 * ratio), canvas.width, 1);
    const isRed = (at) => row.data[at] > 150 && row.data[at + 1] < 90 && row.data[at + 3] > 200;
    let x = 0;
    while (x < canvas.width && !isRed(4 * x)) ++x;
    await key("Escape");
    canvas.dispatchEvent(new MouseEvent("click", {bubbles: true, clientX: box.left + x / ratio + 2,
      clientY: box.top + 8}));
    await frame();
    report("drawn at:", x > 0 && x < canvas.width, text("#panel-selected h2"));)");
  EXPECT_FALSE(has(reports, "error:")) << reports;
  EXPECT_FALSE(has(reports, "CONSOLE")) << reports;
  EXPECT_TRUE(has(reports, "verdict: M2 violated at ")) << reports;
  EXPECT_TRUE(has(reports, "free: Click the violation")) << reports;
  EXPECT_TRUE(has(reports, "clicked: M2 violated | expected that no node ever goes down, seen "))
      << reports;
  EXPECT_TRUE(has(reports, "messages led to it\n")) << reports;
  EXPECT_TRUE(has(reports, "needed: true\n")) << reports;
  EXPECT_TRUE(has(reports, "views: true\n")) << reports;
  EXPECT_TRUE(has(reports, "drawn at: true M2 violated\n")) << reports;
}

}  // namespace
