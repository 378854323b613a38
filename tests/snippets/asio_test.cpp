// The examples of threads and of encryption, in the real world.
#include "noex/asio.h"

#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "noex/transport/tls/tls_network.h"

namespace {

using namespace noex;

std::string work() {
  return "done";
}

TEST(AsioSnippets, AThreadPostsItsResult) {
  AsioLoop loop;
  std::string result_of_work;
  const auto use = [&](const std::string& result) {
    result_of_work = result;
    loop.stop();
  };
  const AsioRemote remote = loop.remote();  // may outlive the loop
  std::thread worker([remote, use] {
    const std::string result = work();
    const Result<void> posted = remote.post([use, result] { use(result); });
    if (!posted) return;  // overloaded, or not_ready: the loop is gone
  });
  loop.run();
  worker.join();
  EXPECT_EQ(result_of_work, "done");
}

TEST(AsioSnippets, ANetworkIsEncrypted) {
  AsioLoop loop;
  AsioNetwork tcp(loop);
  NullLog log;
  TlsConfig config;
  config.secrets = {"a secret of sixteen bytes or more"};
  auto tls = TlsNetwork::create(config, tcp, loop, log);  // then a Node is given **tls
  ASSERT_TRUE(tls);
  Network& network = **tls;
  EXPECT_TRUE(network.is_private());
}

}  // namespace
