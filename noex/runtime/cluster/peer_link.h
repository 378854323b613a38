// PeerLink: the Link that the owner of a Cluster sees, while its connection opens, stands, or is
// about to be given up.
//
// Owns what is sent before the connection stands and the owner was told of it, in order, and hands
// it over then; bounded as a session's own queue is. Never dials and never decides: who opens it
// does.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>

#include "noex/runtime/cluster/link.h"
#include "noex/runtime/cluster/session.h"

namespace noex {

class PeerLink final : public Link {
 public:
  PeerLink(Incarnation peer, LinkSerial serial, const Options& options, Instant now);

  // --- Link ---
  const Incarnation& peer() const override { return *peer_; }
  const std::shared_ptr<const Incarnation>& shared_peer() const override { return peer_; }
  LinkSerial serial() const override { return serial_; }
  Result<void> send(ByteView message) override;
  void send_signal(ByteView message) override;
  void send_first(ByteView message) override;
  std::size_t queued_bytes() const override;
  void charge(std::size_t work) override {
    if (session_ != nullptr) session_->charge(work);
  }

  // nullptr: it opens.
  Session* session() const { return session_; }
  // When it has to stand; while it opens.
  Instant deadline() const { return deadline_; }
  // What waits goes over that session, as soon as the owner was told. False: too much has come; it
  // is of no use.
  [[nodiscard]] bool attach(Session& session);
  // It opens again, of which the owner has to be told again; what waits stays.
  void detach(Instant deadline);
  // The owner was told, and has said what the link begins with. False: as for attach().
  [[nodiscard]] bool set_told();
  // From now on all that is sent waits, until resume() or attach().
  void hold() { held_ = true; }
  [[nodiscard]] bool resume();
  bool held() const { return held_; }
  bool empty() const { return waiting_.empty(); }

  // For those who watch idle links.
  void touch(Instant now) { used_at_ = now; }
  bool take_sent() { return std::exchange(sent_, false); }
  Instant used_at() const { return used_at_; }
  std::uint64_t refusals() const { return refusals_; }

 private:
  bool waits() const { return session_ == nullptr || held_ || !told_; }
  void keep(ByteView message);

  const std::shared_ptr<const Incarnation> peer_;  // owners: see shared_peer()
  const LinkSerial serial_;
  const Options& options_;
  Session* session_ = nullptr;
  std::deque<Bytes> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t refusals_ = 0;
  Instant deadline_;
  Instant used_at_;
  bool told_ = false;  // the owner: until then nothing leaves
  bool held_ = false;
  bool sent_ = false;    // since take_sent()
  bool broken_ = false;  // more came than may wait
};

}  // namespace noex
