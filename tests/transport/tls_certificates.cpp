#include "tests/transport/tls_certificates.h"

#include <utility>

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "noex/transport/base/check.h"

namespace noex::tests {

namespace {

constexpr Duration half_year = 24h * 182;

std::string pem_of(const X509* certificate) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, const_cast<X509*>(certificate));
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  std::string text(bytes, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

std::string pem_of(const EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, const_cast<EVP_PKEY*>(key), nullptr, nullptr, 0, nullptr, nullptr);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  std::string text(bytes, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

void set_time(ASN1_TIME* time, WallTime at) {
  if (at == WallTime::max()) {
    NOEX_CHECK(ASN1_TIME_set_string(time, "99991231235959Z") == 1);
    return;
  }
  ASN1_TIME_set(time,
                std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count());
}

void extend(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  NOEX_CHECK(extension != nullptr, "{}", value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* make(const std::string& subject, EVP_PKEY* key, Authority::Validity validity) {
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  set_time(X509_getm_notBefore(certificate), validity.from);
  set_time(X509_getm_notAfter(certificate), validity.until);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(subject.c_str()), -1, -1, 0);
  return certificate;
}

}  // namespace

struct Authority::Impl {
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
};

Authority::Authority(WallTime now) : impl_(std::make_unique<Impl>()) {
  impl_->key = EVP_EC_gen("P-256");
  impl_->certificate =
      make("an authority of a test", impl_->key, Validity{now - half_year, now + half_year});
  X509_set_issuer_name(impl_->certificate, X509_get_subject_name(impl_->certificate));
  extend(impl_->certificate, NID_basic_constraints, "critical,CA:TRUE");
  extend(impl_->certificate, NID_key_usage, "critical,keyCertSign");
  extend(impl_->certificate, NID_subject_key_identifier, "hash");
  X509_sign(impl_->certificate, impl_->key, EVP_sha256());
}

Authority::~Authority() {
  X509_free(impl_->certificate);
  EVP_PKEY_free(impl_->key);
}

TlsIdentity Authority::issue(const std::string& names, Validity validity) const {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = make("a node of a test", key, validity);
  X509_set_issuer_name(certificate, X509_get_subject_name(impl_->certificate));
  if (!names.empty()) extend(certificate, NID_subject_alt_name, names);
  X509_sign(certificate, impl_->key, EVP_sha256());
  TlsIdentity identity{pem_of(impl_->certificate), pem_of(certificate), pem_of(key)};
  X509_free(certificate);
  EVP_PKEY_free(key);
  return identity;
}

TlsIdentity Authority::issue(const std::string& names, WallTime now) const {
  return issue(names, Validity{now - half_year, now + half_year});
}

}  // namespace noex::tests
