#include "tests/bench/beat.h"

#include <string>
#include <utility>

#include "noex/transport/base/check.h"

namespace noex::bench {

namespace {

constexpr std::size_t message_bytes = 100;
constexpr std::uint32_t peers_max = 5;

}  // namespace

// A message arrives whole: it is one write, and nothing is chunked.
class Beat::End final : public ConnectionHandler {
 public:
  End(Beat& beat, std::unique_ptr<Connection> connection, bool answers)
      : beat_(beat), connection_(std::move(connection)), answers_(answers) {
    connection_->set_handler(this);
  }

  void send() { connection_->write(message_); }

  void on_bytes(ByteView bytes) override {
    NOEX_CHECK(bytes.size() == message_bytes, "{} bytes came at once", bytes.size());
    ++beat_.messages_;
    if (answers_) send();
  }
  void on_drained() override {}
  void on_closed(CloseReason) override { NOEX_CHECK(false, "nobody closes anything"); }

 private:
  Beat& beat_;
  const std::unique_ptr<Connection> connection_;
  const bool answers_;
  const std::string message_ = std::string(message_bytes, 'b');
};

Beat::Beat(std::uint32_t hosts) : peers_(hosts) {
  sim::LinkProfile link;
  link.latency = 10ms;
  link.jitter = 0ns;
  fabric_.set_profile(link);
  for (std::uint32_t i = 0; i < hosts; ++i) {
    fabric_.add_machine().start();
    host(i).loop().give(sim::EventKind::task, [this, i] { listen(i); });
  }
  for (std::uint32_t i = 0; i < hosts; ++i) {
    host(i).loop().give(sim::EventKind::task, [this, i, hosts] {
      for (std::uint32_t peer = 1; peer <= peers_max && peer < hosts; ++peer) {
        connect(i, (i + peer) % hosts);
      }
      // Spread over the second.
      sim::HostLoop& loop = host(i).loop();
      loop.start_timer(loop.now() + 1s + Duration(1s) * i / hosts, [this, i] { beat(i); });
    });
  }
  run_for(3s);
}

// First the processes, then the objects in them.
Beat::~Beat() {
  for (std::uint32_t i = 0; i < fabric_.size(); ++i) fabric_.machine(i).exit();
}

void Beat::listen(std::uint32_t index) {
  auto listener =
      host(index).network().listen(address(index), [this](std::unique_ptr<Connection> connection) {
        ends_.emplace_back(*this, std::move(connection), true);
      });
  listeners_.push_back(std::move(listener).value());
}

void Beat::connect(std::uint32_t from, std::uint32_t to) {
  dials_.push_back(host(from).network().connect(
      address(to), 1s, [this, from](Result<std::unique_ptr<Connection>> connection) {
        peers_[from].push_back(&ends_.emplace_back(*this, std::move(connection).value(), false));
      }));
}

void Beat::beat(std::uint32_t from) {
  for (End* end : peers_[from]) end->send();
  sim::HostLoop& loop = host(from).loop();
  loop.start_timer(loop.now() + 1s, [this, from] { beat(from); });
}

}  // namespace noex::bench
