#include "noex/runtime/cluster/session.h"

#include <utility>

#include <fmt/format.h>

#include "noex/transport/client_handshake.h"

namespace noex {

ChannelLimits channel_limits(const Options& options) {
  return ChannelLimits{.message_bytes_max = options.message_bytes_max,
                       .unsent_bytes_max = options.unsent_bytes_max,
                       .queue_bytes_soft = options.queue_bytes_soft,
                       .queue_bytes_hard = options.queue_bytes_hard,
                       .queue_bytes_cutoff = options.queue_bytes_cutoff,
                       .stall_timeout = options.stall_timeout,
                       .turn_work_max = options.turn_work_max};
}

Session::Session(HandshakeHandler& handler, SessionSerial serial,
                 std::unique_ptr<Connection> connection, Loop& loop, const Options& options,
                 Handshake handshake, Instant deadline)
    : handler_(handler),
      serial_(serial),
      deadline_(deadline),
      handshake_(std::move(handshake)),
      channel_(std::move(connection), loop, channel_limits(options), *this) {}

Result<void> Session::send(ByteView message) {
  auto result = channel_.send(message);
  if (!result && result.error().code == ErrorCode::overloaded) ++refusals_;
  return result;
}

Incarnation Session::claimed() const {
  if (established()) return peer_;
  if (handshake_.is_dialer()) return {hello().to, 0};
  return {hello().from, hello().boot};
}

std::string Session::name() const {
  const NodeId peer = claimed().id;
  const std::string host = address().host;
  if (!peer.empty()) return peer.text();
  if (!host.empty()) return fmt::format("{} (it has not said who it is)", host);
  return "somebody who has not said who it is";
}

bool Session::may_be(const NodeId& id) const {
  const ConnectionProof* proof = channel_.proof();
  return proof == nullptr || noex::may_be(*proof, id);
}

bool Session::is_bound(ByteView binding) const {
  const ConnectionProof* proof = channel_.proof();
  return binding == (proof != nullptr ? ByteView(proof->binding) : ByteView());
}

void Session::establish(Incarnation peer, SessionHandler& handler) {
  peer_ = std::move(peer);
  established_ = &handler;
  if (!handshake_.is_dialer()) channel_.send_control(handshake_.ready());
  channel_.set_established();
}

void Session::serve_client(SessionHandler& handler, const ChannelLimits& limits, ByteView welcome) {
  established_ = &handler;
  channel_.set_limits(limits);
  channel_.send_control(welcome);
  channel_.set_established();
}

void Session::on_control(ByteView payload) {
  if (established_ != nullptr) return established_->on_control(*this, payload);
  if (!handshake_.has_hello() && payload.front() == client_hello_kind) {
    return handler_.on_client_hello(*this, payload);
  }
  switch (handshake_.on_payload(payload)) {
    case Handshake::Event::hello:
      return handler_.on_hello(*this);
    case Handshake::Event::accepted:
      return handler_.on_accepted(*this);
    case Handshake::Event::refused:
      return handler_.on_refused(*this);
    case Handshake::Event::established:
      return handler_.on_established(*this);
    case Handshake::Event::malformed:
      channel_.abort();
      return handler_.on_handshake_end(*this, ChannelEnd::malformed, handshake_.error());
  }
}

void Session::on_end(ChannelEnd end, std::string_view why) {
  if (established_ != nullptr) return established_->on_session_end(*this, end, why);
  handler_.on_handshake_end(*this, end, why);
}

}  // namespace noex
