// The examples of process.h and node.h: a room, and the node that it runs on.
#include "noex/runtime/process/process.h"

#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "noex/runtime.h"
#include "tests/snippets/one_node.h"

namespace {

using namespace noex;

struct Welcome {
  std::uint64_t users = 0;
};
struct Answer {
  std::string text;
};
struct Join {
  static constexpr auto wire_name = "doc:join";
  using reply = Welcome;
  std::string user;
};
struct Post {
  static constexpr auto wire_name = "doc:post";
  std::string text;
};
struct Import {
  static constexpr auto wire_name = "doc:import";
};
struct Ask {
  static constexpr auto wire_name = "doc:ask";
  using reply = Answer;
};

namespace as_declared {

class Room : public Process {
 public:
  using messages = std::tuple<Join, Post, Import, Ask>;  // each needs a handler: on()
  using arguments = std::tuple<std::string>;             // of the constructor, after Context&

  Room(Context& context, std::string name);
  Result<Welcome> on(const Join&);           // a call is answered by what its handler returns
  void on(const Post&);                      // a cast is not answered
  task<void> on(const Import&);              // any handler may be a coroutine
  void on(const Ask&, Reply<Answer> reply);  // a call that is answered later (reply.h)

  void on(const Down&);          // optional: a process that it monitors has ended
  void on(const Exit&);          // optional: a linked process has ended, and this one lives on
  void on(const Overflow&);      // optional: a process that it monitors has a full mailbox
  void on(const NameConflict&);  // optional: it has lost its name, and lives on
  void on(const NameUp&);        // optional: a name that it monitors has a holder
  void on(const NameDown&);      // optional: a name that it monitors has lost its holder
};

std::vector<std::string> seen;  // by the one room of this test

Room::Room(Context& context, std::string name) : Process(context) {
  seen = {name};
}
Result<Welcome> Room::on(const Join& join) {
  seen.push_back(join.user);
  return Welcome{seen.size()};
}
void Room::on(const Post& post) {
  seen.push_back(post.text);
}
task<void> Room::on(const Import&) {
  co_await node().sleep(1ms);
  seen.push_back("imported");
}
void Room::on(const Ask&, Reply<Answer> reply) {
  std::move(reply).answer(Answer{seen.back()});
}
void Room::on(const Down&) {}
void Room::on(const Exit&) {}
void Room::on(const Overflow&) {}
void Room::on(const NameConflict&) {}
void Room::on(const NameUp&) {}
void Room::on(const NameDown&) {}

}  // namespace as_declared

using as_declared::Room;
using ProcessSnippets = snippets::OneNode;

task<void> visit(Ref room, std::string& answer) {
  (void)co_await room.call<Join>("Alice");
  (void)room.cast<Post>("Hello");
  (void)room.cast<Import>();
  const Result<Answer> result = co_await room.call<Ask>();
  answer = result ? result->text : describe(result.error());
}

TEST_F(ProcessSnippets, ARoomTakesWhatItDeclares) {
  const Behavior& behavior = behavior_of<Room>();
  EXPECT_EQ(behavior.handlers.size(), 4U);
  for (const auto& handler :
       {behavior.on_down != nullptr, behavior.on_exit != nullptr, behavior.on_overflow != nullptr,
        behavior.on_name_up != nullptr, behavior.on_name_down != nullptr,
        behavior.on_name_conflict != nullptr}) {
    EXPECT_TRUE(handler);
  }
  std::string answer;
  in_turn([&] { (void)node().run(visit(*node().spawn_local<Room>("lobby"), answer)); });
  run_for(1s);
  EXPECT_EQ(answer, "imported");
}

task<void> body(Node& node) {
  (void)co_await node.sleep(1s);
}

TEST(NodeSnippets, ANodeIsMadeAndStarted) {
  sim::World world(1);
  sim::Fabric fabric(world);
  sim::Host& host = fabric.add_machine().start();
  Loop& loop = host.loop();
  Network& network = host.network();
  const Random random = host.random("node");
  NullLog log;
  NodeConfig config;
  config.id = NodeId("node1", "10.0.0.1", 4369);
  host.loop().give(sim::EventKind::task, [&] {
    Node node(config, loop, network, random, log);  // nothing happens yet
    node.behaviors().add<Room>("chat:room");        // what other nodes may spawn here
    const Result<void> started = node.start();      // listens, dials the seeds
    const Result<Ref> main = node.run(body(node));  // a coroutine, which may await everything
    EXPECT_TRUE(started && main);
  });
}

}  // namespace
