#include "noex/transport/asio/asio_network.h"

#include <string>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "noex/transport/asio/asio_connection.h"
#include "noex/transport/asio/asio_resolver.h"

namespace noex {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

std::string show(const Address& address) {
  const bool is_v6 = address.host.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(is_v6 ? "[{}]:{}" : "{}:{}"), address.host, address.port);
}

std::string explain(const Address& address, error_code error) {
  return fmt::format("{}: {}", show(address), error.message());
}

Error listen_error(error_code error, const Address& address) {
  ErrorCode code = ErrorCode::system;
  if (error == asio::error::address_in_use) code = ErrorCode::address_in_use;
  if (error == boost::system::errc::address_not_available ||
      error == asio::error::address_family_not_supported) {
    code = ErrorCode::invalid_argument;
  }
  return Error{code, explain(address, error)};
}

Error dial_error(error_code error, const Address& address) {
  ErrorCode code = ErrorCode::system;
  if (error == asio::error::connection_refused || error == asio::error::connection_reset) {
    code = ErrorCode::connection_refused;
  } else if (error == asio::error::timed_out) {
    code = ErrorCode::timeout;
  } else if (error == asio::error::network_unreachable || error == asio::error::host_unreachable ||
             error == asio::error::network_down || error == asio::error::access_denied ||
             error == asio::error::address_family_not_supported ||
             error == boost::system::errc::address_not_available) {
    code = ErrorCode::unreachable;
  }
  return Error{code, explain(address, error)};
}

// The acceptor; its owners are the Listener and the accept that is under way.
class Acceptor {
 public:
  Acceptor(std::shared_ptr<AsioStreams> streams, Log& log, Network::AcceptHandler accept)
      : streams_(std::move(streams)),
        log_(log),
        accept_(std::move(accept)),
        acceptor_(streams_->loop.context()),
        pause_(streams_->loop) {}

  error_code open(const tcp::endpoint& endpoint) {
    error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) address_ = to_address(acceptor_.local_endpoint(error));
    return error;
  }
  void close() {
    pause_.cancel();
    error_code ignored;
    acceptor_.close(ignored);
  }
  const Address& address() const { return address_; }

  static void wait(const std::shared_ptr<Acceptor>& self) {
    self->acceptor_.async_accept([self](error_code error, tcp::socket socket) {
      if (!self->acceptor_.is_open()) return;
      self->streams_->loop.turn([&] {
        if (error) return self->refused(error, self);
        self->accept_(make_asio_connection(self->streams_, std::move(socket)));
        if (self->acceptor_.is_open()) wait(self);
      });
    });
  }

 private:
  static constexpr Duration pause = 100ms;

  // A caller that gave up is nothing; anything else (no descriptors left) would repeat at once.
  void refused(error_code error, const std::shared_ptr<Acceptor>& self) {
    if (error == asio::error::connection_aborted) return wait(self);
    log_.warning("cannot accept connections on {} for now: {}", show(address_), error.message());
    pause_.start(streams_->loop.now() + pause, [self] { wait(self); });
  }

  std::shared_ptr<AsioStreams> streams_;
  Log& log_;
  Network::AcceptHandler accept_;
  tcp::acceptor acceptor_;
  Timer pause_;
  Address address_;
};

class AsioListener final : public Listener {
 public:
  explicit AsioListener(std::shared_ptr<Acceptor> acceptor) : acceptor_(std::move(acceptor)) {
    Acceptor::wait(acceptor_);
  }
  ~AsioListener() override { acceptor_->close(); }
  Address address() const override { return acceptor_->address(); }

 private:
  std::shared_ptr<Acceptor> acceptor_;
};

// One attempt: look the name up, then try its addresses one after the other until the time is
// over. Its owners are the Dial and the operation that is under way.
class Attempt {
 public:
  Attempt(std::shared_ptr<AsioStreams> streams, Address address, Network::DialHandler done)
      : streams_(std::move(streams)),
        address_(std::move(address)),
        done_(std::move(done)),
        socket_(streams_->loop.context()),
        deadline_(streams_->loop) {}

