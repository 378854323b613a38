// TlsNetwork: encryption as a layer of its own, over any Network.
//
//   auto tls = TlsNetwork::create(config, tcp, loop, log);  // then a Node is given **tls
//
// TLS 1.3 (RFC 8446) with one cipher suite, TLS_AES_128_GCM_SHA256, and X25519: two builds of one
// program need no choice. No byte is passed on in either direction before both ends have proved
// that they know a common secret, or hold certificates of one authority; there is no way back to
// plain text. It is sans-IO inside, so that the very same code runs over TCP and in the simulator.
// Every network has a library context of its own, and shares nothing with others.
//
// Its contract is that of every Network ("noex/transport/network.h", tests/contract). What it
// protects from: docs/SECURITY.md.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "noex/transport/base/bytes.h"
#include "noex/transport/base/error.h"
#include "noex/transport/base/log.h"
#include "noex/transport/base/random.h"
#include "noex/transport/base/time.h"
#include "noex/transport/loop.h"
#include "noex/transport/network.h"
#include "noex/transport/node_id.h"

namespace noex {

// A shorter secret could be found by trying.
inline constexpr std::size_t tls_secret_bytes_min = 16;

// Who this node is, and whom it believes; all in PEM.
struct TlsIdentity {
  Bytes authority;    // the certificates by which those of others are signed
  Bytes certificate;  // this node's, then those between it and the authority
  Bytes key;          // its private key, not encrypted
  // The node that the certificate must name, or create() fails. Empty: that is not checked.
  NodeId self = {};
};

// How members prove that they are members: either `secrets` or `identity`.
struct TlsConfig {
  // What all members know. The node dials with the first, and accepts each. So a secret is changed
  // by adding the new one on all nodes, then putting it first, then removing the old one.
  std::vector<Bytes> secrets = {};
  // What each member is. The subject alternative names of a certificate say for which nodes it is:
  // a DNS name, or a URI "noex:", with the name of a node or its whole id. IP addresses among them,
  // if any, say at which hosts it may be.
  std::optional<TlsIdentity> identity = {};
  // In a simulation, the source of all randomness: a run repeats, and has no secrets. A real node
  // leaves it out, and uses the system's.
  std::optional<Random> simulated = {};

  // An accepted connection that has not proved anything by then is closed.
  Duration handshake_timeout = 5s;
  // Accepted connections that have not proved anything yet. One more, and the oldest of the address
  // that has the most is closed.
  std::size_t handshakes_max = 64;
  // Handshakes with accepted connections that begin in one tenth of a second. Further ones wait for
  // the next, so that a flood of them leaves this node most of its time.
  std::size_t handshakes_per_window = 48;
};

// See the top of this file.
class TlsNetwork final : public Network {
 public:
  // Makes one. inner, loop and log outlive it and all that it makes; what it makes may outlive it,
  // and a listener then accepts nobody. Errors: invalid_argument (a secret that is too short,
  // neither or both kinds of proof, a bound of 0, certificates that cannot be read or do not name
  // `self`), unauthorised (this node's certificate has expired, or is not valid yet).
  [[nodiscard]] static Result<std::unique_ptr<TlsNetwork>> create(TlsConfig config, Network& inner,
                                                                  Loop& loop, Log& log);
  // Aborts the connections that still linger.
  ~TlsNetwork() override;
  TlsNetwork(const TlsNetwork&) = delete;
  TlsNetwork& operator=(const TlsNetwork&) = delete;

  // Uses other secrets from now on, for new connections. Errors: invalid_argument; nothing has
  // changed then.
  [[nodiscard]] Result<void> set_secrets(const std::vector<Bytes>& secrets);

  [[nodiscard]] Result<std::unique_ptr<Listener>> listen(const Address& address,
                                                         AcceptHandler accept) override;
  // See Network::connect(). Errors besides the inner network's: unauthorised, unreachable (the
  // connection ended within the handshake). `timeout` covers the handshake, too.
  [[nodiscard]] std::unique_ptr<Dial> connect(const Address& address, Duration timeout,
                                              DialHandler done) override;
  bool is_private() const override { return true; }

  // How many connections were closed by their owners and still have something to encrypt and send.
  // The inner network's own are not among them.
  std::size_t lingering() const;
  // How many accepted connections have not proved anything yet.
  std::size_t handshakes() const;

 private:
  struct Impl;

  explicit TlsNetwork(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace noex
