// Network: byte streams between nodes. The other half of the seam to the outside.
//
// Everything above (frames, handshake, heartbeats, backpressure) is the same code over real TCP
// and over the simulated network, because it sees only this file. A Connection is a TCP-like
// stream: bytes arrive in order, in any chunking, without loss or repetition until it is closed.
// Implementations: AsioNetwork (asio_network.h), HostNetwork (noex/sim/world/host.h), and
// TlsNetwork (tls_network.h), which encrypts what goes over any of them.
// Contract: tests/contract/network_contract_test.cpp.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "noex/transport/base/bytes.h"
#include "noex/transport/base/error.h"
#include "noex/transport/base/time.h"

namespace noex {

// host: IPv4, IPv6 without brackets, or a host name; port 0 lets the system choose when listening.
struct Address {
  std::string host;
  std::uint16_t port = 0;

  auto operator<=>(const Address&) const = default;
};

// An address that no other machine can reach: 127.0.0.0/8, ::1, localhost.
bool is_loopback(std::string_view host);

// What the other end has proved before the first byte was given to anybody.
struct ConnectionProof {
  // A value that both ends of this connection have, and no other connection has (RFC 9266).
  Bytes binding;
  // Of its certificate: names of nodes ("node1"), or whole ids ("node1@10.0.0.1:4369"). Empty: it
  // only knows the secret that all members know, and may be any of them.
  std::vector<std::string> names = {};
  // Of its certificate: the addresses that it may have; empty: any.
  std::vector<std::string> hosts = {};
};

enum class CloseReason : std::uint8_t {
  local,  // this end called close() or abort()
  peer,   // the other end closed in order (FIN)
  reset,  // the other end vanished in disorder (RST), or the system ended it
};

// What a connection tells its owner, always from a turn of its own, never inside a call to it.
class ConnectionHandler {
 public:
  virtual ~ConnectionHandler() = default;

  // 1 byte or more; valid during the call.
  virtual void on_bytes(ByteView bytes) = 0;
  // unsent_bytes() has come back to 0 after a write that left some unsent.
  virtual void on_drained() = 0;
  // Exactly once, last; not called after close(), abort() or the connection's destruction.
  virtual void on_closed(CloseReason reason) = 0;
};

// Owned by whoever got it; destroying it is abort().
class Connection {
 public:
  virtual ~Connection() = default;

  // Sets who is told; before the first turn in which anything may arrive. The handler outlives
  // the connection or is set to nullptr, which drops what arrives.
  virtual void set_handler(ConnectionHandler* handler) = 0;
  // Takes all of `bytes`, in order; never blocks, never fails (a broken stream reports on_closed).
  // The caller bounds what it writes by unsent_bytes(). After close() or on_closed: ignored.
  virtual void write(ByteView bytes) = 0;
  // Bytes written that the system has not accepted yet.
  virtual std::uint64_t unsent_bytes() const = 0;
  // Sends what is unsent, then ends the stream; nothing more is reported. Bounded by the backend
  // (linger_max, 5 s), then aborts. May outlive this object's destruction for that purpose.
  virtual void close() = 0;
  // Off: nothing of what arrives is reported any more, its end included, and once the system's
  // buffers are full the other end can send no more. On, as it is at first: from a later turn on.
  virtual void set_reading(bool reading) = 0;
  // Drops what is unsent and resets the stream; nothing more is reported.
  virtual void abort() = 0;
  // The other end's address, for logs.
  virtual Address peer() const = 0;
  // nullptr: nothing, as over plain TCP. The same for the connection's whole life.
  virtual const ConnectionProof* proof() const { return nullptr; }
};

// Stops listening when destroyed; connections that it accepted live on.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual Address address() const = 0;  // with the port that the system chose
};

// An attempt to connect; destroying it cancels it silently.
class Dial {
 public:
  virtual ~Dial() = default;
};

class Network {
 public:
  using AcceptHandler = std::function<void(std::unique_ptr<Connection>)>;
  using DialHandler = std::move_only_function<void(Result<std::unique_ptr<Connection>>)>;

  virtual ~Network() = default;

  // Accepts until the listener is destroyed. Errors: address_in_use, invalid_argument (no such
  // address here), system.
  [[nodiscard]] virtual Result<std::unique_ptr<Listener>> listen(const Address& address,
                                                                 AcceptHandler accept) = 0;
  // Calls `done` once, from a later turn, unless the Dial is destroyed before (it may be destroyed
  // inside `done`). Errors: connection_refused, timeout (silence until `timeout` is over),
  // unreachable, invalid_argument (unknown host name), unauthorised (one end does not accept the
  // other's secret or certificate; the detail says which, and what to do).
  [[nodiscard]] virtual std::unique_ptr<Dial> connect(const Address& address, Duration timeout,
                                                      DialHandler done) = 0;
  // What goes over it can neither be read nor forged by strangers: it is encrypted, or leaves no
  // program. A node listens beyond this machine over no other, unless it is told to.
  virtual bool is_private() const { return false; }
};

}  // namespace noex
