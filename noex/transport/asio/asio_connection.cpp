#include "noex/transport/asio/asio_connection.h"

#include <cstdint>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include "noex/transport/base/check.h"

namespace noex {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// The stream itself. Its owners: the AsioConnection, until that is destroyed, and every wait that
// Asio holds for it; so a stream that lingers lives until it is done, and no longer.
class Stream {
 public:
  Stream(std::shared_ptr<AsioStreams> streams, tcp::socket socket)
      : streams_(std::move(streams)), socket_(std::move(socket)) {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
    const tcp::endpoint peer = socket_.remote_endpoint(ignored);
    if (!ignored) peer_ = to_address(peer);
  }
  ~Stream() {
    if (state_ == State::lingering) --streams_->lingering;
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Both keep `self` alive until the wait is over.
  static void wait_read(const std::shared_ptr<Stream>& self);
  static void wait_write(const std::shared_ptr<Stream>& self);
  static void write(const std::shared_ptr<Stream>& self, ByteView bytes);
  static void close(const std::shared_ptr<Stream>& self);
  static void set_reading(const std::shared_ptr<Stream>& self, bool reading);
  void abort();

  void set_handler(ConnectionHandler* handler) { handler_ = handler; }
  std::uint64_t unsent() const { return unsent_.size() - sent_; }
  const Address& peer() const { return peer_; }

 private:
  enum class State : std::uint8_t {
    open,
    lingering,  // the owner has closed it
    ended,      // the socket is closed
  };

  void read_once();
  std::size_t send(ByteView bytes);
  void send_unsent();
  void end(CloseReason reason);
  void end_own_side();
  void shut();

  // At most this much is sent from the queue in one turn.
  static constexpr std::size_t send_bytes_max = std::size_t{1} << 20;
  // A drained queue gives memory back beyond this.
  static constexpr std::size_t kept_bytes_max = std::size_t{1} << 20;

  std::shared_ptr<AsioStreams> streams_;
  tcp::socket socket_;
  Address peer_;
  ConnectionHandler* handler_ = nullptr;
  State state_ = State::open;
  Bytes unsent_;  // the first sent_ bytes of it are sent
  std::size_t sent_ = 0;
  bool reading_ = true;   // what arrives is wanted
  bool waiting_ = false;  // a wait for something to read is under way
  bool writing_ = false;  // a wait for writability is under way
  bool broken_ = false;   // sending failed: what has arrived is still read, then it is a reset
  TimerId linger_ = 0;
};

void Stream::wait_read(const std::shared_ptr<Stream>& self) {
  if (self->waiting_ || !self->reading_) return;
  self->waiting_ = true;
  self->socket_.async_wait(tcp::socket::wait_read, [self](error_code) {
    self->waiting_ = false;
    if (self->state_ == State::ended || !self->reading_) return;
    self->streams_->loop.turn([&] {
      self->read_once();
      if (self->state_ != State::ended) wait_read(self);
    });
  });
}

void Stream::set_reading(const std::shared_ptr<Stream>& self, bool reading) {
  self->reading_ = reading;
  if (self->state_ != State::ended) wait_read(self);
}

void Stream::read_once() {
  std::vector<char>& buffer = streams_->buffer;
  error_code error;
  const std::size_t size = socket_.read_some(asio::buffer(buffer), error);
  if (error == asio::error::would_block || error == asio::error::interrupted) return;
  if (error == asio::error::eof) return end(broken_ ? CloseReason::reset : CloseReason::peer);
  if (error) return end(CloseReason::reset);
  if (state_ == State::open && handler_ != nullptr) {
    handler_->on_bytes(ByteView(buffer.data(), size));
  }
}

void Stream::write(const std::shared_ptr<Stream>& self, ByteView bytes) {
  if (self->state_ != State::open || self->broken_ || bytes.empty()) return;
  if (self->unsent() == 0) bytes.remove_prefix(self->send(bytes));
  if (bytes.empty() || self->broken_) return;
  self->unsent_.append(bytes);
  wait_write(self);
}

void Stream::wait_write(const std::shared_ptr<Stream>& self) {
  if (self->writing_) return;
  self->writing_ = true;
  self->socket_.async_wait(tcp::socket::wait_write, [self](error_code) {
    self->writing_ = false;
    if (self->state_ == State::ended) return;
    self->streams_->loop.turn([&] {
      self->send_unsent();
      if (self->state_ != State::ended && self->unsent() > 0) wait_write(self);
    });
  });
}

// How much the system took.
std::size_t Stream::send(ByteView bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    error_code error;
    done += socket_.write_some(asio::buffer(bytes.data() + done, bytes.size() - done), error);
    if (error == asio::error::interrupted) continue;
    if (error == asio::error::would_block) break;
    if (error) {
      // The end is reported by the read that is waiting, after whatever the other side sent
      // before it; the shutdown wakes it if the error itself does not.
      broken_ = true;
      socket_.shutdown(tcp::socket::shutdown_both, error);
      unsent_.clear();
      sent_ = 0;
      return bytes.size();
    }
  }
  return done;
}

void Stream::send_unsent() {
  const std::size_t count = send(ByteView(unsent_).substr(sent_, send_bytes_max));
  if (broken_) return;
  sent_ += count;
  if (unsent() > 0) {
    // Moving the rest down costs less than half of what has been sent since the last time.
    if (sent_ > unsent_.size() / 2) unsent_.erase(0, std::exchange(sent_, 0));
    return;
  }
  unsent_.clear();
  sent_ = 0;
  if (unsent_.capacity() > kept_bytes_max) unsent_.shrink_to_fit();
  if (state_ == State::lingering) return end_own_side();
  if (handler_ != nullptr) handler_->on_drained();
}

void Stream::close(const std::shared_ptr<Stream>& self) {
  if (self->state_ != State::open) return;
  self->state_ = State::lingering;
  self->handler_ = nullptr;
  set_reading(self, true);  // to see the other side's end
  ++self->streams_->lingering;
  AsioLoop& loop = self->streams_->loop;
  self->linger_ = loop.start_timer(loop.now() + AsioStreams::linger_max, [self] {
    self->linger_ = 0;
    self->abort();
  });
  if (self->unsent() == 0) self->end_own_side();
}

void Stream::end_own_side() {
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void Stream::abort() {
  if (state_ == State::ended) return;
  error_code ignored;
  socket_.set_option(tcp::socket::linger(true, 0), ignored);  // closing then sends a reset
  shut();
}

void Stream::end(CloseReason reason) {
  shut();
  if (handler_ != nullptr) std::exchange(handler_, nullptr)->on_closed(reason);
}

void Stream::shut() {
  if (state_ == State::lingering) --streams_->lingering;
  state_ = State::ended;
  if (linger_ != 0) streams_->loop.cancel_timer(std::exchange(linger_, 0));
  unsent_ = Bytes();
  sent_ = 0;
  error_code ignored;
  socket_.close(ignored);
}

class AsioConnection final : public Connection {
 public:
  explicit AsioConnection(std::shared_ptr<Stream> stream) : stream_(std::move(stream)) {}
  ~AsioConnection() override {
    stream_->set_handler(nullptr);
    if (!closed_) stream_->abort();
  }

  void set_handler(ConnectionHandler* handler) override {
    if (!closed_) stream_->set_handler(handler);
  }
  void write(ByteView bytes) override { Stream::write(stream_, bytes); }
  std::uint64_t unsent_bytes() const override { return stream_->unsent(); }
  void set_reading(bool reading) override {
    if (!closed_) Stream::set_reading(stream_, reading);
  }
  void close() override {
    closed_ = true;
    Stream::close(stream_);
  }
  void abort() override {
    closed_ = true;
    stream_->set_handler(nullptr);
    stream_->abort();
  }
  Address peer() const override { return stream_->peer(); }

 private:
  std::shared_ptr<Stream> stream_;
  bool closed_ = false;
};

}  // namespace

std::unique_ptr<Connection> make_asio_connection(std::shared_ptr<AsioStreams> streams,
                                                 tcp::socket socket) {
  auto stream = std::make_shared<Stream>(std::move(streams), std::move(socket));
  Stream::wait_read(stream);
  return std::make_unique<AsioConnection>(std::move(stream));
}

Address to_address(const tcp::endpoint& endpoint) {
  asio::ip::address address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  return Address{address.to_string(), endpoint.port()};
}

}  // namespace noex
