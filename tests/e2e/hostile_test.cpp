// Bytes from strangers at a node's port, and anything at all from a linked peer, while others chat:
// nobody notices, the log says it once.

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "noex/transport/asio/asio_loop.h"
#include "noex/transport/asio/asio_network.h"
#include "noex/transport/base/bytes.h"
#include "noex/transport/base/random.h"
#include "tests/e2e/chat_fixture.h"
#include "tests/hostile/peer/talk.h"

namespace noex::tests {
namespace {

// A TCP connection that sends whatever it likes.
class Stranger {
 public:
  explicit Stranger(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Stranger() { ::close(fd_); }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return;  // it was closed already
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  // True once the node has ended the connection.
  bool is_closed() const {
    pollfd polled{fd_, POLLIN, 0};
    char bytes[4096];
    while (::poll(&polled, 1, 30'000) > 0) {
      if (::recv(fd_, bytes, sizeof bytes, 0) <= 0) return true;
    }
    return false;
  }

 private:
  int fd_;
};

std::string random_bytes(std::uint64_t seed, std::size_t size) {
  Random random(seed);
  std::string bytes;
  while (bytes.size() < size) bytes.push_back(static_cast<char>(random.below(256)));
  return bytes;
}

// A length and as many bytes, as every frame begins.
std::string framed(std::string_view payload) {
  std::string frame;
  Writer writer(frame);
  writer.u32(static_cast<std::uint32_t>(payload.size()));
  writer.raw(payload);
  return frame;
}

std::string length_header(std::uint32_t size) {
  std::string header;
  Writer(header).u32(size);
  return header;
}

std::string contents(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

TEST_F(ChatNodes, SurviveWhateverStrangersSend) {
  const std::string log = fmt::format("{}noex-hostile-{}.log", ::testing::TempDir(), ::getpid());
  const auto first = start(1, Stdio::terminal, {"--log-file", log});
  const auto second = start(2);
  enter(*first, *second);
  const std::vector<std::string> attacks = {
      "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
      random_bytes(1, 1000),
      random_bytes(2, 100'000),
      framed(random_bytes(3, 100)),
      framed(""),
      length_header(100'000'000) + random_bytes(4, 1000),
      length_header(0xffffffff),
      std::string(100'000, '\0'),
  };
  std::size_t heard = 0;
  for (const std::string& attack : attacks) {
    const Stranger stranger(ports_[0]);
    stranger.send(attack);
    EXPECT_TRUE(stranger.is_closed()) << "attack " << heard;
    const std::string text = fmt::format("message {}", heard++);
    EXPECT_TRUE(say(*second, text, "[general] Bob: " + text));
    EXPECT_TRUE(first->wait_for("[general] Bob: " + text));
  }
  EXPECT_THAT(first->passed(), ::testing::Not(::testing::HasSubstr("left")));
  // The log has a thread of its own: it is whole once the node has ended.
  first->type("/quit");
  ASSERT_EQ(first->wait(), 0);
  const std::string logged = contents(log);
  const auto lines = static_cast<std::size_t>(std::ranges::count(logged, '\n'));
  EXPECT_GE(lines, attacks.size() / 2) << logged;  // equal lines in a row are limited
  EXPECT_LE(lines, attacks.size() + 10) << logged;
  ::unlink(log.c_str());
}

// Over real TCP what the simulated batch plays (tests/hostile): one linked peer after the other
// says whatever a seed chooses, until it is thrown out.
class LinkedPeers : public ChatNodes {
 protected:
  // How many it could say.
  int talk(std::uint64_t seed, int most) {
    const auto wall = static_cast<Boot>(loop_.wall_now().time_since_epoch().count());
    hostile::HostilePeer peer(loop_, network_, NodeId("mallory", "127.0.0.1", ports_[2]), wall);
    in_turn([&] { peer.dial(NodeId("node1", "127.0.0.1", ports_[0])); });
    EXPECT_TRUE(loop_.run_until([&] { return peer.linked() || peer.ended(); }, 30s));
    EXPECT_TRUE(peer.linked()) << peer.refusal;
    Random random(seed);
    // Of itself and of nobody: what it says of others, they deny.
    const hostile::Talk::Subjects about{{peer.self().id}, {"a", "b"}, {"chat:room"}, {1, 2, 3}};
    hostile::Talk talk(peer, [&random](std::uint64_t limit) { return random.below(limit); }, about);
    int said = 0;
    for (; said < most && peer.linked(); ++said) in_turn([&] { talk.say_one(); });
    if (peer.linked()) in_turn([&] { talk.break_one(); });
    return said;
  }
  void in_turn(std::function<void()> body) {
    bool done = false;
    loop_.post([&] {
      body();
      done = true;
    });
    EXPECT_TRUE(loop_.run_until([&] { return done; }, 30s));
  }

  AsioLoop loop_;
  AsioNetwork network_{loop_};
};

TEST_F(LinkedPeers, MaySayAnything) {
  const std::string log = fmt::format("{}noex-linked-{}.log", ::testing::TempDir(), ::getpid());
  const auto first = start(1, Stdio::terminal, {"--log-file", log});
  const auto second = start(2);
  enter(*first, *second);
  int said = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) said += talk(seed, 200);
  EXPECT_GT(said, 100);
  ASSERT_TRUE(say(*first, "/create after", "Room \"after\" created successfully."));
  ASSERT_TRUE(say(*second, "/join after", "Joined room \"after\"."));
  EXPECT_TRUE(say(*second, "still here", "[after] Bob: still here"));
  const std::string logged = contents(log);
  EXPECT_LT(logged.size(), 200'000U);
  EXPECT_TRUE(std::ranges::all_of(logged, [](char c) { return c >= 0x20 || c == '\n' || c < 0; }));
  ::unlink(log.c_str());
}

TEST_F(ChatNodes, StrangersThatSayNothingKeepNobodyOut) {
  const auto first = start(1);
  std::vector<std::unique_ptr<Stranger>> silent;
  for (int i = 0; i < 20; ++i) silent.push_back(std::make_unique<Stranger>(ports_[0]));
  const auto second = start(2);
  enter(*first, *second);
  EXPECT_TRUE(silent.front()->is_closed());  // a handshake has to be finished in time
}

}  // namespace
}  // namespace noex::tests
