// What Channel owes its owner over every backend: control frames overtake a large message, and who
// reads nothing is cut off.
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "noex/transport/channel.h"
#include "tests/contract/network_fixture.h"

namespace noex {
namespace {

using ::testing::ElementsAre;

constexpr std::size_t large = 16 * 1024 * 1024;

constexpr ChannelLimits limits{.message_bytes_max = large,
                               .unsent_bytes_max = 256 * 1024,
                               .queue_bytes_soft = 1024 * 1024,
                               .queue_bytes_hard = 8 * 1024 * 1024,
                               .queue_bytes_cutoff = 64 * 1024 * 1024,
                               .stall_timeout = 10s,
                               .turn_work_max = 2048};

// Writes down what came, in its order.
struct Owner final : ChannelHandler {
  std::unique_ptr<Channel> channel;
  std::vector<std::string> came;
  std::vector<ChannelEnd> ends;

  void take(std::unique_ptr<Connection> connection, Loop& loop, const ChannelLimits& bounds) {
    channel = std::make_unique<Channel>(std::move(connection), loop, bounds, *this);
    channel->set_established();
  }
  void on_control(ByteView payload) override { came.emplace_back(payload); }
  void on_data(ByteView message) override {
    came.push_back("message of " + std::to_string(message.size()));
  }
  void on_room() override {}
  void on_end(ChannelEnd end, std::string_view) override { ends.push_back(end); }
};

template <class B>
class ChannelContract : public NetworkContract<B> {};
TYPED_TEST_SUITE(ChannelContract, Backends);

// Sent when a quarter, a half and three quarters of it have left, each comes before its end.
TYPED_TEST(ChannelContract, ALargeMessageDelaysNoHeartbeat) {
  this->connect();
  Owner sender;
  Owner receiver;
  sender.take(std::move(this->client.connection), this->backend.loop(0), limits);
  receiver.take(std::move(this->server.connection), this->backend.loop(1), limits);
  this->in_turn(0, [&] { ASSERT_TRUE(sender.channel->send(Bytes(large, 'x'))); });
  for (const std::size_t quarter : {1, 2, 3}) {
    const std::size_t left = large / 4 * (4 - quarter);
    this->backend.run_until([&] { return sender.channel->queued_bytes() < left; });
    this->in_turn(0, [&] {
      ASSERT_GT(sender.channel->queued_bytes(), limits.unsent_bytes_max) << "too late to overtake";
      sender.channel->send_control("heartbeat " + std::to_string(quarter));
    });
  }
  this->backend.run_until([&] { return receiver.came.size() == 4; });
  EXPECT_THAT(receiver.came,
              ElementsAre("heartbeat 1", "heartbeat 2", "heartbeat 3", "message of 16777216"));
}

// A listener of the system itself, behind which nobody ever reads.
class Deaf {
 public:
  Deaf() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd_, 1), 0);
  }
  ~Deaf() { ::close(fd_); }
  Deaf(const Deaf&) = delete;
  Deaf& operator=(const Deaf&) = delete;

  Address address() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    return Address{"127.0.0.1", ntohs(address.sin_port)};
  }

 private:
  int fd_;
};

class RealChannel : public NetworkContract<AsioBackend> {};

TEST_F(RealChannel, CutsOffWhoReadsNothing) {
  const Deaf deaf;
  auto dialled = dial(deaf.address(), 10s);
  ASSERT_TRUE(dialled);
  ChannelLimits bounds = limits;
  bounds.stall_timeout = 200ms;
  Owner owner;
  owner.take(std::move(*dialled), backend.loop(0), bounds);
  in_turn(0, [&] { ASSERT_TRUE(owner.channel->send(Bytes(large, 'x'))); });
  Timer beat(backend.loop(0));
  std::function<void()> send_one = [&] {
    owner.channel->send_control("heartbeat");
    if (owner.ends.empty()) beat.start(backend.loop(0).now() + 20ms, [&] { send_one(); });
  };
  send_one();
  backend.run_until([&] { return !owner.ends.empty(); });
  EXPECT_THAT(owner.ends, ElementsAre(ChannelEnd::cutoff));
}

}  // namespace
}  // namespace noex
