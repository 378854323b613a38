// Secret: the key that a file's bytes stand for, and the name by which the other end finds it.
//
// Both are made by HKDF (RFC 5869, SHA-256): the key is what TLS is given as an external PSK
// (RFC 8446, section 4.2.11), the name its identity, which is seen by everybody on the way and
// tells nothing of the key. Never keeps the file's bytes, and wipes the key.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "noex/transport/base/bytes.h"
#include "noex/transport/base/error.h"
#include "noex/transport/tls/tls_handles.h"

namespace noex::tls {

// Who verifies certificates has to say what its sessions are for; none is ever resumed.
inline constexpr unsigned char session_purpose[] = {'n', 'o', 'e', 'x'};

class Secret {
 public:
  // Errors: invalid_argument (fewer than tls_secret_bytes_min bytes).
  static Result<Secret> derive(OSSL_LIB_CTX* library, ByteView bytes);
  ~Secret();
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;

  // 16 hexadecimal digits.
  const std::string& name() const { return name_; }
  // For one handshake; null if there is no memory.
  SessionHandle session(SSL* ssl) const;

 private:
  Secret() = default;

  std::array<std::uint8_t, 32> key_{};
  std::string name_;
};

}  // namespace noex::tls
