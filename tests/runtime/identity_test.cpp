// What a node may say of itself over an encrypted connection, and where it may listen without one.
#include <memory>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "noex/runtime/node/node.h"
#include "noex/transport/channel.h"
#include "noex/transport/handshake.h"
#include "tests/transport/tls_fixture.h"

namespace noex::tests {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class Identity : public Tls {
 protected:
  NodeId id(std::uint32_t index) const {
    return NodeId("node" + std::to_string(index + 1), address(index), 4369);
  }
  std::unique_ptr<Node> node(std::uint32_t index, Network& network, bool insecure = false) {
    NodeConfig config;
    config.id = id(index);
    if (index != 0) config.seeds.push_back(id(0));
    config.insecure = insecure;
    return std::make_unique<Node>(std::move(config), host(index).loop(), network,
                                  host(index).random("node"), logs[index]);
  }
  bool sees(const Node& node, std::uint32_t index) {
    for (const Member& member : node.members()) {
      if (member.incarnation.id == id(index)) return member.up;
    }
    return false;
  }

  Authority authority_{now()};
};

TEST_F(Identity, NodesFormAClusterOverEncryptedConnections) {
  open(0, secret({"what all members know"}));
  open(1, certificate(authority_.issue("DNS:node2", now())));
  open(2, secret({"what all members know"}));
  const auto first = node(0, *tls[0]);
  const auto second = node(1, *tls[1]);
  const auto third = node(2, *tls[2]);
  ASSERT_TRUE(first->start() && second->start() && third->start());
  run(10s);
  EXPECT_TRUE(sees(*first, 2));
  EXPECT_TRUE(sees(*third, 0));
  EXPECT_FALSE(sees(*first, 1)) << "a certificate is no secret";
}

TEST_F(Identity, ANodeIsWhomItsCertificateNames) {
  open(0, certificate(authority_.issue("DNS:node1", now())));
  open(1, certificate(authority_.issue("URI:noex:node2@10.0.0.2:4369", now())));
  open(2, certificate(authority_.issue("DNS:node9", now())));
  const auto first = node(0, *tls[0]);
  const auto second = node(1, *tls[1]);
  const auto impostor = node(2, *tls[2]);
  ASSERT_TRUE(first->start() && second->start() && impostor->start());
  run(10s);
  EXPECT_TRUE(sees(*first, 1));
  EXPECT_TRUE(sees(*second, 0));
  EXPECT_FALSE(sees(*first, 2));
  EXPECT_FALSE(sees(*impostor, 0));
  EXPECT_THAT(logs[0].lines, Contains(HasSubstr("node3@10.0.0.3:4369: its certificate does not "
                                                "name that node")));
}

TEST_F(Identity, TheDialerLooksAtTheCertificateToo) {
  open(0, certificate(authority_.issue("DNS:node9", now())));
  open(1, certificate(authority_.issue("DNS:node2", now())));
  const auto impostor = node(0, *tls[0]);
  const auto second = node(1, *tls[1]);
  ErrorCode why = ErrorCode::ok;
  second->on_seed_unreachable([&](const NodeId&, ErrorCode code) { why = code; });
  ASSERT_TRUE(impostor->start() && second->start());
  run(10s);
  EXPECT_FALSE(sees(*second, 0));
  EXPECT_EQ(why, ErrorCode::unauthorised);
  EXPECT_THAT(logs[1].lines, Contains(HasSubstr("the certificate there does not name node1@")));
}

struct Answers final : ChannelHandler {
  void on_control(ByteView) override { ++controls; }
  void on_data(ByteView) override {}
  void on_room() override {}
  void on_end(ChannelEnd, std::string_view) override { ended = true; }
  int controls = 0;
  bool ended = false;
};

// Of two connections of a member's, each with the hello of the other: as if somebody in between
// had spliced them.
TEST_F(Identity, AHelloIsGoodForItsConnectionOnly) {
  open(0, secret({"what all members know"}));
  open(1, secret({"what all members know"}));
  const auto acceptor = node(1, *tls[1]);
  ASSERT_TRUE(acceptor->start());
  const Options options;
  const ChannelLimits limits{options.message_bytes_max,  options.unsent_bytes_max,
                             options.queue_bytes_soft,   options.queue_bytes_hard,
                             options.queue_bytes_cutoff, options.stall_timeout,
                             options.turn_work_max};
  auto one = dial(*tls[0]);
  auto other = dial(*tls[0]);
  ASSERT_TRUE(one && other);
  Hello hello;
  hello.from = id(0);
  hello.boot = 7;
  hello.to = id(1);
  hello.binding = (*one)->proof()->binding;
  const Bytes payload = Handshake::dialer(hello).hello_payload();
  Answers good;
  Answers spliced;
  Channel right(std::move(*one), host(0).loop(), limits, good);
  Channel wrong(std::move(*other), host(0).loop(), limits, spliced);
  wrong.send_control(payload);
  run(1s);
  EXPECT_EQ(spliced.controls, 0);
  EXPECT_TRUE(spliced.ended);
  EXPECT_THAT(logs[1].lines, Contains(HasSubstr("it said a hello of another connection")));
  right.send_control(payload);
  run(1s);
  EXPECT_EQ(good.controls, 1) << "the answer";
}

TEST_F(Identity, NobodyListensBeyondThisMachineOverANetworkThatIsNotPrivate) {
  Network& bare = networks_[0];  // which, unlike the simulator's, is like the real one
  const auto refused = node(0, bare);
  const Result<void> started = refused->start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::unauthorised);
  EXPECT_THAT(started.error().detail, HasSubstr("10.0.0.1 can be reached from other machines"));
  EXPECT_TRUE(node(0, bare, true)->start()) << "it is told to";
  open(0, secret({"what all members know"}));
  EXPECT_TRUE(node(0, *tls[0])->start());
}

TEST_F(Identity, LoopbackNeedsNothing) {
  for (const char* host : {"127.0.0.1", "127.1.2.3", "::1", "localhost"})
    EXPECT_TRUE(is_loopback(host));
  for (const char* host : {"10.0.0.1", "127.example.org", "0.0.0.0", "::", "::2"}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

}  // namespace
}  // namespace noex::tests
