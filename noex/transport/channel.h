// Channel: messages on two lanes over one connection, with bounded queues.
//
// Owns the connection, what waits for it, and the cutting and joining of messages. Control frames
// go first; at most unsent_bytes_max are handed to the connection, so that control frames overtake
// what waits here. What is sent within a turn leaves in one write at its end. A peer that reads
// nothing costs bounded memory for a bounded time; one that sends much at once, or little that is
// much work, gets bounded turns: what is left waits for the next, behind all that others want, and
// no more is read until then. Never knows what a message means, never reconnects.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "noex/transport/base/bytes.h"
#include "noex/transport/base/error.h"
#include "noex/transport/base/lifeline.h"
#include "noex/transport/base/time.h"
#include "noex/transport/frame.h"
#include "noex/transport/loop.h"
#include "noex/transport/network.h"

namespace noex {

// Reasons and defaults: include/noex/runtime/core/options.h.
struct ChannelLimits {
  std::size_t message_bytes_max = 0;
  std::size_t unsent_bytes_max = 0;
  std::size_t queue_bytes_soft = 0;
  std::size_t queue_bytes_hard = 0;
  std::size_t queue_bytes_cutoff = 0;
  Duration stall_timeout{};
  std::size_t turn_work_max = 0;
};

enum class ChannelEnd : std::uint8_t {
  closed,     // the peer closed, or the system did
  malformed,  // the peer sent what no peer sends
  encrypted,  // the peer encrypts, and this end does not
  cutoff,     // the peer reads nothing: too much waits for it, or for too long
};

// What a channel tells its owner, always from a turn of its own. The owner may close() the channel
// inside, but destroys it only after the call has returned.
class ChannelHandler {
 public:
  virtual ~ChannelHandler() = default;

  // Views are valid during the call.
  virtual void on_control(ByteView payload) = 0;
  virtual void on_data(ByteView message) = 0;
  // The queue fell below queue_bytes_soft after having been above.
  virtual void on_room() = 0;
  // The channel is dead; once, last, never after close() or abort(). `why` is for a log line.
  virtual void on_end(ChannelEnd end, std::string_view why) = 0;
};

class Channel final : private ConnectionHandler {
 public:
  // loop and handler outlive it.
  Channel(std::unique_ptr<Connection> connection, Loop& loop, const ChannelLimits& limits,
          ChannelHandler& handler);
  ~Channel() override;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // The handshake is over: data messages and large frames are legal from now on.
  void set_established();
  // From now on; for who turns out to be somebody else than was thought.
  void set_limits(const ChannelLimits& limits) { limits_ = limits; }

  // Queues one data message, in order. Errors: too_large, overloaded (more than queue_bytes_hard
  // waits), invalid_argument (empty), noconnection; nothing was queued then.
  [[nodiscard]] Result<void> send(ByteView message);
  // The same without the hard limit; beyond queue_bytes_cutoff nothing more is queued, and the
  // channel ends with the turn.
  void send_signal(ByteView message);
  // Queues one control message, 1..frame_payload_max bytes, before all data that waits.
  void send_control(ByteView payload);
  // The same after all data that waits.
  void send_control_last(ByteView payload);

  // The message that is being handled is more work than its size says: so many messages' worth.
  void charge(std::size_t work) { work_ += work; }

  // Bytes that the system has not accepted yet.
  std::size_t queued_bytes() const;
  // When the last byte arrived, or the channel began.
  Instant last_heard() const { return last_heard_; }
  Address peer() const { return connection_->peer(); }
  const ConnectionProof* proof() const { return connection_->proof(); }
  bool open() const { return open_; }

  // Hands what waits on the control lane to the connection and closes it in order.
  void close();
  // Drops everything.
  void abort();

 private:
  void on_bytes(ByteView bytes) override;
  void on_drained() override;
  void on_closed(CloseReason reason) override;

  void take_frames();
  bool dispatch(const Frame& frame);
  bool has_place();
  void queued();
  void flush();
  void watch_progress();
  void flush_control();
  bool flush_data();
  void trim_data();
  void report_room();
  void end(ChannelEnd end, std::string_view why);
  void end_malformed();

  std::unique_ptr<Connection> connection_;
  Loop& loop_;
  ChannelLimits limits_;
  ChannelHandler& handler_;

  FrameDecoder decoder_;
  MessageAssembler assembler_;
  Instant last_heard_;
  Bytes later_;           // what decoder_ looks at, if that came in an earlier turn
  std::size_t work_ = 0;  // of this turn
  Timer next_turn_;       // Invariant: runs while nothing is read

  Bytes control_;  // encoded frames
  Bytes data_;     // encoded frames, of which the first data_sent_ bytes are handed over
  std::size_t data_sent_ = 0;
  bool open_ = true;
  bool established_ = false;
  std::uint64_t handed_over_ = 0;  // bytes given to the connection, ever
  std::uint64_t accepted_ = 0;     // those that the system had accepted when last looked at
  Instant looked_at_;
  Duration stalled_{};     // how long nothing was accepted, though something was unsent
  bool too_much_ = false;  // something was not queued: the channel ends at the turn's end
  bool flush_posted_ = false;
  bool was_above_soft_ = false;
  Lifeline lifeline_;
};

}  // namespace noex
