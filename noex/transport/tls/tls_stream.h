// Stream: one encrypted connection over an inner one, from its first byte to its end.
//
// Owns the inner connection, the engine, and the plain text that waits to be encrypted: that is
// done only when the inner connection has nothing unsent, so that what waits can be counted, and
// dropped, as its owner wrote it. Its owners: the World while it shakes hands for others, lingers
// or was refused; a dial while it shakes hands for this node; the Connection once it stands; and
// each of its own calls, so that whoever is told may let go of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "noex/transport/base/bytes.h"
#include "noex/transport/base/error.h"
#include "noex/transport/loop.h"
#include "noex/transport/network.h"
#include "noex/transport/tls/tls_engine.h"
#include "noex/transport/tls/tls_world.h"

namespace noex::tls {

class Stream final : private ConnectionHandler, public std::enable_shared_from_this<Stream> {
 public:
  // Called once, from a turn of its own: it stands, or it is over and this is why.
  using Done = std::move_only_function<void(Result<void>)>;

  Stream(std::shared_ptr<World> world, std::unique_ptr<Connection> inner, Role role);

  void shake_hands(Instant deadline, Done done);
  bool shakes_hands() const { return state_ == State::handshake; }
  bool is_silent() const { return engine_.is_silent() && held_.empty(); }
  // What was held back is looked at.
  void resume();

  // --- As Connection ---
  void set_handler(ConnectionHandler* handler) { handler_ = handler; }
  void write(ByteView bytes);
  std::uint64_t unsent() const;
  void close();
  void set_reading(bool reading);
  void abort();
  Address peer() const { return inner_->peer(); }
  const ConnectionProof& proof() const { return engine_.proof(); }
  bool is_open() const { return state_ == State::open; }

 private:
  enum class State : std::uint8_t {
    handshake,
    open,
    lingering,  // its owner has closed it, and something waits to be encrypted
    refused,    // the alert is on its way
    ended,
  };

  void on_bytes(ByteView bytes) override;
  void on_drained() override;
  void on_closed(CloseReason reason) override;

  void take_handshake(ByteView bytes);
  void stand();
  void refuse(Error error);
  void deliver();
  void post_delivery();
  void send_output();
  void flush();
  void say_end();
  void finish(CloseReason reason);
  void let_go();

  const std::shared_ptr<World> world_;
  const std::unique_ptr<Connection> inner_;
  const Role role_;
  Engine engine_;
  State state_ = State::handshake;
  Done done_;
  Timer timer_;               // the handshake's end, the first delivery, or a lingering one's end
  bool standing_up_ = false;  // its new owner is being told
  bool fresh_ = false;        // its new owner has this turn to say who hears of it
  bool cut_ = false;          // the inner connection is gone, of which nobody was told yet
  bool begun_ = false;
  Bytes held_;  // a stranger's first bytes, until they may be looked at

  ConnectionHandler* handler_ = nullptr;
  bool reading_ = true;
  Bytes plain_;  // decrypted, not given to the handler yet

  Bytes queue_;  // to be encrypted; the first taken_ bytes of it are
  std::size_t taken_ = 0;
  std::size_t in_flight_ = 0;  // plain bytes of what was given to the inner connection last
  bool owes_drained_ = false;  // a write has left something unsent
};

}  // namespace noex::tls
