// PeerLink: the Link that the owner of a Cluster sees, while its connection opens, stands, or is
// about to be given up.
//
// Owns what is sent before the connection stands, in order, and hands it over when it does; bounded
// as a session's own queue is. Never dials and never decides: ClusterCore does.
#pragma once

#include <cstdint>
#include <deque>

#include "runtime/cluster.h"
#include "runtime/session.h"

namespace noex {

class PeerLink final : public Link {
 public:
  PeerLink(Incarnation peer, std::uint64_t serial, const Options& options, Instant now);

  // --- Link ---
  const Incarnation& peer() const override { return peer_; }
  std::uint64_t serial() const override { return serial_; }
  Result<void> send(ByteView message) override;
  void send_signal(ByteView message) override;
  std::size_t queued_bytes() const override;

  // nullptr: it opens.
  Session* session() const { return session_; }
  // When it has to stand; while it opens.
  Instant deadline() const { return deadline_; }
  // What waits goes over that session from now on. False: too much has come; it is of no use.
  [[nodiscard]] bool attach(Session& session);
  // It opens again; what waits stays. Until then: hold().
  void detach(Instant deadline);
  // From now on all that is sent waits, until resume() or attach().
  void hold() { held_ = true; }
  [[nodiscard]] bool resume();
  bool held() const { return held_; }
  bool empty() const { return waiting_.empty(); }
  // `first` comes before all that waits.
  template <class First>
  void send_first(First&& first) {
    std::deque<Bytes> later = std::exchange(waiting_, {});
    first();
    for (Bytes& message : later) waiting_.push_back(std::move(message));
  }

  // For those who watch idle links.
  void touch(Instant now) { used_at_ = now; }
  bool take_sent() { return std::exchange(sent_, false); }
  Instant used_at() const { return used_at_; }
  std::uint64_t refusals() const { return refusals_; }

 private:
  bool waits() const { return session_ == nullptr || held_; }
  void keep(ByteView message);

  const Incarnation peer_;
  const std::uint64_t serial_;
  const Options& options_;
  Session* session_ = nullptr;
  std::deque<Bytes> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t refusals_ = 0;
  Instant deadline_;
  Instant used_at_;
  bool held_ = false;
  bool sent_ = false;    // since take_sent()
  bool broken_ = false;  // more came than may wait
};

}  // namespace noex
