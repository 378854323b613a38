// The story of a run: recording changes nothing, and what it tells is what happened; its messages
// (story_messages) in the words of the chat (chat_words), explain, follow, html_json, html_page.
#include "noex/sim/story/story_recorder.h"

#include <algorithm>
#include <string>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "noex/sim/chat/chat_application.h"
#include "noex/sim/check/runtime_properties.h"
#include "noex/sim/plan/scenario_maker.h"
#include "noex/sim/report/html_page.h"
#include "noex/sim/scenario/scenario_text.h"
#include "noex/sim/search/explain.h"
#include "noex/sim/story/follow.h"
#include "noex/sim/text/output_file.h"

namespace noex::sim {
namespace {

Scenario scenario_of(std::uint64_t seed, const char* faults = "all", std::uint32_t nodes = 5) {
  ScenarioRequest request;
  request.seed = seed;
  request.nodes = nodes;
  request.faults = *parse_fault_choice(faults);
  return make_scenario(chat_application(), request);
}

Story record(const Scenario& scenario) {
  StoryRecorder recorder(chat_application(), scenario, nullptr);
  simulate(chat_application(), scenario, &recorder);
  return recorder.story();
}

// The counts of what was checked, too: no event is kept from the checkers.
TEST(StoryRecorder, ChangesNothing) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const Scenario scenario = scenario_of(seed, seed % 2 == 0 ? "all" : "swarm");
    StoryRecorder recorder(chat_application(), scenario, nullptr);
    EXPECT_EQ(simulate(chat_application(), scenario, &recorder),
              simulate(chat_application(), scenario))
        << "seed " << seed;
    EXPECT_GT(recorder.story().messages.size(), 100U);
  }
}

TEST(StoryRecorder, FollowsEveryMessageInOrder) {
  const Story story = record(scenario_of(42));
  std::size_t read = 0;
  std::size_t unknown = 0;
  for (const StoryMessage& message : story.messages) {
    EXPECT_LE(message.written, message.sent);
    EXPECT_LE(message.sent, message.arrived);
    EXPECT_LE(message.arrived, message.read);
    EXPECT_TRUE(message.handled == never || message.handled >= message.read);
    EXPECT_GE(message.bytes, 5U);
    EXPECT_NE(message.from, message.to);
    if (message.read != never) ++read;
    if (message.group == MessageGroup::other) ++unknown;
  }
  EXPECT_GT(read, story.messages.size() / 2);
  EXPECT_LT(unknown * 20, story.messages.size()) << "messages without words: see story_words.cpp";
}

TEST(StoryRecorder, LosesNothingWithoutFaults) {
  const Story story = record(scenario_of(7, "none"));
  for (const StoryMessage& message : story.messages) {
    EXPECT_TRUE(message.read != never || message.written > Instant{story.summary.simulated - 1s} ||
                message.group == MessageGroup::handshake)
        << story.texts[message.text];
    EXPECT_FALSE(message.held);
  }
}

// At the end every node's own view is what its story comes to.
class CompareViews final : public RunWatcher {
 public:
  CompareViews(const StoryRecorder*& recorder, Instant end) : recorder_(recorder), end_(end) {}
  void on_begin(const Truth& truth) override { truth_ = &truth; }
  void on_second(Instant at) override {
    if (at < end_) return;
    for (std::uint32_t node = 0; node < truth_->nodes(); ++node) {
      const Belief belief = belief_of(recorder_->story(), node, at);
      const Node* real = truth_->node(node);
      ASSERT_EQ(belief.runs, real != nullptr);
      if (real == nullptr) continue;
      std::vector<std::string> up;
      for (const Member& member : real->members()) {
        if (member.up) up.push_back(member.incarnation.id.name());
      }
      ASSERT_EQ(belief.up.size(), up.size());
      for (const std::uint32_t peer : belief.up) {
        EXPECT_EQ(std::ranges::count(up, truth_->id(peer).name()), 1);
      }
      const auto names = real->registry().names();
      ASSERT_EQ(belief.names.size(), names.size());
      for (const Belief::Name& name : belief.names) {
        EXPECT_EQ(names.at(name.name).node(), truth_->id(name.holder));
      }
      ++compared_;
    }
  }
  int compared() const { return compared_; }

 private:
  const StoryRecorder*& recorder_;
  const Instant end_;
  const Truth* truth_ = nullptr;
  int compared_ = 0;
};

TEST(StoryRecorder, KnowsWhoBelievedWhat) {
  for (std::uint64_t seed = 20; seed < 30; ++seed) {
    const Scenario scenario = scenario_of(seed);
    const StoryRecorder* story = nullptr;
    CompareViews compare(story, Instant{scenario.duration});
    StoryRecorder recorder(chat_application(), scenario, &compare);
    story = &recorder;
    simulate(chat_application(), scenario, &recorder);
    EXPECT_GT(compare.compared(), 1) << "seed " << seed;
  }
}

TEST(Explain, FindsTheNodesThatAViolationNames) {
  Story story;
  story.nodes = 12;
  story.last_node = 4;
  story.last_turn = Instant{7s};
  const auto nodes_of = [&story](Instant at, const char* text) {
    return involved_nodes(story, {property::m1, at, text});
  };
  using Nodes = std::vector<std::uint32_t>;
  EXPECT_EQ(nodes_of(Instant{9s}, "node2@10.0.0.2:4369 has node12 up"), (Nodes{1, 11}));
  EXPECT_EQ(nodes_of(Instant{7s}, "of node1"), (Nodes{0, 4}));
  EXPECT_EQ(nodes_of(Instant{9s}, "nobody in particular").size(), 12U);
}

