#include "noex/runtime/membership/verdict.h"

#include <gmock/gmock.h>

#include "tests/runtime/membership_scene.h"

namespace noex {
namespace {

using Scene = MembershipScene;
using testing::HasSubstr;

// What membership has said since the last time, in words.
std::vector<std::string> told(Scene& scene) {
  std::vector<std::string> lines;
  for (const auto& action : scene.core.take_actions()) {
    if (const auto* one = std::get_if<TellVerdict>(&action))
      lines.push_back(describe(one->verdict));
  }
  return lines;
}

std::string only(Scene& scene) {
  const auto lines = told(scene);
  EXPECT_EQ(lines.size(), 1U) << testing::PrintToString(lines);
  return lines.empty() ? std::string() : lines.front();
}

// Lets time pass, and nothing come.
std::vector<std::string> wait(Scene& scene, Duration time) {
  std::vector<std::string> lines;
  const Instant end = scene.now + time;
  while (scene.core.next_deadline() <= end) {
    scene.now = std::max(scene.now, scene.core.next_deadline());
    scene.core.on_time(scene.now);
    for (std::string& line : told(scene)) lines.push_back(std::move(line));
  }
  scene.now = end;
  return lines;
}

TEST(Verdict, SaysOnWhatEvidenceANodeIsSuspectedAndDead) {
  Scene scene({ann});
  scene.up_for_long(ann, 7);
  const auto lines = wait(scene, scene.options.suspicion_after + scene.options.suspicion_timeout);
  ASSERT_EQ(lines.size(), 2U) << testing::PrintToString(lines);
  EXPECT_EQ(lines[0],
            "suspects ann@10.0.0.2:1 (heartbeat_timeout): last byte 3.0 s ago, 3 heartbeats "
            "missed; there was nobody to ask");
  EXPECT_EQ(lines[1],
            "takes ann@10.0.0.2:1 for dead (heartbeat_timeout): last byte 4.5 s ago, 4 heartbeats "
            "missed; accused by self@10.0.0.1:1");
}

TEST(Verdict, SaysHowManyWereAsked) {
  Scene scene({ann, bob});
  scene.up_for_long(ann, 7);
  scene.up_for_long(bob, 5);
  std::vector<std::string> lines;
  for (Duration passed{0}; passed < scene.options.suspicion_after; passed += 100ms) {
    scene.core.heard(bob, scene.now);
    for (std::string& line : wait(scene, 100ms)) lines.push_back(std::move(line));
  }
  ASSERT_EQ(lines.size(), 1U) << testing::PrintToString(lines);
  EXPECT_THAT(lines[0], HasSubstr("; the one other that was asked does not hear it"));
}

TEST(Verdict, NamesWhoAccusesAndWhoConfirms) {
  Scene scene({ann, bob});
  const NodeId eve("eve", "10.0.0.4", 1);
  scene.up(ann, 7);
  scene.told(ann, alive(eve, 3));
  EXPECT_EQ(only(scene), "eve@10.0.0.4:1 joined (boot 3) by word of ann@10.0.0.2:1");
  scene.core.on_heartbeat(ann, 0, {{Rumour{suspect(eve, 3), bob}}}, scene.now);
  EXPECT_EQ(only(scene),
            "ann@10.0.0.2:1, by word of bob@10.0.0.3:1, suspects eve@10.0.0.4:1 "
            "(heartbeat_timeout), to which no link stands here: it was never linked here");
  scene.core.on_heartbeat(ann, 0, {{Rumour{suspect(eve, 3), ann}}}, scene.now);
  EXPECT_EQ(only(scene),
            "ann@10.0.0.2:1 suspects eve@10.0.0.4:1 as well: it was never linked here; accused by "
            "bob@10.0.0.3:1, ann@10.0.0.2:1");
  scene.told(ann, alive(eve, 3, 2));
  EXPECT_EQ(only(scene),
            "eve@10.0.0.4:1 lives: it says so itself, with version 2 by word of ann@10.0.0.2:1");
  scene.told(ann, left(eve, 3));
  EXPECT_EQ(only(scene), "eve@10.0.0.4:1 left by word of ann@10.0.0.2:1");
}

TEST(Verdict, TellsOfAccusationsThatAreNotBelieved) {
  Scene scene({ann, bob});
  scene.up(ann, 7);
  scene.up(bob, 5);
  scene.core.on_heartbeat(bob, 0, {{Rumour{suspect(ann, 7), bob}}}, scene.now);
  EXPECT_EQ(only(scene),
            "bob@10.0.0.3:1 accuses ann@10.0.0.2:1 (heartbeat_timeout), whose link here stands "
            "(last byte 0.0 s ago, 0 heartbeats missed; accused by bob@10.0.0.3:1): it is told, "
            "and answers");
  scene.core.on_heartbeat(bob, 0, {{Rumour{suspect(self_id, 100), bob}}}, scene.now);
  EXPECT_EQ(only(scene),
            "bob@10.0.0.3:1 takes this node for gone (heartbeat_timeout): it refutes that with "
            "version 2");
}

}  // namespace
}  // namespace noex
