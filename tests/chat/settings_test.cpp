#include "chat/settings.h"

#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace noex::chat {
namespace {

using ::testing::HasSubstr;

std::expected<Settings, Farewell> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "chatnode");
  return parse_settings(static_cast<int>(arguments.size()), arguments.data(), "1.2.3");
}

TEST(Settings, HaveDefaultsForAllButTheName) {
  const auto settings = parse({"--name", "node1"});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->id.text(), "node1@127.0.0.1:4369");
  EXPECT_TRUE(settings->seeds.empty());
  EXPECT_EQ(settings->options.suspicion_after, Options().suspicion_after);
}

TEST(Settings, TakeSeedsInAnyWay) {
  for (const auto& arguments :
       std::vector<std::vector<const char*>>{{"-n", "c", "-s", "a@127.0.0.1:1", "-s", "b@[::1]:2"},
                                             {"-n", "c", "--seed", "a@127.0.0.1:1", "b@[::1]:2"}}) {
    const auto settings = parse(arguments);
    ASSERT_TRUE(settings);
    ASSERT_EQ(settings->seeds.size(), 2u);
    EXPECT_EQ(settings->seeds[1].text(), "b@[::1]:2");
  }
}

TEST(Settings, TakeMembersToConnectToInPlaceOfAnIdentity) {
  const auto settings = parse({"--connect", "10.0.0.1:4369", "[::1]:2", "node3@host:3"});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->connect, (std::vector<Address>{{"10.0.0.1", 4369}, {"::1", 2}, {"host", 3}}));
  EXPECT_TRUE(settings->id.empty());
  for (const auto& other : std::vector<std::vector<const char*>>{
           {"--name", "a"}, {"--port", "4370"}, {"--host", "::1"}, {"--seed", "a@127.0.0.1:1"}}) {
    const auto both = parse({"--connect", "10.0.0.1:4369", other[0], other[1]});
    ASSERT_FALSE(both) << other[0];
    EXPECT_EQ(both.error().status, 2);
    EXPECT_THAT(both.error().text, HasSubstr("exclude each other"));
  }
  EXPECT_THAT(parse({"--connect", "10.0.0.1"}).error().text, HasSubstr("'10.0.0.1' is no address"));
}

TEST(Settings, TakeTimesWithTheirUnit) {
  const auto settings = parse({"-n", "a", "--heartbeat-interval", "200ms", "--suspicion-after",
                               "2s", "--suspicion-timeout", "1s"});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->options.heartbeat_interval, 200ms);
  EXPECT_EQ(settings->options.suspicion_after, 2s);
  EXPECT_EQ(settings->options.suspicion_timeout, 1s);
}

TEST(Settings, TakeLoopbackOnlyAndSayWhy) {
  EXPECT_EQ(parse({"-n", "a", "--host", "::1"})->id.text(), "a@[::1]:4369");
  EXPECT_TRUE(parse({"-n", "a", "--host", "localhost"}));
  for (const char* host : {"0.0.0.0", "192.168.1.2", "example.org", "127.example.org"}) {
    const auto settings = parse({"-n", "a", "--host", host});
    ASSERT_FALSE(settings);
    EXPECT_EQ(settings.error().status, 2);
    EXPECT_THAT(settings.error().text, HasSubstr("not encrypted"));
  }
}

TEST(Settings, RefuseBadUsageInOneLine) {
  for (const auto& [arguments, part] :
       std::vector<std::pair<std::vector<const char*>, const char*>>{
           {{}, "--name"},
           {{"-n", "1x"}, "letter first"},
           {{"-n", "a", "--port", "0"}, "--port"},
           {{"-n", "a", "--port", "65536"}, "--port"},
           {{"-n", "a", "--seed", "node1"}, "name@host:port"},
           {{"-n", "a", "--color", "red"}, "--color"},
           {{"-n", "a", "--log-level", "loud"}, "--log-level"},
           {{"-n", "a", "--heartbeat-interval", "soon"}, "500ms or 2s"},
           {{"-n", "a", "--heartbeat-interval", "4s"}, "--suspicion-after"},
           {{"-n", "a", "--frobnicate"}, "--frobnicate"},
           {{"-n", "a", "--config", "/nowhere/at/all"}, "/nowhere/at/all"}}) {
    const auto settings = parse(arguments);
    ASSERT_FALSE(settings) << part;
    EXPECT_EQ(settings.error().status, 2);
    EXPECT_THAT(settings.error().text, HasSubstr(part));
    EXPECT_EQ(settings.error().text.find('\n'), std::string::npos) << settings.error().text;
  }
}

