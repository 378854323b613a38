#include "noex/transport/channel.h"

#include <algorithm>
#include <utility>

#include "noex/transport/base/check.h"

namespace noex {

namespace {

// So much is worth a write of its own before the turn ends: the peer can begin to read.
constexpr std::size_t early_write_bytes = 64 * 1024;
// So many bytes are as much work as one message more.
constexpr std::size_t bytes_of_work = 1024;
// Memory of the queue that is kept when it is empty.
constexpr std::size_t kept_bytes_max = 512 * 1024;
// A look at the peer's progress stands for at most this share of the timeout: a node that was
// stopped itself, and comes late, must not blame its peer.
constexpr int stall_looks_min = 4;
// A fatal alert, insufficient_security (RFC 8446, sections 5.1 and 6).
constexpr ByteView tls_refusal("\x15\x03\x03\x00\x02\x02\x47", 7);

}  // namespace

Channel::Channel(std::unique_ptr<Connection> connection, Loop& loop, const ChannelLimits& limits,
                 ChannelHandler& handler)
    : connection_(std::move(connection)),
      loop_(loop),
      limits_(limits),
      handler_(handler),
      assembler_(limits.message_bytes_max),
      last_heard_(loop.now()),
      next_turn_(loop),
      looked_at_(loop.now()) {
  connection_->set_handler(this);
}

Channel::~Channel() {
  connection_->set_handler(nullptr);
}

void Channel::set_established() {
  established_ = true;
  decoder_.set_established();
}

Result<void> Channel::send(ByteView message) {
  if (message.empty()) return fail(ErrorCode::invalid_argument, "empty message");
  if (message.size() > limits_.message_bytes_max) return fail(ErrorCode::too_large);
  if (!open_) return fail(ErrorCode::noconnection);
  if (queued_bytes() > limits_.queue_bytes_hard) return fail(ErrorCode::overloaded);
  append_data_frames(data_, message);
  queued();
  return {};
}

void Channel::send_signal(ByteView message) {
  NOEX_CHECK(!message.empty() && message.size() <= limits_.message_bytes_max, "{} bytes",
             message.size());
  if (!has_place()) return;
  append_data_frames(data_, message);
  queued();
}

void Channel::send_control(ByteView payload) {
  if (!has_place()) return;
  append_control_frame(control_, payload);
  queued();
}

void Channel::send_control_last(ByteView payload) {
  if (!has_place()) return;
  append_control_frame(data_, payload);
  queued();
}

// A peer can make us answer as often as it likes within a turn.
bool Channel::has_place() {
  if (!open_ || too_much_) return false;
  too_much_ = queued_bytes() > limits_.queue_bytes_cutoff;
  if (too_much_) queued();
  return !too_much_;
}

std::size_t Channel::queued_bytes() const {
  return control_.size() + data_.size() - data_sent_ +
         (open_ ? static_cast<std::size_t>(connection_->unsent_bytes()) : 0);
}

void Channel::queued() {
  if (!flush_posted_) {
    flush_posted_ = true;
    loop_.post(lifeline_.guard([this] {
      flush_posted_ = false;
      watch_progress();
      flush();
      report_room();
    }));
  }
  if (data_.size() - data_sent_ >= early_write_bytes) flush();
  if (queued_bytes() > limits_.queue_bytes_soft) was_above_soft_ = true;
}

void Channel::watch_progress() {
  if (!open_) return;
  const std::uint64_t unsent = connection_->unsent_bytes();
  const std::uint64_t accepted = handed_over_ - unsent;
  const Duration passed = loop_.now() - std::exchange(looked_at_, loop_.now());
  if (unsent == 0 || std::exchange(accepted_, accepted) != accepted) {
    stalled_ = Duration::zero();
    return;
  }
  stalled_ += std::min(passed, limits_.stall_timeout / stall_looks_min);
  if (stalled_ >= limits_.stall_timeout)
    end(ChannelEnd::cutoff, "it has read nothing for too long");
}

void Channel::flush() {
  if (!open_) return;
  flush_control();
  while (flush_data()) {
  }
  trim_data();
}

void Channel::flush_control() {
  if (control_.empty()) return;
  connection_->write(control_);
  handed_over_ += control_.size();
  control_.clear();
}

// True if something was handed over and more may be.
bool Channel::flush_data() {
  const ByteView waiting = ByteView(data_).substr(data_sent_);
  if (waiting.empty()) return false;
  const auto unsent = static_cast<std::size_t>(connection_->unsent_bytes());
  if (unsent >= limits_.unsent_bytes_max) return false;
  const std::size_t room = limits_.unsent_bytes_max - unsent;
  std::size_t size = waiting.size() <= room ? waiting.size() : whole_frames(waiting, room);
  if (size == 0) {
    if (unsent != 0) return false;  // on_drained() comes back to it
    size = whole_frames(waiting, frame_header_bytes + frame_payload_max);
  }
  connection_->write(waiting.substr(0, size));
  handed_over_ += size;
  data_sent_ += size;
  return true;
}

// Each byte is moved at most once on average: only when half of the queue is gone.
void Channel::trim_data() {
  if (data_sent_ == data_.size()) {
    data_.clear();
    data_sent_ = 0;
    if (data_.capacity() > kept_bytes_max) data_ = Bytes();
  } else if (data_sent_ * 2 >= data_.size()) {
    data_.erase(0, data_sent_);
    data_sent_ = 0;
  }
}

void Channel::report_room() {
  if (!open_) return;
  if (too_much_ || queued_bytes() > limits_.queue_bytes_cutoff) {
    end(ChannelEnd::cutoff, "it reads nothing, and too much waits for it");
  } else if (was_above_soft_ && queued_bytes() < limits_.queue_bytes_soft) {
    was_above_soft_ = false;
    handler_.on_room();
  }
}

void Channel::on_bytes(ByteView bytes) {
  if (!open_) return;
  last_heard_ = loop_.now();
  decoder_.push(bytes);
  take_frames();
}

void Channel::take_frames() {
  work_ = 0;
  while (work_ < limits_.turn_work_max) {
    const auto frame = decoder_.next();
    if (!frame) {
      if (decoder_.malformed()) end_malformed();
      return;
    }
    work_ += 1 + frame->payload.size() / bytes_of_work;
    if (!dispatch(*frame) || !open_) return;
  }
  if (!decoder_.has_more()) return;
  if (later_.empty()) decoder_.keep_in(later_);
  connection_->set_reading(false);
  // A timer, not a post, so that the loop's other connections and timers come in between.
  next_turn_.start(loop_.now(), [this] {
    last_heard_ = loop_.now();  // it was heard, and we were slow
    take_frames();
    if (!open_ || next_turn_.running()) return;
    later_ = Bytes();
    connection_->set_reading(true);
  });
}

bool Channel::dispatch(const Frame& frame) {
  if (frame.lane == Lane::control) {
    handler_.on_control(frame.payload);
    return true;
  }
  if (!established_) {
    end(ChannelEnd::malformed, "a message before the handshake");
    return false;
  }
  const auto message = assembler_.add(frame);
  if (message) handler_.on_data(*message);
  if (assembler_.malformed()) end(ChannelEnd::malformed, "message over the limit");
  return !assembler_.malformed();
}

void Channel::on_drained() {
  flush();
  report_room();
}

void Channel::on_closed(CloseReason reason) {
  end(ChannelEnd::closed, reason == CloseReason::peer ? "closed by the peer" : "connection lost");
}

void Channel::end(ChannelEnd end, std::string_view why) {
  if (!open_) return;
  abort();
  handler_.on_end(end, why);
}

// Who encrypts is told in its own language, so that it can tell its user: an alert of RFC 8446.
void Channel::end_malformed() {
  if (!decoder_.speaks_tls()) return end(ChannelEnd::malformed, decoder_.error());
  connection_->write(tls_refusal);
  close();
  handler_.on_end(ChannelEnd::encrypted, decoder_.error());
}

void Channel::close() {
  if (!open_) return;
  flush_control();
  open_ = false;
  next_turn_.cancel();
  connection_->close();
}

void Channel::abort() {
  if (!open_) return;
  open_ = false;
  next_turn_.cancel();
  connection_->abort();
}

}  // namespace noex
