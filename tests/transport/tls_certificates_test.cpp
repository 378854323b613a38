// Encryption by certificates: who is who, and who is nobody.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "noex/transport/node_id.h"
#include "tests/transport/tls_fixture.h"

namespace noex::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TlsCertificates : public Tls {
 protected:
  TlsIdentity issue(const std::string& names) { return authority_.issue(names, now()); }

  Authority authority_{now()};
  Authority foreign_{now()};
};

TEST_F(TlsCertificates, NameTheOtherEnd) {
  open(0, certificate(issue("DNS:node1,URI:noex:node1@10.0.0.1:4369,URI:other:x,IP:10.0.0.1")));
  open(1, certificate(issue("DNS:node2")));
  connect();
  EXPECT_THAT(server.connection->proof()->names, ElementsAre("node1", "node1@10.0.0.1:4369"));
  EXPECT_THAT(server.connection->proof()->hosts, ElementsAre("10.0.0.1"));
  EXPECT_THAT(client.connection->proof()->names, ElementsAre("node2"));
  EXPECT_THAT(client.connection->proof()->hosts, IsEmpty());
  EXPECT_EQ(client.connection->proof()->binding, server.connection->proof()->binding);
  client.connection->write("hello");
  run(1s);
  EXPECT_EQ(server.received, "hello");
}

// However many names it has: what says where it may be is not what is dropped.
TEST_F(TlsCertificates, HoldTheOtherEndToItsHostsBehindAnyNumberOfNames) {
  std::string names;
  for (int i = 0; i < 100; ++i) names += "DNS:node" + std::to_string(i) + ",";
  open(0, certificate(issue(names + "IP:10.0.0.1,IP:10.0.0.9")));
  open(1, certificate(issue("DNS:other")));
  connect();
  EXPECT_THAT(server.connection->proof()->hosts, ElementsAre("10.0.0.1", "10.0.0.9"));
}

TEST_F(TlsCertificates, ProveANodeByNameIdAndHost) {
  const NodeId id("node1", "10.0.0.1", 4369);
  const auto proves = [&id](std::vector<std::string> names, std::vector<std::string> hosts) {
    return may_be(ConnectionProof{{}, std::move(names), std::move(hosts)}, id);
  };
  EXPECT_TRUE(proves({"node1"}, {}));
  EXPECT_TRUE(proves({"x", "node1@10.0.0.1:4369"}, {}));
  EXPECT_TRUE(proves({"node1"}, {"10.0.0.1"}));
  EXPECT_TRUE(proves({}, {})) << "a secret names nobody";
  EXPECT_FALSE(proves({"node2"}, {}));
  EXPECT_FALSE(proves({"Node1"}, {}));
  EXPECT_FALSE(proves({"node1@10.0.0.1:4370"}, {}));
  EXPECT_FALSE(proves({"node1"}, {"10.0.0.2"}));
}

TEST_F(TlsCertificates, OfAnotherAuthorityAreRefusedByBoth) {
  open(0, certificate(foreign_.issue("DNS:node1", now())));
  open(1, certificate(issue("DNS:node2")));
  listen(*tls[1]);
  EXPECT_THAT(refusal(*tls[0]), HasSubstr("its certificate is not accepted"));
  run(1s);
  EXPECT_THAT(logs[1].lines, ElementsAre(HasSubstr("it does not accept this node's certificate: "
                                                   "give both nodes certificates")));
  EXPECT_EQ(accepted, 0);
}

// The acceptor's is good; it is the dialer's own that is not, of which it hears last.
TEST_F(TlsCertificates, TheDialerHearsThatItsOwnIsNotAccepted) {
  TlsIdentity stranger = foreign_.issue("DNS:node1", now());
  stranger.authority = issue("DNS:node1").authority;
  open(0, certificate(stranger));
  open(1, certificate(issue("DNS:node2")));
  listen(*tls[1]);
  EXPECT_THAT(refusal(*tls[0]), HasSubstr("it does not accept this node's certificate"));
  run(1s);
  EXPECT_EQ(accepted, 0);
  EXPECT_THAT(logs[1].lines, ElementsAre(HasSubstr("its certificate is not accepted")));
}