TEST(Settings, SayWhatIsWrongAndWhatIsNear) {
  for (const auto& [arguments, text] :
       std::vector<std::pair<std::vector<const char*>, const char*>>{
           {{"--nmae", "node1"}, "no option --nmae; did you mean --name?"},
           {{"--nmae=node1"}, "no option --nmae; did you mean --name?"},
           {{"-n", "a", "--heart", "1s"}, "no option --heart; did you mean --heartbeat-interval?"},
           {{"-n", "a", "--prot", "5000"}, "no option --prot; did you mean --port?"},
           {{"-n", "a", "-x"}, "no option -x ("},
           {{"-n", "a", "--frobnicate"}, "no option --frobnicate ("},
           {{"--port", "5000"}, "--name is required ("},
           {{"-n", "a", "port", "5000"}, "'port' belongs to no option; did you mean --port?"},
           {{"-n", "a", "--\x1b[2J"}, "no option --^[[2J ("}}) {
    const auto settings = parse(arguments);
    ASSERT_FALSE(settings) << text;
    EXPECT_EQ(settings.error().status, 2);
    EXPECT_THAT(settings.error().text, HasSubstr(text));
  }
}

TEST(Settings, TakeOptionsFromAFileAndRefuseOthers) {
  const std::string path = fmt::format("{}noex-settings-{}.ini", ::testing::TempDir(), ::getpid());
  std::ofstream(path) << "name = node7\nport = 5000\nseed = [\"a@127.0.0.1:1\", \"b@[::1]:2\"]\n";
  const auto settings = parse({"--config", path.c_str()});
  ASSERT_TRUE(settings) << settings.error().text;
  EXPECT_EQ(settings->id.text(), "node7@127.0.0.1:5000");
  EXPECT_EQ(settings->seeds.size(), 2u);

  std::ofstream(path) << "name = node7\nprot = 5000\n";
  const auto misspelt = parse({"--config", path.c_str()});
  ASSERT_FALSE(misspelt);
  EXPECT_EQ(misspelt.error().status, 2);
  EXPECT_THAT(misspelt.error().text, HasSubstr("--config: no option 'prot'; did you mean port?"));
  ::unlink(path.c_str());
}

TEST(Settings, LeaveThisMachineWithASecretOrWhenTold) {
  const auto secret = parse({"-n", "a", "--host", "10.0.0.1", "--secret-file", "x"});
  ASSERT_TRUE(secret) << secret.error().text;
  EXPECT_EQ(secret->secret_files, std::vector<std::string>{"x"});
  EXPECT_FALSE(secret->insecure);
  EXPECT_TRUE(parse(
      {"-n", "a", "--host", "10.0.0.1", "--tls-ca", "x", "--tls-cert", "y", "--tls-key", "z"}));
  EXPECT_TRUE(parse({"-n", "a", "--host", "10.0.0.1", "--insecure"})->insecure);
  EXPECT_FALSE(parse({"-n", "a", "--host", "0.0.0.0", "--insecure"})) << "nobody can dial that";
}

TEST(Settings, TakeOneKindOfProofAndAllOfIt) {
  EXPECT_THAT(parse({"-n", "a", "--tls-ca", "x", "--tls-key", "z"}).error().text,
              HasSubstr("belong together"));
  EXPECT_THAT(
      parse({"-n", "a", "--secret-file", "s", "--tls-ca", "x", "--tls-cert", "y", "--tls-key", "z"})
          .error()
          .text,
      HasSubstr("give one of them"));
  EXPECT_EQ(parse({"-n", "a", "--secret-file", "s", "--secret-file", "t"})->secret_files.size(),
            2u);
}

TEST(Settings, SayHelpAndVersion) {
  EXPECT_EQ(parse({"--help"}).error().status, 0);
  EXPECT_THAT(parse({"--help"}).error().text, HasSubstr("Examples:"));
  EXPECT_EQ(parse({"--version"}).error().text, "chatnode 1.2.3");
}

}  // namespace
}  // namespace noex::chat
