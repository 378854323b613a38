// Engine: one connection's TLS, sans-IO: bytes from the other end in, plain text and bytes for it
// out.
//
// Owns the SSL object over two memory BIOs, and the bounds of what a stranger may send. Never
// waits, never logs, never closes anything: it says what happened and its owner acts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "noex/transport/base/bytes.h"
#include "noex/transport/base/error.h"
#include "noex/transport/base/time.h"
#include "noex/transport/network.h"
#include "noex/transport/tls/tls_context.h"
#include "noex/transport/tls/tls_handles.h"

namespace noex::tls {

// What may come before it is known from whom: a hello and what ends a handshake; with certificates
// also a chain of them.
inline constexpr std::size_t stranger_bytes_max = 4 * 1024;
inline constexpr std::size_t stranger_chain_bytes_max = 16 * 1024;

class Engine {
 public:
  enum class State : std::uint8_t {
    handshake,
    open,    // proof() is there
    closed,  // the other end has ended it in order, and nobody on its behalf
    failed,  // failure() says why; there may be an alert in output()
  };

  Engine(Context& context, Role role, WallTime now);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // The dialer's first bytes are then in output().
  void start();
  // Takes all of `bytes`, in any chunking, and appends what they say to `plain`. After closed and
  // failed: ignored.
  void receive(ByteView bytes, Bytes& plain);
  // While open; encrypted in output().
  void send(ByteView plain);
  // The last that is sent: that this was the end and no cut.
  void end();

  // Bytes for the other end, valid until the next call of anything else than drop_output().
  ByteView output() const;
  void drop_output();

  State state() const { return state_; }
  bool has_identity() const { return context_.has_identity(); }
  const ConnectionProof& proof() const { return proof_; }
  // The code is unauthorised in a handshake, else malformed; the detail goes on after the other
  // end's name, and says what to do.
  const Error& failure() const { return failure_; }
  // Nothing has come from the other end.
  bool is_silent() const { return received_ == 0; }

  // --- For the context's callbacks ---
  const Context& context() const { return context_; }
  void on_secret_offered(bool known) { offered_ = known ? Offered::known : Offered::unknown; }

 private:
  enum class Offered : std::uint8_t { nothing, unknown, known };

  void step(Bytes& plain);
  void shake_hands();
  void await_welcome();
  void read(Bytes& plain);
  void prove();
  void fail(ErrorCode code, std::string why);
  void fail_with_library();
  bool is_plain_text(ByteView bytes) const;

  Context& context_;
  const Role role_;
  const SslHandle ssl_;
  State state_ = State::handshake;
  std::size_t received_ = 0;  // in the handshake
  bool awaits_welcome_ = false;
  std::uint64_t records_ = 0;  // sent with the present key
  Offered offered_ = Offered::nothing;
  ConnectionProof proof_;
  Error failure_;
};

}  // namespace noex::tls
