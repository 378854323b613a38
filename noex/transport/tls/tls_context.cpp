#include "noex/transport/tls/tls_context.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rand.h>

#include "noex/transport/base/check.h"
#include "noex/transport/tls/tls_certificates.h"
#include "noex/transport/tls/tls_engine.h"

namespace noex::tls {

namespace {

constexpr char cipher_suite[] = "TLS_AES_128_GCM_SHA256";
// More than the random bytes of any one step: keys, nonces, and what signing takes.
constexpr std::size_t step_entropy_bytes = 1024;

std::unexpected<Error> broken(std::string_view what) {
  ERR_clear_error();
  return fail(ErrorCode::system, fmt::format("OpenSSL does not offer {}", what));
}

// Both lists name one suite only: an acceptor that prefers another drops the PSK without a word.
Result<void> narrow(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_clear_options(context, SSL_OP_ENABLE_MIDDLEBOX_COMPAT);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_num_tickets(context, 0);
  const bool done =
      SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
      SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
      SSL_CTX_set_ciphersuites(context, cipher_suite) == 1 &&
      SSL_CTX_set1_groups_list(context, "X25519") == 1 &&
      SSL_CTX_set_session_id_context(context, session_purpose, sizeof session_purpose) == 1;
  if (!done) return broken("TLS 1.3 with X25519 and AES-128-GCM");
  return {};
}

Engine& engine_of(SSL* ssl) {
  return *static_cast<Engine*>(SSL_get_app_data(ssl));
}

// Of the dialer: which secret it offers.
int offer_secret(SSL* ssl, const EVP_MD*, const unsigned char** name, std::size_t* size,
                 SSL_SESSION** session) {
  const Secret& secret = engine_of(ssl).context().first_secret();
  *name = reinterpret_cast<const unsigned char*>(secret.name().data());
  *size = secret.name().size();
  *session = secret.session(ssl).release();
  return *session != nullptr ? 1 : 0;
}

// Of the acceptor: the secret of that name. No session, and success: there is none.
int find_secret(SSL* ssl, const unsigned char* name, std::size_t size, SSL_SESSION** session) {
  Engine& engine = engine_of(ssl);
  const ByteView wanted(reinterpret_cast<const char*>(name), size);
  const Secret* secret = engine.context().find_secret(wanted);
  engine.on_secret_offered(secret != nullptr);
  *session = secret != nullptr ? secret->session(ssl).release() : nullptr;
  return 1;
}

}  // namespace

Result<std::unique_ptr<Context>> Context::create(const TlsConfig& config) {
  std::unique_ptr<Context> context(new Context());
  if (const Result<void> done = context->set_up(config); !done) {
    return std::unexpected(done.error());
  }
  return context;
}

Result<void> Context::set_up(const TlsConfig& config) {
  if (config.secrets.empty() != config.identity.has_value()) {
    return fail(ErrorCode::invalid_argument, "give either secrets or certificates");
  }
  library_.reset(OSSL_LIB_CTX_new());
  if (!library_) return broken("a library context");
  if (config.simulated) {
    if (RAND_set_DRBG_type(library_.get(), "TEST-RAND", nullptr, nullptr, nullptr) != 1) {
      return broken("TEST-RAND");
    }
    random_ = config.simulated;
    provide_randomness();
  }
  context_.reset(SSL_CTX_new_ex(library_.get(), nullptr, TLS_method()));
  if (!context_) return broken("TLS");
  if (const Result<void> done = narrow(context_.get()); !done) return done;
  // With secrets no certificate is believed: who answers with one instead knows none.
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  if (config.identity) {
    has_identity_ = true;
    return install(context_.get(), library_.get(), *config.identity);
  }
  SSL_CTX_set_psk_use_session_callback(context_.get(), &offer_secret);
  SSL_CTX_set_psk_find_session_callback(context_.get(), &tls::find_secret);
  return set_secrets(config.secrets);
}

Result<void> Context::set_secrets(const std::vector<Bytes>& secrets) {
  if (secrets.empty() || has_identity_) {
    return fail(ErrorCode::invalid_argument, "a node has either secrets or certificates");
  }
  std::vector<Secret> made;
  for (const Bytes& bytes : secrets) {
    Result<Secret> secret = Secret::derive(library_.get(), bytes);
    if (!secret) return std::unexpected(secret.error());
    made.push_back(std::move(*secret));
  }
  secrets_ = std::move(made);
  return {};
}

const Secret* Context::find_secret(ByteView name) const {
  const auto found = std::ranges::find_if(
      secrets_, [name](const Secret& secret) { return secret.name() == name; });
  return found != secrets_.end() ? &*found : nullptr;
}

SslHandle Context::make(Role role, WallTime now, void* data) const {
  SslHandle ssl(SSL_new(context_.get()));
  NOEX_CHECK(ssl, "no memory for a connection's encryption");
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));  // which it owns
  SSL_set_app_data(ssl.get(), data);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
  X509_VERIFY_PARAM_set_time(SSL_get0_param(ssl.get()), seconds.count());
  if (role == Role::dialer) {
    SSL_set_connect_state(ssl.get());
  } else {
    SSL_set_accept_state(ssl.get());
  }
  return ssl;
}

void Context::provide_randomness() {
  if (!random_) return;
  for (EVP_RAND_CTX* source : {RAND_get0_primary(library_.get()), RAND_get0_public(library_.get()),
                               RAND_get0_private(library_.get())}) {
    Bytes entropy;
    Writer writer(entropy);
    while (entropy.size() < step_entropy_bytes) writer.u64(random_->next());
    unsigned int strength = 256;
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_RAND_PARAM_TEST_ENTROPY, entropy.data(),
                                          entropy.size()),
        OSSL_PARAM_construct_uint(OSSL_RAND_PARAM_STRENGTH, &strength), OSSL_PARAM_construct_end()};
    NOEX_CHECK(EVP_RAND_CTX_set_params(source, parameters) == 1 &&
               EVP_RAND_instantiate(source, 0, 0, nullptr, 0, nullptr) == 1);
  }
}

}  // namespace noex::tls
