#include "noex/transport/tls/tls_network.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "noex/transport/tls/tls_certificates.h"
#include "noex/transport/tls/tls_context.h"
#include "noex/transport/tls/tls_stream.h"
#include "noex/transport/tls/tls_world.h"

namespace noex {

namespace {

using tls::Role;
using tls::Stream;
using tls::World;

constexpr std::chrono::seconds expiry_warning = 24h * 30;
constexpr Duration expiry_look_every = 24h;

class TlsConnection final : public Connection {
 public:
  explicit TlsConnection(std::shared_ptr<Stream> stream) : stream_(std::move(stream)) {}
  ~TlsConnection() override {
    if (stream_->is_open()) stream_->abort();
  }

  void set_handler(ConnectionHandler* handler) override {
    if (stream_->is_open()) stream_->set_handler(handler);
  }
  void write(ByteView bytes) override { stream_->write(bytes); }
  std::uint64_t unsent_bytes() const override { return stream_->unsent(); }
  void close() override { stream_->close(); }
  void set_reading(bool reading) override { stream_->set_reading(reading); }
  void abort() override { stream_->abort(); }
  Address peer() const override { return stream_->peer(); }
  const ConnectionProof* proof() const override { return &stream_->proof(); }

 private:
  const std::shared_ptr<Stream> stream_;  // owners: see Stream
};

class TlsListener final : public Listener {
 public:
  TlsListener(std::unique_ptr<Listener> inner, std::shared_ptr<Network::AcceptHandler> accept)
      : inner_(std::move(inner)), accept_(std::move(accept)) {}

  Address address() const override { return inner_->address(); }

 private:
  std::unique_ptr<Listener> inner_;
  // Owners: this and a call of it that runs; handshakes only watch it, and end with it.
  std::shared_ptr<Network::AcceptHandler> accept_;
};

// An attempt to connect and to shake hands.
class TlsDial final : public Dial {
 public:
  TlsDial(std::shared_ptr<World> world, Instant deadline, Network::DialHandler done)
      : attempt_(std::make_shared<Attempt>()) {
    attempt_->world = std::move(world);
    attempt_->deadline = deadline;
    attempt_->done = std::move(done);
  }
  ~TlsDial() override {
    attempt_->done = nullptr;
    attempt_->inner.reset();
    if (attempt_->stream && attempt_->stream->shakes_hands()) attempt_->stream->abort();
  }

  void start(Network& inner, const Address& address, Duration timeout) {
    attempt_->inner =
        inner.connect(address, timeout,
                      [weak = std::weak_ptr(attempt_)](Result<std::unique_ptr<Connection>> result) {
                        if (const auto attempt = weak.lock())
                          on_connected(attempt, std::move(result));
                      });
  }

 private:
  struct Attempt {
    std::shared_ptr<World> world;
    Instant deadline{};
    Network::DialHandler done;
    std::unique_ptr<Dial> inner;
    std::shared_ptr<Stream> stream;
  };

  static void on_connected(const std::shared_ptr<Attempt>& attempt,
                           Result<std::unique_ptr<Connection>> result) {
    if (!result) return finish(*attempt, std::unexpected(result.error()));
    attempt->stream = std::make_shared<Stream>(attempt->world, std::move(*result), Role::dialer);
    attempt->stream->shake_hands(
        attempt->deadline, [weak = std::weak_ptr(attempt)](Result<void> shaken) {
          const auto attempt = weak.lock();
          if (!attempt) return;
          std::shared_ptr<Stream> stream = std::move(attempt->stream);
          if (!shaken) return finish(*attempt, std::unexpected(shaken.error()));
          finish(*attempt, std::make_unique<TlsConnection>(std::move(stream)));
        });
  }

  // Its caller holds the attempt: the dial may be destroyed inside.
  static void finish(Attempt& attempt, Result<std::unique_ptr<Connection>> result) {
    if (!attempt.done) return;
    Network::DialHandler done = std::exchange(attempt.done, nullptr);
    done(std::move(result));
  }

