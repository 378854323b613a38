// Failure: why a handshake or a record was not accepted, in words for whoever runs a node.
//
// Knows OpenSSL's reasons and TLS's alerts (RFC 8446, section 6.2); never decides anything.
#pragma once

#include <string>

#include "noex/transport/tls/tls_context.h"
#include "noex/transport/tls/tls_handles.h"

namespace noex::tls {

// What is known of a handshake that failed.
struct Mishap {
  Role role = Role::dialer;
  bool with_certificates = false;
  bool offered_unknown_secret = false;  // to the acceptor
  bool offered_nothing = false;
  int reason = 0;             // OpenSSL's, ERR_GET_REASON
  long verified = X509_V_OK;  // of the other end's certificate
};

// Each goes on after "closed the connection to node2@...: ".
std::string describe(const Mishap& mishap);
std::string describe_plain_text(bool with_certificates);
// Of a connection that stood.
std::string describe_broken_record(int reason);

}  // namespace noex::tls