TEST(Explain, FindsTheStepsThatItTakes) {
  const Scenario scenario = scenario_of(42);
  const std::uint32_t needed[] = {scenario.steps[3].id, scenario.steps[200].id};
  const Violation violation{property::m1, scenario.steps[300].at, "made up"};
  const FailureTest test = [&](const Scenario& candidate) -> std::optional<Violation> {
    for (const std::uint32_t id : needed) {
      if (std::ranges::count(candidate.steps, id, &Step::id) == 0) return std::nullopt;
    }
    return violation;
  };
  const Explanation explanation = find_needed(scenario, violation, test, {});
  EXPECT_TRUE(explanation.minimal);
  EXPECT_EQ(explanation.steps, std::vector<std::uint32_t>(std::begin(needed), std::end(needed)));
  const std::string text = describe_needed(scenario, explanation, Paint(false));
  EXPECT_NE(text.find(describe(scenario.steps[200]).substr(0, 60)), std::string::npos) << text;

  ShrinkHooks hooks;
  hooks.is_over = [] { return true; };
  EXPECT_FALSE(find_needed(scenario, violation, test, hooks).minimal);
}

TEST(Follow, GivesWhatTheUserTypedAndSaw) {
  const Scenario scenario = scenario_of(42, "none");
  const Result<Seat> seat = find_user(chat_application(), scenario, "Alice");
  ASSERT_TRUE(seat);
  std::string text;
  Follow follow(*seat, [&text](std::string_view line) { text += line; });
  simulate(chat_application(), scenario, &follow);
  EXPECT_NE(text.find(" s  node1  > /name Alice\n"), std::string::npos) << text;
  EXPECT_NE(text.find(" s  node1  Username set to: Alice\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("node2  "), std::string::npos);
}

TEST(Follow, GivesEveryLineOfWhatIsPasted) {
  const Scenario scenario = *parse_scenario(
      "at 0s start node1\nat 1s command node1 says /name Ann\nat 2s command node1 says /create r\n"
      "at 3s command node1 says /join r\nat 4s paste node1 3 lines verse\n");
  std::string text;
  Follow follow({0, 0}, [&text](std::string_view line) { text += line; });
  EXPECT_EQ(simulate(chat_application(), scenario, &follow).commands, 6U);
  for (int line = 1; line <= 3; ++line) {
    EXPECT_NE(text.find(fmt::format("> verse {}\n", line)), std::string::npos) << text;
    EXPECT_NE(text.find(fmt::format("[r] Ann: verse {}\n", line)), std::string::npos) << text;
  }
}

TEST(Follow, KnowsUsersByNameAndBySeat) {
  const Scenario scenario = scenario_of(42);
  EXPECT_EQ(*find_user(chat_application(), scenario, "Bob"), (Seat{0, 1}));
  EXPECT_EQ(*find_user(chat_application(), scenario, "node3/user2"), (Seat{2, 1}));
  const Result<Seat> nobody = find_user(chat_application(), scenario, "Zed");
  ASSERT_FALSE(nobody);
  EXPECT_NE(nobody.error().detail.find("no user 'Zed'; there are: Alice (node1/user1)"),
            std::string::npos)
      << nobody.error().detail;
  EXPECT_FALSE(find_user(chat_application(), scenario, ""));
}

TEST(HtmlJson, QuotesAnything) {
  EXPECT_EQ(html_quoted("a\"b\\c\n"), R"("a\"b\\c\u000a")");
  EXPECT_EQ(html_quoted("</script><!--"), R"("\u003c/script\u003e\u003c!--")");
  EXPECT_EQ(html_quoted("grüß 日本語 \xF0\x9F\x98\x80"), "\"grüß 日本語 \xF0\x9F\x98\x80\"");
  EXPECT_EQ(html_quoted("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
  EXPECT_EQ(html_quoted("\xE2\x82"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");      // cut short
  EXPECT_EQ(html_quoted("\xC0\xAF"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");      // overlong
  EXPECT_EQ(html_quoted("\xED\xA0\x80").find('\xED'), std::string::npos);  // a surrogate
}

std::string data_of(const std::string& page) {
  const std::string_view begin = "<script type=\"application/json\" id=\"run\">";
  const std::size_t from = page.find(begin) + begin.size();
  return page.substr(from, page.find("</script>", from) - from);
}

TEST(HtmlPage, HoldsTheRunAsDataOnly) {
  Scenario scenario = scenario_of(42);
  for (Step& step : scenario.steps) {
    if (step.kind == StepKind::command && !step.text.starts_with('/')) {
      step.text = "</script><script>alert(1)</script> " + std::to_string(step.id);
    }
  }
  const Story story = record(scenario);
  const std::string page = html_page(scenario, story, {"sim --seed 42", {}});
  EXPECT_LT(page.size(), 5'000'000U);
  EXPECT_EQ(page.find("alert(1)</script>"), std::string::npos);
  EXPECT_EQ(page.find("http://"), std::string::npos);
  EXPECT_EQ(page.find("https://"), std::string::npos);
  const boost::json::object run = boost::json::parse(data_of(page)).as_object();
  EXPECT_EQ(run.at("messages").as_array().size(), story.messages.size());
  EXPECT_EQ(run.at("lines").as_array().size(), story.lines.size());
  EXPECT_EQ(run.at("steps").as_array().size(), scenario.steps.size());
  EXPECT_EQ(run.at("nodes").to_number<int>(), 5);
  EXPECT_EQ(html_page(scenario, record(scenario), {"sim --seed 42", {}}), page);
}

TEST(HtmlPage, CannotBeWrittenToNowhere) {
  const Result<void> written = write_output("/nowhere/page.html", false, "text");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().detail.find("/nowhere/page.html: "), 0U);
}

}  // namespace
}  // namespace noex::sim