TEST_F(TlsCertificates, AreJudgedByTheClockThatIsPassedIn) {
  TlsIdentity soon_over = authority_.issue("DNS:node1", {now() - 1h, now() + 1h});
  open(0, certificate(soon_over));
  open(1, certificate(issue("DNS:node2")));
  listen(*tls[1]);
  EXPECT_TRUE(dial(*tls[0]));
  run(2h);
  logs[1].lines.clear();
  EXPECT_THAT(refusal(*tls[0]), HasSubstr("out of date: renew it"));
  run(1s);
  EXPECT_THAT(logs[1].lines, ElementsAre(HasSubstr("its certificate has expired: renew it")));
}

TEST_F(TlsCertificates, WarnThirtyDaysBeforeTheyExpire) {
  open(0, certificate(authority_.issue("DNS:node1", {now() - 1h, now() + 31 * 24h})));
  EXPECT_THAT(logs[0].lines, IsEmpty());
  run(2 * 24h);
  ASSERT_THAT(logs[0].lines, Not(IsEmpty()));
  EXPECT_THAT(logs[0].lines[0], HasSubstr("this node's certificate expires in 2"));
  open(1, certificate(authority_.issue("DNS:node2", {now() - 1h, now() + 10 * 24h})));
  EXPECT_THAT(logs[1].lines, ElementsAre(HasSubstr("expires in 10 days: renew it")));
}

TEST_F(TlsCertificates, ThatNeverExpireAreNeverSaidTo) {
  open(0, certificate(authority_.issue("DNS:node1", {now() - 1h, WallTime::max()})));
  open(1, certificate(issue("DNS:node2")));
  connect();
  run(2 * 24h);
  EXPECT_THAT(logs[0].lines, IsEmpty());
}

TEST_F(TlsCertificates, ThatAreOfNoUseAreSeenAtTheStart) {
  const auto detail = [this](const TlsIdentity& identity) {
    const auto made = try_open(0, certificate(identity));
    return made ? std::string("it was taken") : made.error().detail;
  };
  const TlsIdentity good = issue("DNS:node1");
  EXPECT_THAT(detail(authority_.issue("DNS:node1", {now() - 2h, now() - 1h})),
              HasSubstr("has expired"));
  EXPECT_THAT(detail(authority_.issue("DNS:node1", {now() + 1h, now() + 2h})),
              HasSubstr("not valid yet"));
  EXPECT_THAT(detail(issue("")), HasSubstr("names no node"));
  EXPECT_THAT(detail({good.authority, good.certificate, issue("DNS:node1").key}),
              HasSubstr("not that of the node's certificate"));
  EXPECT_THAT(detail({"", good.certificate, good.key}), HasSubstr("authority's file"));
  EXPECT_THAT(detail({good.authority, "x", good.key}), HasSubstr("no certificate"));
  EXPECT_THAT(detail({good.authority, good.certificate, "x"}), HasSubstr("no private key"));
  EXPECT_THAT(detail({good.authority, good.certificate, good.key, NodeId("node2", "h", 1)}),
              HasSubstr("not for node2@h:1"));
  EXPECT_THAT(detail({good.authority, good.certificate, good.key, NodeId("node1", "h", 1)}),
              "it was taken");
}

// A certificate, however good, is no answer to who asks for a secret, nor the other way round.
TEST_F(TlsCertificates, AreNoSecretAndSecretsAreNoCertificates) {
  open(0, secret({"what all members know"}));
  open(1, certificate(issue("DNS:node2")));
  listen(*tls[1]);
  EXPECT_FALSE(refusal(*tls[0]).empty());
  open(0, certificate(issue("DNS:node1")));
  listener_.reset();
  open(1, secret({"what all members know"}));
  listen(*tls[1]);
  EXPECT_FALSE(refusal(*tls[0]).empty());
  run(1s);
  EXPECT_EQ(accepted, 0);
}

}  // namespace
}  // namespace noex::tests
