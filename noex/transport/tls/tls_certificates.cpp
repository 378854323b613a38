#include "noex/transport/tls/tls_certificates.h"

#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "noex/transport/base/check.h"

namespace noex::tls {

namespace {

constexpr std::string_view uri_scheme = "noex:";
constexpr std::size_t certificates_max = 64;  // of a file

std::unexpected<Error> bad(std::string what) {
  ERR_clear_error();
  return fail(ErrorCode::invalid_argument, std::move(what));
}

// A key that is encrypted is refused, instead of asking at the terminal.
int no_password(char*, int, int, void*) {
  return -1;
}

BioHandle over(const Bytes& pem) {
  return BioHandle(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

std::vector<CertificateHandle> read_certificates(OSSL_LIB_CTX* library, const Bytes& pem) {
  std::vector<CertificateHandle> found;
  const BioHandle bio = over(pem);
  while (found.size() < certificates_max) {
    CertificateHandle certificate(X509_new_ex(library, nullptr));
    X509* into = certificate.get();
    if (PEM_read_bio_X509(bio.get(), &into, &no_password, nullptr) == nullptr) {
      (void)certificate.release();  // OpenSSL has freed it
      if (into != nullptr) X509_free(into);
      break;
    }
    found.push_back(std::move(certificate));
  }
  ERR_clear_error();
  return found;
}

std::string text_of(const ASN1_STRING* string) {
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
                     static_cast<std::size_t>(ASN1_STRING_length(string)));
}

std::string address_of(const ASN1_OCTET_STRING* octets) {
  const std::string bytes = text_of(octets);
  char text[INET6_ADDRSTRLEN] = "";
  if (bytes.size() == 4) ::inet_ntop(AF_INET, bytes.data(), text, sizeof text);
  if (bytes.size() == 16) ::inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
  return text;
}

std::int64_t seconds(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return 0;
  const auto day = std::chrono::sys_days(std::chrono::year(parts.tm_year + 1900) /
                                         (parts.tm_mon + 1) / parts.tm_mday);
  return std::chrono::duration_cast<std::chrono::seconds>(day.time_since_epoch()).count() +
         parts.tm_hour * 3600 + parts.tm_min * 60 + parts.tm_sec;
}

}  // namespace

ConnectionProof proof_of(X509* certificate) {
  ConnectionProof found;
  const NamesHandle names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
  // All of them: without its hosts a node might be anywhere. A chain's size bounds how many.
  for (int i = 0; i < count; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) {
      found.names.push_back(text_of(name->d.dNSName));
    } else if (name->type == GEN_URI) {
      const std::string uri = text_of(name->d.uniformResourceIdentifier);
      if (uri.starts_with(uri_scheme)) found.names.push_back(uri.substr(uri_scheme.size()));
    } else if (name->type == GEN_IPADD) {
      found.hosts.push_back(address_of(name->d.iPAddress));
    }
  }
  return found;
}

std::int64_t valid_until(const X509* certificate) {
  return seconds(X509_get0_notAfter(certificate));
}

std::int64_t valid_from(const X509* certificate) {
  return seconds(X509_get0_notBefore(certificate));
}

Result<void> install(SSL_CTX* context, OSSL_LIB_CTX* library, const TlsIdentity& identity) {
  const auto authority = read_certificates(library, identity.authority);
  if (authority.empty()) return bad("the authority's file holds no certificate in PEM");
  for (const CertificateHandle& one : authority) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), one.get());
  }
  const auto chain = read_certificates(library, identity.certificate);
  if (chain.empty()) return bad("the node's file holds no certificate in PEM");
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const bool taken = i == 0 ? SSL_CTX_use_certificate(context, chain[i].get()) == 1
                              : SSL_CTX_add1_chain_cert(context, chain[i].get()) == 1;
    if (!taken) return bad("the node's certificate is of a kind that is not accepted");
  }
  const BioHandle bio = over(identity.key);
  const KeyHandle key(
      PEM_read_bio_PrivateKey_ex(bio.get(), nullptr, &no_password, nullptr, library, nullptr));
  if (!key) return bad("the key's file holds no private key in PEM without a password");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return bad("the key is not that of the node's certificate");
  }
  const ConnectionProof proof = proof_of(chain.front().get());
  if (proof.names.empty()) return bad("the node's certificate names no node");
  if (!identity.self.empty() && !may_be(proof, identity.self)) {
    return bad(fmt::format("the node's certificate is not for {}", identity.self.text()));
  }
  return {};
}

}  // namespace noex::tls
