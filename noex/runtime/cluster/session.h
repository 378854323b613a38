// Session: one connection to another node, from its first byte to its end; a PeerLink's, once both
// ends have confirmed it.
//
// Owns the channel and the handshake's state, and says what happened. Never decides whom to accept,
// never logs, never reconnects.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "noex/runtime/core/ids.h"
#include "noex/runtime/core/options.h"
#include "noex/transport/channel.h"
#include "noex/transport/handshake.h"

namespace noex {

class PeerLink;
class Session;

// Names one connection within a boot.
using SessionSerial = Serial<Session>;

ChannelLimits channel_limits(const Options& options);

// Who is told of a connection until both ends have confirmed it, and who from then on. Always from
// a turn of its own; the session may be closed inside, but is destroyed only after the call has
// returned.
class HandshakeHandler {
 public:
  virtual ~HandshakeHandler() = default;

  virtual void on_hello(Session& session) = 0;  // acceptor: answer() it, now or later
  // acceptor: no member but a client says who it is: serve_client() or abort()
  virtual void on_client_hello(Session& session, ByteView payload) = 0;
  virtual void on_accepted(Session& session) = 0;     // dialer: confirm() or abort()
  virtual void on_refused(Session& session) = 0;      // dialer: ack() says why; not closed yet
  virtual void on_established(Session& session) = 0;  // establish() or abort()
  // It is closed already; once, never after close() or abort().
  virtual void on_handshake_end(Session& session, ChannelEnd end, std::string_view why) = 0;
};

class SessionHandler {
 public:
  virtual ~SessionHandler() = default;

  virtual void on_control(Session& session, ByteView payload) = 0;
  virtual void on_data(Session& session, ByteView message) = 0;
  virtual void on_room(Session& session) = 0;
  // As on_handshake_end().
  virtual void on_session_end(Session& session, ChannelEnd end, std::string_view why) = 0;
};

class Session final : private ChannelHandler {
 public:
  Session(HandshakeHandler& handler, SessionSerial serial, std::unique_ptr<Connection> connection,
          Loop& loop, const Options& options, Handshake handshake, Instant deadline);

  SessionSerial serial() const { return serial_; }
  // Once established.
  const Incarnation& peer() const { return peer_; }
  // Who it is, as far as it has said so. For people: its name, or at least its address.
  Incarnation claimed() const;
  std::string name() const;

  // --- Data, once established; as Link ---
  Result<void> send(ByteView message);
  void send_signal(ByteView message) { channel_.send_signal(message); }
  std::size_t queued_bytes() const { return channel_.queued_bytes(); }
  void charge(std::size_t work) { channel_.charge(work); }

  // --- Handshake, in its order ---
  void say_hello() { channel_.send_control(handshake_.hello_payload()); }
  void answer(const HelloAck& ack) { channel_.send_control(handshake_.answer(ack)); }
  void confirm() { channel_.send_control(handshake_.confirm()); }
  void establish(Incarnation peer, SessionHandler& handler);
  // The same for a client, which is told so by `welcome` and held to `limits`.
  void serve_client(SessionHandler& handler, const ChannelLimits& limits, ByteView welcome);

  const Handshake& handshake() const { return handshake_; }
  const Hello& hello() const { return handshake_.hello(); }
  const HelloAck& ack() const { return handshake_.ack(); }
  bool established() const { return established_ != nullptr; }
  // When the handshake has to be over.
  Instant deadline() const { return deadline_; }

  // Of what a peer may repeat for ever people are told once: true the first time.
  bool warn_once() { return !std::exchange(warned_, true); }

  // The link that it serves; nullptr: none.
  PeerLink* link() const { return link_; }
  void set_link(PeerLink* link) { link_ = link; }

  // --- Control messages ---
  void send_control(ByteView payload) { channel_.send_control(payload); }
  void send_control_last(ByteView payload) { channel_.send_control_last(payload); }

  Instant last_heard() const { return channel_.last_heard(); }
  Address address() const { return channel_.peer(); }
  // True if that is who the other end has proved to be, if it had to prove anything.
  bool may_be(const NodeId& id) const;
  // The Hello was said over this very connection.
  bool is_bound() const { return is_bound(hello().binding); }
  bool is_bound(ByteView binding) const;
  std::uint64_t refusals() const { return refusals_; }
  bool open() const { return channel_.open(); }
  void close() { channel_.close(); }
  void abort() { channel_.abort(); }

 private:
  void on_control(ByteView payload) override;
  void on_data(ByteView message) override {
    if (established_ != nullptr) established_->on_data(*this, message);
  }
  void on_room() override {
    if (established_ != nullptr) established_->on_room(*this);
  }
  void on_end(ChannelEnd end, std::string_view why) override;

  HandshakeHandler& handler_;
  SessionHandler* established_ = nullptr;  // once both ends have confirmed it
  const SessionSerial serial_;
  const Instant deadline_;
  Handshake handshake_;
  Incarnation peer_;
  PeerLink* link_ = nullptr;
  bool warned_ = false;
  std::uint64_t refusals_ = 0;  // messages refused because the queue was full
  Channel channel_;
};

}  // namespace noex
