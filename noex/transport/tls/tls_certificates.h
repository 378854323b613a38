// Certificates: from PEM to what a context needs, and from a certificate to the names in it.
//
// Never verifies a chain: OpenSSL does, at a time that the loop gives.
#pragma once

#include <cstdint>

#include "noex/transport/base/error.h"
#include "noex/transport/base/time.h"
#include "noex/transport/network.h"
#include "noex/transport/tls/tls_handles.h"
#include "noex/transport/tls/tls_network.h"

namespace noex::tls {

// Of its subject alternative names (RFC 5280, section 4.2.1.6), those that say something of a node.
ConnectionProof proof_of(X509* certificate);

// Seconds since 1970; the last in which it is valid, and the first.
std::int64_t valid_until(const X509* certificate);
std::int64_t valid_from(const X509* certificate);

// Gives the context the authority, the chain and the key. Errors: invalid_argument, in words.
Result<void> install(SSL_CTX* context, OSSL_LIB_CTX* library, const TlsIdentity& identity);

}  // namespace noex::tls
