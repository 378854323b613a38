#include "noex/transport/tls/tls_failure.h"

#include <string_view>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>

namespace noex::tls {

namespace {

constexpr std::string_view same_secret = "start both nodes with the same secret";
constexpr std::string_view same_authority =
    "give both nodes certificates of the same authority, that are valid today";

// The alert that the other end sent, or -1.
int alert_in(int reason) {
  return reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256
             ? reason - SSL_AD_REASON_OFFSET
             : -1;
}

std::string_view text_of(int reason) {
  const char* text = ERR_reason_error_string(ERR_PACK(ERR_LIB_SSL, 0, reason));
  return text != nullptr ? text : "no reason known";
}

std::string describe_alert(const Mishap& mishap, int alert) {
  if (alert == SSL_AD_INSUFFICIENT_SECURITY) {
    return "it runs without encryption, and this node does not: give both the same secret, or none";
  }
  if (!mishap.with_certificates) {
    return fmt::format("it does not accept this node's secret: {}", same_secret);
  }
  switch (alert) {
    case SSL_AD_CERTIFICATE_EXPIRED:
      return "it finds this node's certificate out of date: renew it, and look at both clocks";
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_DECRYPT_ERROR:
      return fmt::format("it does not accept this node's certificate: {}", same_authority);
    default:
      return fmt::format("it does not accept this node ({}): {}", text_of(mishap.reason),
                         same_authority);
  }
}

std::string describe_certificate(long verified) {
  if (verified == X509_V_ERR_CERT_HAS_EXPIRED || verified == X509_V_ERR_CERT_NOT_YET_VALID) {
    return fmt::format("{}: renew it, and look at both clocks",
                       verified == X509_V_ERR_CERT_HAS_EXPIRED
                           ? "its certificate has expired"
                           : "its certificate is not valid yet");
  }
  return fmt::format("its certificate is not accepted ({}): {}",
                     X509_verify_cert_error_string(verified), same_authority);
}

}  // namespace

std::string describe(const Mishap& mishap) {
  if (const int alert = alert_in(mishap.reason); alert >= 0) return describe_alert(mishap, alert);
  if (mishap.with_certificates) {
    if (mishap.verified != X509_V_OK) return describe_certificate(mishap.verified);
    if (mishap.reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) {
      return fmt::format("it has no certificate: {}", same_authority);
    }
    return fmt::format("the handshake failed ({}): {}", text_of(mishap.reason), same_authority);
  }
  if (mishap.role == Role::acceptor && mishap.offered_unknown_secret) {
    return fmt::format("it has another secret: {}", same_secret);
  }
  if (mishap.role == Role::acceptor && mishap.offered_nothing) {
    return fmt::format("it has no secret: {}", same_secret);
  }
  if (mishap.reason == SSL_R_BINDER_DOES_NOT_VERIFY) {
    return "it does not know the secret that it names: nothing that this program would do";
  }
  return fmt::format("the handshake failed ({}): {}", text_of(mishap.reason), same_secret);
}

std::string describe_plain_text(bool with_certificates) {
  return fmt::format("it does not encrypt, and this node does: {}",
                     with_certificates ? same_authority : same_secret);
}

std::string describe_broken_record(int reason) {
  if (const int alert = alert_in(reason); alert >= 0) {
    return fmt::format(
        "it found bytes that this node did not send ({}): somebody on the way "
        "changes them, or the network is broken",
        text_of(reason));
  }
  return fmt::format(
      "bytes came that it did not send ({}): somebody on the way changes them, or "
      "the network is broken",
      text_of(reason));
}

}  // namespace noex::tls
