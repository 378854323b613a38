#include "noex/runtime/cluster/peer_link.h"

#include <utility>

#include "noex/transport/base/check.h"

namespace noex {

PeerLink::PeerLink(Incarnation peer, LinkSerial serial, const Options& options, Instant now)
    : peer_(std::make_shared<const Incarnation>(std::move(peer))),
      serial_(serial),
      options_(options),
      deadline_(now + 2 * options.dial_timeout),
      used_at_(now) {}

Result<void> PeerLink::send(ByteView message) {
  sent_ = true;
  if (!waits()) return session_->send(message);
  if (message.empty()) return fail(ErrorCode::invalid_argument, "an empty message");
  if (message.size() > options_.message_bytes_max) return fail(ErrorCode::too_large);
  if (queued_bytes() > options_.queue_bytes_hard) {
    ++refusals_;
    return fail(ErrorCode::overloaded);
  }
  keep(message);
  return {};
}

void PeerLink::send_signal(ByteView message) {
  sent_ = true;
  if (!waits()) return session_->send_signal(message);
  if (queued_bytes() > options_.queue_bytes_cutoff) {
    broken_ = true;
  } else {
    keep(message);
  }
}

void PeerLink::send_first(ByteView message) {
  NOEX_CHECK(waits(), "the link has begun");
  waiting_.emplace_front(message);
  waiting_bytes_ += message.size();
}

void PeerLink::keep(ByteView message) {
  waiting_.emplace_back(message);
  waiting_bytes_ += message.size();
}

std::size_t PeerLink::queued_bytes() const {
  return waiting_bytes_ + (session_ != nullptr ? session_->queued_bytes() : 0);
}

bool PeerLink::attach(Session& session) {
  NOEX_CHECK(session_ == nullptr);
  session_ = &session;
  session.set_link(this);
  return resume();
}

bool PeerLink::resume() {
  NOEX_CHECK(session_ != nullptr);
  held_ = false;
  if (broken_) return false;
  if (!told_) return true;
  waiting_bytes_ = 0;
  for (const Bytes& message : std::exchange(waiting_, {})) session_->send_signal(message);
  return true;
}

bool PeerLink::set_told() {
  told_ = true;
  return session_ == nullptr || held_ || resume();
}

void PeerLink::detach(Instant deadline) {
  session_->set_link(nullptr);
  session_ = nullptr;
  held_ = false;
  told_ = false;
  deadline_ = deadline;
}

}  // namespace noex
