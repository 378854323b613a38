#include "noex/transport/tls/tls_secret.h"

#include <span>

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>

#include "noex/transport/base/check.h"
#include "noex/transport/tls/tls_network.h"

namespace noex::tls {

namespace {

constexpr unsigned char cipher_id[2] = {0x13, 0x01};  // TLS_AES_128_GCM_SHA256

// OpenSSL's parameters are not const, though these are only read.
OSSL_PARAM octets(const char* key, ByteView bytes) {
  return OSSL_PARAM_construct_octet_string(key, const_cast<char*>(bytes.data()), bytes.size());
}

void expand(OSSL_LIB_CTX* library, ByteView bytes, ByteView label, std::span<std::uint8_t> out) {
  const KdfHandle kdf(EVP_KDF_fetch(library, "HKDF", nullptr));
  const KdfContextHandle context(EVP_KDF_CTX_new(kdf.get()));
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      octets(OSSL_KDF_PARAM_KEY, bytes), octets(OSSL_KDF_PARAM_SALT, "noex"),
      octets(OSSL_KDF_PARAM_INFO, label), OSSL_PARAM_construct_end()};
  NOEX_CHECK(EVP_KDF_derive(context.get(), out.data(), out.size(), parameters) == 1);
}

}  // namespace

Result<Secret> Secret::derive(OSSL_LIB_CTX* library, ByteView bytes) {
  if (bytes.size() < tls_secret_bytes_min) {
    return fail(ErrorCode::invalid_argument, fmt::format("a secret has at least {} bytes, not {}",
                                                         tls_secret_bytes_min, bytes.size()));
  }
  Secret secret;
  expand(library, bytes, "tls 1.3 psk", secret.key_);
  std::array<std::uint8_t, 8> name{};
  expand(library, bytes, "tls 1.3 psk identity", name);
  for (const std::uint8_t byte : name) secret.name_ += fmt::format("{:02x}", byte);
  return secret;
}

Secret::~Secret() {
  OPENSSL_cleanse(key_.data(), key_.size());
}

SessionHandle Secret::session(SSL* ssl) const {
  SessionHandle session(SSL_SESSION_new());
  const SSL_CIPHER* cipher = SSL_CIPHER_find(ssl, cipher_id);
  const bool made =
      session && cipher != nullptr &&
      SSL_SESSION_set1_master_key(session.get(), key_.data(), key_.size()) == 1 &&
      SSL_SESSION_set1_id_context(session.get(), session_purpose, sizeof session_purpose) == 1 &&
      SSL_SESSION_set_cipher(session.get(), cipher) == 1 &&
      SSL_SESSION_set_protocol_version(session.get(), TLS1_3_VERSION) == 1;
  return made ? std::move(session) : nullptr;
}

}  // namespace noex::tls
