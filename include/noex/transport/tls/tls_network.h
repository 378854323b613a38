// TlsNetwork: encryption as a layer of its own, over any Network.
//
//   auto tls = TlsNetwork::create(config, tcp, loop, log);   // then a Node is given **tls
//
// TLS 1.3 (RFC 8446) with one cipher suite, TLS_AES_128_GCM_SHA256, and X25519: what two builds of
// one program need no choice about. Nothing is given to anybody, or taken from anybody, before both
// ends have proved that they know a common secret, or hold certificates of one authority; there is
// no way back to plain text. Sans-IO inside, so that over TCP and in the simulator the very same
// code runs; every node has a library context of its own and touches nothing that others share.
// Contract: network.h's, like every Network (tests/contract). Threats: docs/SECURITY.md.
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

// A shorter secret would be found by trying.
inline constexpr std::size_t tls_secret_bytes_min = 16;

// Who this node is, and whom it believes; all in PEM.
struct TlsIdentity {
  Bytes authority;    // certificates that others' are signed by
  Bytes certificate;  // this node's, then those between it and the authority
  Bytes key;          // its private key, not encrypted
  // Whom the certificate has to name; create() fails otherwise. Empty: it is not checked.
  NodeId self = {};
};

struct TlsConfig {
  // Either: what all members know. The first is used to dial, each is accepted; so a secret is
  // changed by adding the new one everywhere, then putting it first, then removing the old one.
  std::vector<Bytes> secrets = {};
  // Or: what each member is. A certificate's subject alternative names say for which nodes: a DNS
  // name or a URI "noex:" with the name of a node or its whole id; IP addresses, if there are any,
  // say at which hosts it may be.
  std::optional<TlsIdentity> identity = {};
  // Where all randomness comes from in a simulation, which repeats; it is no secret there. A real
  // node leaves it out and has the system's.
  std::optional<Random> simulated = {};

  // A connection that was accepted has proved what it must by then, or is closed.
  Duration handshake_timeout = 5s;
  // Connections that have not; for a further one the oldest of the address that has most is closed.
  std::size_t handshakes_max = 64;
  // Handshakes that are begun for others in each tenth of a second; further ones wait for the next,
  // so that a flood of them leaves this node the greater part of its time.
  std::size_t handshakes_per_window = 48;
};

class TlsNetwork final : public Network {
 public:
  // Errors: invalid_argument (a secret that is too short, neither or both kinds of proof, a bound
  // of 0, certificates that cannot be read or do not name `self`), unauthorised (this node's
  // certificate has expired, or is not valid yet). inner, loop and log outlive it, and all that it
  // made, which may outlive it: a listener then accepts nobody.
  [[nodiscard]] static Result<std::unique_ptr<TlsNetwork>> create(TlsConfig config, Network& inner,
                                                                  Loop& loop, Log& log);
  ~TlsNetwork() override;
  TlsNetwork(const TlsNetwork&) = delete;
  TlsNetwork& operator=(const TlsNetwork&) = delete;

  // Other secrets from now on; connections that stand, stand. Errors: invalid_argument: nothing has
  // changed then.
  [[nodiscard]] Result<void> set_secrets(const std::vector<Bytes>& secrets);

  [[nodiscard]] Result<std::unique_ptr<Listener>> listen(const Address& address,
                                                         AcceptHandler accept) override;
  // Besides what the inner network reports: unauthorised, and unreachable (the connection ended
  // within the handshake). `timeout` covers both.
  [[nodiscard]] std::unique_ptr<Dial> connect(const Address& address, Duration timeout,
                                              DialHandler done) override;
  bool is_private() const override { return true; }

  // Connections that their owners closed, and of which something waits to be encrypted and sent;
  // those of the inner network come on top. They end with this.
  std::size_t lingering() const;
  // Connections that were accepted and have not proved anything yet.
  std::size_t handshakes() const;

 private:
  struct Impl;

  explicit TlsNetwork(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace noex