  static void start(const std::shared_ptr<Attempt>& self, Duration timeout) {
    AsioLoop& loop = self->streams_->loop;
    self->deadline_.start(loop.now() + timeout,
                          [self] { self->finish(fail(ErrorCode::timeout, show(self->address_))); });
    self->lookup_ = resolve(loop, self->address_, [self](const Result<Endpoints>& endpoints) {
      if (!endpoints) return self->finish(std::unexpected(endpoints.error()));
      self->endpoints_ = *endpoints;
      try_next(self);
    });
  }
  void cancel() {
    done_ = nullptr;
    deadline_.cancel();
    lookup_.reset();
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  static void try_next(const std::shared_ptr<Attempt>& self) {
    error_code ignored;
    self->socket_.close(ignored);
    self->leave_from_source(self->endpoints_[self->next_].address());
    self->socket_.async_connect(self->endpoints_[self->next_++], [self](error_code error) {
      if (!self->done_) return;
      self->streams_->loop.turn([&] { connected(self, error); });
    });
  }

  // From loopback nothing leaves the machine, so that a dial to elsewhere is left to the system.
  void leave_from_source(const asio::ip::address& to) {
    const auto& source = streams_->source;
    if (!source || source->is_v4() != to.is_v4()) return;
    if (source->is_loopback() && !to.is_loopback()) return;
    const tcp::endpoint from(*source, 0);
    error_code error;
    socket_.open(from.protocol(), error);
    if (error) return;
    const int yes = 1;  // the port is chosen when the other end is known: there are enough then
    ::setsockopt(socket_.native_handle(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    socket_.bind(from, error);
    if (error) socket_.close(error);  // the system chooses
  }

  static void connected(const std::shared_ptr<Attempt>& self, error_code error) {
    if (!error && self->is_connected_to_itself()) error = asio::error::connection_refused;
    if (!error) {
      return self->finish(make_asio_connection(self->streams_, std::move(self->socket_)));
    }
    if (self->next_ < self->endpoints_.size()) return try_next(self);
    self->finish(std::unexpected(dial_error(error, self->address_)));
  }

  // TCP lets a socket connect to itself when nobody listens at the port and the system happens to
  // choose the same one for this end; it would keep whoever should listen there from doing so.
  bool is_connected_to_itself() {
    error_code error;
    const bool same = socket_.local_endpoint(error) == socket_.remote_endpoint(error);
    if (same) socket_.set_option(tcp::socket::linger(true, 0), error);
    return same;
  }

  void finish(Result<std::unique_ptr<Connection>> result) {
    Network::DialHandler done = std::move(done_);
    cancel();
    done(std::move(result));
  }

  std::shared_ptr<AsioStreams> streams_;
  Address address_;
  Network::DialHandler done_;  // empty: finished or cancelled
  tcp::socket socket_;
  Timer deadline_;
  std::unique_ptr<AsioLookup> lookup_;
  Endpoints endpoints_;
  std::size_t next_ = 0;
};

class AsioDial final : public Dial {
 public:
  explicit AsioDial(std::shared_ptr<Attempt> attempt) : attempt_(std::move(attempt)) {}
  ~AsioDial() override { attempt_->cancel(); }

 private:
  std::shared_ptr<Attempt> attempt_;
};

}  // namespace

AsioNetwork::AsioNetwork(AsioLoop& loop, Log* log)
    : log_(log != nullptr ? log : &null_log_), streams_(std::make_shared<AsioStreams>(loop)) {}

AsioNetwork::~AsioNetwork() = default;

Result<std::unique_ptr<Listener>> AsioNetwork::listen(const Address& address,
                                                      AcceptHandler accept) {
  const Result<Endpoints> endpoints = resolve_now(address);
  if (!endpoints) return fail(ErrorCode::invalid_argument, endpoints.error().detail);
  const auto acceptor = std::make_shared<Acceptor>(streams_, *log_, std::move(accept));
  const error_code error = acceptor->open(endpoints->front());
  if (error) return std::unexpected(listen_error(error, address));
  const asio::ip::address& at = endpoints->front().address();
  if (!at.is_unspecified()) streams_->source = at;
  return std::make_unique<AsioListener>(acceptor);
}

std::unique_ptr<Dial> AsioNetwork::connect(const Address& address, Duration timeout,
                                           DialHandler done) {
  auto attempt = std::make_shared<Attempt>(streams_, address, std::move(done));
  Attempt::start(attempt, timeout);
  return std::make_unique<AsioDial>(std::move(attempt));
}

std::size_t AsioNetwork::lingering() const {
  return streams_->lingering;
}

}  // namespace noex
