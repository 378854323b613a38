// Session: one connection to another node, from its first byte to its end; a PeerLink's, once both
// ends have confirmed it.
//
// Owns the channel and the handshake's state, and says what happened to its owner. Never decides
// whom to accept, never logs, never reconnects.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "noex/runtime/cluster/cluster.h"
#include "noex/transport/channel.h"
#include "noex/transport/handshake.h"

namespace noex {

class PeerLink;
class Session;

// Names one connection within a boot.
using SessionSerial = Serial<Session>;

// Always from a turn of its own. The owner may close the session inside, but destroys it only
// after the call has returned.
class SessionOwner {
 public:
  virtual ~SessionOwner() = default;

  virtual void on_hello(Session& session) = 0;        // acceptor: answer() it, now or later
  virtual void on_accepted(Session& session) = 0;     // dialer: confirm() or abort()
  virtual void on_refused(Session& session) = 0;      // dialer: ack() says why; not closed yet
  virtual void on_established(Session& session) = 0;  // establish() or abort()
  virtual void on_control(Session& session, ByteView payload) = 0;
  virtual void on_data(Session& session, ByteView message) = 0;
  virtual void on_room(Session& session) = 0;
  // It is closed already; once, never after close() or abort().
  virtual void on_session_end(Session& session, ChannelEnd end, std::string_view why) = 0;
};

class Session final : private ChannelHandler {
 public:
  Session(SessionOwner& owner, SessionSerial serial, std::unique_ptr<Connection> connection,
          Loop& loop, const Options& options, Handshake handshake, Instant deadline);

  const Incarnation& peer() const { return peer_; }
  SessionSerial serial() const { return serial_; }  // within one ClusterCore

  // --- Data, once established; as Link ---
  Result<void> send(ByteView message);
  void send_signal(ByteView message) { channel_.send_signal(message); }
  std::size_t queued_bytes() const { return channel_.queued_bytes(); }
  void charge(std::size_t work) { channel_.charge(work); }

  // --- Handshake, in its order ---
  void say_hello() { channel_.send_control(handshake_.hello_payload()); }
  void answer(const HelloAck& ack) { channel_.send_control(handshake_.answer(ack)); }
  void confirm() { channel_.send_control(handshake_.confirm()); }
  void establish(Incarnation peer);

  const Handshake& handshake() const { return handshake_; }
  const Hello& hello() const { return handshake_.hello(); }
  const HelloAck& ack() const { return handshake_.ack(); }
  bool established() const { return established_; }
  // When the handshake has to be over.
  Instant deadline() const { return deadline_; }

  // Of what a peer may repeat for ever people are told once: true the first time.
  bool warn_once() { return !std::exchange(warned_, true); }

  // The owner's: the link that it serves; nullptr: none.
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
  bool is_bound() const;
  std::uint64_t refusals() const { return refusals_; }
  bool open() const { return channel_.open(); }
  void close() { channel_.close(); }
  void abort() { channel_.abort(); }

 private:
  void on_control(ByteView payload) override;
  void on_data(ByteView message) override { owner_.on_data(*this, message); }
  void on_room() override { owner_.on_room(*this); }
  void on_end(ChannelEnd end, std::string_view why) override;

  SessionOwner& owner_;
  const SessionSerial serial_;
  const Instant deadline_;
  Handshake handshake_;
  Incarnation peer_;
  PeerLink* link_ = nullptr;
  bool established_ = false;
  bool warned_ = false;
  std::uint64_t refusals_ = 0;  // messages refused because the queue was full
  Channel channel_;
};

}  // namespace noex
