// Context: what all connections of one node have in common: library context, secrets, certificates.
//
// Owns an OSSL_LIB_CTX, so that nothing here is shared with another node of the process, and in a
// simulation OpenSSL's TEST-RAND as its only source of randomness, which gives the bytes that the
// node's own Random draws. Never touches a connection, never knows the time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "noex/transport/base/error.h"
#include "noex/transport/base/random.h"
#include "noex/transport/base/time.h"
#include "noex/transport/tls/tls_handles.h"
#include "noex/transport/tls/tls_network.h"
#include "noex/transport/tls/tls_secret.h"

namespace noex::tls {

enum class Role : std::uint8_t { dialer, acceptor };

class Context {
 public:
  // Errors: as TlsNetwork::create(), but for what depends on the time.
  static Result<std::unique_ptr<Context>> create(const TlsConfig& config);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  Result<void> set_secrets(const std::vector<Bytes>& secrets);
  bool has_identity() const { return has_identity_; }
  // This node's own; null without an identity.
  const X509* certificate() const { return SSL_CTX_get0_certificate(context_.get()); }

  // A new connection's, with `data` as its application data; certificates are judged as of `now`.
  SslHandle make(Role role, WallTime now, void* data) const;
  // Before each step of a handshake: in a simulation there are random bytes for one.
  void provide_randomness();

  const Secret& first_secret() const { return secrets_.front(); }
  const Secret* find_secret(ByteView name) const;

 private:
  Context() = default;

  Result<void> set_up(const TlsConfig& config);

  LibHandle library_;
  ContextHandle context_;
  bool has_identity_ = false;
  std::vector<Secret> secrets_;  // empty with an identity
  std::optional<Random> random_;
};

}  // namespace noex::tls