  const std::shared_ptr<Attempt> attempt_;  // owners: this, and calls of it that run
};

void accept(const std::shared_ptr<World>& world, std::unique_ptr<Connection> connection,
            const std::weak_ptr<Network::AcceptHandler>& handler) {
  if (world->is_over()) return;  // who would end what hangs in its handshake?
  auto stream = std::make_shared<Stream>(world, std::move(connection), Role::acceptor);
  world->add_pending(stream);
  const Instant deadline = world->loop().now() + world->config().handshake_timeout;
  stream->shake_hands(deadline, [weak = std::weak_ptr(stream), handler](Result<void> shaken) {
    if (!shaken) return;
    auto made = std::make_unique<TlsConnection>(weak.lock());
    if (const auto accept = handler.lock()) (*accept)(std::move(made));
  });
}

// As certificates count: one may be valid until the year 9999, and a WallTime ends in 2262.
std::int64_t in_seconds(WallTime now) {
  return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
}

Result<void> check_validity(const X509* certificate, WallTime now) {
  if (in_seconds(now) > tls::valid_until(certificate)) {
    return fail(ErrorCode::unauthorised,
                "this node's certificate has expired: renew it, and look at the clock");
  }
  if (in_seconds(now) < tls::valid_from(certificate)) {
    return fail(ErrorCode::unauthorised,
                "this node's certificate is not valid yet: look at the clock");
  }
  return {};
}

}  // namespace

struct TlsNetwork::Impl {
  Impl(std::shared_ptr<World> shared, Network& below, Loop& turns, Log& lines)
      : world(std::move(shared)), inner(below), loop(turns), log(lines), expiry_timer(turns) {}
  ~Impl() { world->end(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void look_at_expiry();

  const std::shared_ptr<World> world;  // owners: this and its streams
  Network& inner;
  Loop& loop;
  Log& log;
  Timer expiry_timer;
};

void TlsNetwork::Impl::look_at_expiry() {
  const std::chrono::seconds left(tls::valid_until(world->context().certificate()) -
                                  in_seconds(loop.wall_now()));
  if (left < 0s) {
    log.error("this node's certificate has expired: nobody accepts it any more; renew it");
  } else if (left < expiry_warning) {
    log.warning("this node's certificate expires in {} days: renew it", left / 24h);
  }
  expiry_timer.start(loop.now() + expiry_look_every, [this] { look_at_expiry(); });
}

Result<std::unique_ptr<TlsNetwork>> TlsNetwork::create(TlsConfig config, Network& inner, Loop& loop,
                                                       Log& log) {
  if (config.handshakes_max == 0 || config.handshakes_per_window == 0) {
    return fail(ErrorCode::invalid_argument,
                "handshakes_max and handshakes_per_window are 1 or more");
  }
  auto context = tls::Context::create(config);
  if (!context) return std::unexpected(context.error());
  const bool has_identity = (*context)->has_identity();
  if (has_identity) {
    const Result<void> valid = check_validity((*context)->certificate(), loop.wall_now());
    if (!valid) return std::unexpected(valid.error());
  }
  auto world = std::make_shared<World>(std::move(*context), config, loop, log);
  auto impl = std::make_unique<Impl>(std::move(world), inner, loop, log);
  if (has_identity) impl->look_at_expiry();
  return std::unique_ptr<TlsNetwork>(new TlsNetwork(std::move(impl)));
}

TlsNetwork::TlsNetwork(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

TlsNetwork::~TlsNetwork() = default;

Result<void> TlsNetwork::set_secrets(const std::vector<Bytes>& secrets) {
  return impl_->world->context().set_secrets(secrets);
}

Result<std::unique_ptr<Listener>> TlsNetwork::listen(const Address& address,
                                                     AcceptHandler accept_handler) {
  auto handler = std::make_shared<AcceptHandler>(std::move(accept_handler));
  auto listener = impl_->inner.listen(
      address,
      [world = impl_->world, weak = std::weak_ptr(handler)](
          std::unique_ptr<Connection> connection) { accept(world, std::move(connection), weak); });
  if (!listener) return std::unexpected(listener.error());
  return std::make_unique<TlsListener>(std::move(*listener), std::move(handler));
}

std::unique_ptr<Dial> TlsNetwork::connect(const Address& address, Duration timeout,
                                          DialHandler done) {
  const Instant deadline = impl_->loop.now() + timeout;
  auto dial = std::make_unique<TlsDial>(impl_->world, deadline, std::move(done));
  dial->start(impl_->inner, address, timeout);
  return dial;
}

std::size_t TlsNetwork::lingering() const {
  return impl_->world->lingering();
}

std::size_t TlsNetwork::handshakes() const {
  return impl_->world->pending();
}

}  // namespace noex
