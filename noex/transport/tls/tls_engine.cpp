#include "noex/transport/tls/tls_engine.h"

#include <algorithm>
#include <utility>

#include <openssl/err.h>

#include "noex/transport/base/check.h"
#include "noex/transport/handshake.h"
#include "noex/transport/tls/tls_certificates.h"
#include "noex/transport/tls/tls_failure.h"

namespace noex::tls {

namespace {

constexpr std::size_t record_bytes_max = 16 * 1024;  // of plain text (RFC 8446, section 5.1)
constexpr std::string_view binding_label = "EXPORTER-Channel-Binding";  // RFC 9266, section 2
// A fatal handshake_failure, for who speaks no TLS: all that it can tell from is the first byte.
constexpr ByteView refusal("\x15\x03\x03\x00\x02\x02\x28", 7);

// A dialer hears of a certificate that is not accepted only after its own handshake is over (RFC
// 8446, section 4.4.2.4). So with certificates the acceptor says this first, once it is content.
constexpr ByteView welcome("\x01", 1);
// Less than what a key is good for (RFC 8446, section 5.5: 2^24.5 full records).
constexpr std::uint64_t records_per_key = 1 << 22;

int take_reason() {
  const unsigned long error = ERR_peek_error();
  ERR_clear_error();
  return ERR_GET_REASON(error);
}

}  // namespace

Engine::Engine(Context& context, Role role, WallTime now)
    : context_(context), role_(role), ssl_(context.make(role, now, this)) {}

void Engine::start() {
  Bytes nothing;
  step(nothing);
}

void Engine::receive(ByteView bytes, Bytes& plain) {
  if (bytes.empty() || state_ == State::closed || state_ == State::failed) return;
  if (received_ == 0 && is_plain_text(bytes)) {
    BIO_write(SSL_get_wbio(ssl_.get()), refusal.data(), static_cast<int>(refusal.size()));
    return fail(ErrorCode::unauthorised, describe_plain_text(has_identity()));
  }
  const std::size_t stranger_max = has_identity() ? stranger_chain_bytes_max : stranger_bytes_max;
  while (!bytes.empty() && (state_ == State::handshake || state_ == State::open)) {
    std::size_t size = std::min(bytes.size(), record_bytes_max);
    if (state_ == State::handshake) {
      size = std::min(size, stranger_max - received_);
      received_ += size;
    }
    BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(size));
    bytes.remove_prefix(size);
    step(plain);
    if (state_ == State::handshake && received_ == stranger_max) {
      fail(ErrorCode::unauthorised, "it sent more than a handshake takes");
    }
  }
}

void Engine::step(Bytes& plain) {
  ERR_clear_error();
  if (state_ == State::handshake) shake_hands();
  if (state_ == State::open) read(plain);
}

void Engine::shake_hands() {
  if (awaits_welcome_) return await_welcome();
  context_.provide_randomness();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) return prove();
  if (SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ) fail_with_library();
}

void Engine::await_welcome() {
  char byte = 0;
  std::size_t size = 0;
  const int result = SSL_read_ex(ssl_.get(), &byte, 1, &size);
  if (result == 1) {
    if (ByteView(&byte, 1) == welcome) {
      state_ = State::open;
    } else {
      fail(ErrorCode::unauthorised, "it does not end the handshake as this program would");
    }
    return;
  }
  const int error = SSL_get_error(ssl_.get(), result);
  if (error != SSL_ERROR_WANT_READ) fail_with_library();
}

void Engine::read(Bytes& plain) {
  char buffer[record_bytes_max];
  for (;;) {
    std::size_t size = 0;
    const int result = SSL_read_ex(ssl_.get(), buffer, sizeof buffer, &size);
    if (result == 1) {
      plain.append(buffer, size);
      continue;
    }
    const int error = SSL_get_error(ssl_.get(), result);
    if (error == SSL_ERROR_WANT_READ) return;
    if (error == SSL_ERROR_ZERO_RETURN) {
      state_ = State::closed;
    } else {
      fail_with_library();
    }
    return;
  }
}

void Engine::prove() {
  proof_.binding.resize(binding_bytes);
  if (has_identity()) {
    const CertificateHandle certificate(SSL_get1_peer_certificate(ssl_.get()));
    NOEX_CHECK(certificate, "the other end was verified without a certificate");
    proof_ = proof_of(certificate.get());
    proof_.binding.resize(binding_bytes);
    if (proof_.names.empty()) {
      return fail(ErrorCode::unauthorised, "its certificate names no node: make it another one");
    }
  } else if (SSL_session_reused(ssl_.get()) != 1) {
    return fail(ErrorCode::unauthorised, "it has not shown that it knows the secret");
  }
  NOEX_CHECK(SSL_export_keying_material(
                 ssl_.get(), reinterpret_cast<unsigned char*>(proof_.binding.data()), binding_bytes,
                 binding_label.data(), binding_label.size(), nullptr, 0, 0) == 1);
  awaits_welcome_ = has_identity() && role_ == Role::dialer;
  if (awaits_welcome_) return await_welcome();
  state_ = State::open;
  if (has_identity()) send(welcome);
}

void Engine::send(ByteView plain) {
  if (state_ != State::open) return;
  ERR_clear_error();
  while (!plain.empty()) {
    const std::size_t size = std::min(plain.size(), record_bytes_max);
    if (++records_ % records_per_key == 0) {
      SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED);
    }
    std::size_t written = 0;
    if (SSL_write_ex(ssl_.get(), plain.data(), size, &written) != 1) return fail_with_library();
    plain.remove_prefix(size);
  }
}

void Engine::end() {
  if (state_ != State::open) return;
  ERR_clear_error();
  (void)SSL_shutdown(ssl_.get());  // it is done once close_notify is in the BIO
  ERR_clear_error();
}

ByteView Engine::output() const {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(SSL_get_wbio(ssl_.get()), &bytes);
  return ByteView(bytes, static_cast<std::size_t>(size));
}

void Engine::drop_output() {
  (void)BIO_reset(SSL_get_wbio(ssl_.get()));
}

void Engine::fail(ErrorCode code, std::string why) {
  state_ = State::failed;
  failure_ = Error{code, std::move(why)};
}

void Engine::fail_with_library() {
  const bool stood = state_ == State::open;
  Mishap mishap;
  mishap.role = role_;
  mishap.with_certificates = has_identity();
  mishap.offered_unknown_secret = offered_ == Offered::unknown;
  mishap.offered_nothing = offered_ == Offered::nothing;
  mishap.reason = take_reason();
  mishap.verified = SSL_get_verify_result(ssl_.get());
  if (stood) return fail(ErrorCode::malformed, describe_broken_record(mishap.reason));
  fail(ErrorCode::unauthorised, describe(mishap));
}

// A first record is a handshake message, or an alert (RFC 8446, section 5.1).
bool Engine::is_plain_text(ByteView bytes) const {
  const auto type = static_cast<std::uint8_t>(bytes.front());
  return type != 22 && (role_ == Role::acceptor || type != 21);
}

}  // namespace noex::tls
