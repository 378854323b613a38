// Network: byte streams between nodes. The other half of the seam to the outside.
//
// Everything above (frames, handshake, heartbeats, backpressure) is the same code over real TCP and
// over the simulated network, because it sees only this file. A Connection is a stream like TCP's:
// bytes arrive in order and in any chunking, and none is lost or repeated until it is closed. All
// is used on the thread of the loop that the network was made with.
//
// Implementations: AsioNetwork ("noex/transport/asio/asio_network.h"), HostNetwork
// ("noex/sim/world/host.h"), and TlsNetwork ("noex/transport/tls/tls_network.h"), which encrypts
// what goes over any other one. Contract: tests/contract/network_contract_test.cpp.
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

// Where somebody listens.
struct Address {
  std::string host;        // IPv4, IPv6 without brackets, or a host name
  std::uint16_t port = 0;  // to listen at 0 lets the system choose

  auto operator<=>(const Address&) const = default;
};

// Whether no other machine can reach it: 127.0.0.0/8, ::1, localhost.
bool is_loopback(std::string_view host);

// What the other end of a connection has proved, before any byte of it was given to anybody.
struct ConnectionProof {
  // A value that the two ends of this connection have, and no other connection has (RFC 9266).
  Bytes binding;
  // The nodes that its certificate names, as names ("node1") or whole ids ("node1@10.0.0.1:4369").
  // Empty: it knows the secret that all members know, and may be any of them.
  std::vector<std::string> names = {};
  // The addresses at which its certificate lets it be. Empty: any.
  std::vector<std::string> hosts = {};
};

// How a connection ended.
enum class CloseReason : std::uint8_t {
  local,  // this end called close() or abort()
  peer,   // the other end closed in order (FIN)
  reset,  // the other end vanished in disorder (RST), or the system ended it
};

// What a connection tells its owner: from a turn of the loop, never inside a call to the
// connection.
class ConnectionHandler {
 public:
  virtual ~ConnectionHandler() = default;

  // At least one byte has arrived; `bytes` is valid during the call.
  virtual void on_bytes(ByteView bytes) = 0;
  // unsent_bytes() is 0 again, after a write that left some unsent.
  virtual void on_drained() = 0;
  // The connection has ended. The last call, and the only one of its kind; it does not come after
  // close(), abort() or the destruction of the connection.
  virtual void on_closed(CloseReason reason) = 0;
};

// One end of a stream; destroying it is abort().
class Connection {
 public:
  virtual ~Connection() = default;

  // Sets who is told. To be set in the turn in which the connection was given: nothing arrives
  // before. The handler outlives the connection, or is replaced by nullptr first, which drops what
  // arrives.
  virtual void set_handler(ConnectionHandler* handler) = 0;
  // Takes all of `bytes`, in order. It never blocks and never fails: a broken stream reports
  // on_closed. The caller bounds what it writes by unsent_bytes(). After close() or on_closed:
  // ignored.
  virtual void write(ByteView bytes) = 0;
  // Bytes written that the system has not accepted yet.
  virtual std::uint64_t unsent_bytes() const = 0;
  // Sends what is unsent, then ends the stream; nothing is reported any more. If that takes the
  // backend longer than its linger_max (5 s), it aborts. Sending goes on even if this object is
  // destroyed meanwhile.
  virtual void close() = 0;
  // Off: nothing that arrives is reported any more, not even the end; once the system's buffers are
  // full, the other end can send no more. On, as it is at first: reporting goes on in a later turn.
  virtual void set_reading(bool reading) = 0;
  // Drops what is unsent and resets the stream; nothing is reported any more.
  virtual void abort() = 0;
  // The other end's address, for logs.
  virtual Address peer() const = 0;
  // What the other end has proved; nullptr: nothing, as over plain TCP. The same, and valid, as
  // long as the connection.
  virtual const ConnectionProof* proof() const { return nullptr; }
};

// Destroying it ends the listening; the connections that it has accepted live on.
class Listener {
 public:
  virtual ~Listener() = default;
  // Where it listens, with the port that the system chose.
  virtual Address address() const = 0;
};

// An attempt to connect; destroying it cancels it, and nobody is told.
class Dial {
 public:
  virtual ~Dial() = default;
};

// Outlives what uses it, as its loop does; what it made may outlive the network, but not the loop.
class Network {
 public:
  // Is given each connection that was accepted, in a turn of its own.
  using AcceptHandler = std::function<void(std::unique_ptr<Connection>)>;
  // Is given the connection, or why there is none.
  using DialHandler = std::move_only_function<void(Result<std::unique_ptr<Connection>>)>;

  virtual ~Network() = default;

  // Accepts connections until the listener is destroyed. Errors: address_in_use, invalid_argument
  // (no such address here), system.
  [[nodiscard]] virtual Result<std::unique_ptr<Listener>> listen(const Address& address,
                                                                 AcceptHandler accept) = 0;
  // Connects. Calls `done` once, from a later turn, unless the Dial is destroyed before; it may be
  // destroyed inside `done`. Errors: connection_refused, timeout (no answer within `timeout`),
  // unreachable, invalid_argument (unknown host name), unauthorised (one end does not accept the
  // other's secret or certificate; the detail says which, and what to do).
  [[nodiscard]] virtual std::unique_ptr<Dial> connect(const Address& address, Duration timeout,
                                                      DialHandler done) = 0;
  // Whether strangers can neither read nor forge what goes over it, since it is encrypted or never
  // leaves the program. Over any other network a node does not listen beyond its machine, unless
  // NodeConfig::insecure says so.
  virtual bool is_private() const { return false; }
};

}  // namespace noex
