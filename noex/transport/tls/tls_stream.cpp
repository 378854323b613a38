#include "noex/transport/tls/tls_stream.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace noex::tls {

namespace {

// Encrypted at once; a write of the inner connection.
constexpr std::size_t batch_bytes = 64 * 1024;
// A queue, or what was decrypted, gives memory back beyond this.
constexpr std::size_t kept_bytes_max = std::size_t{1} << 20;
constexpr Duration linger_max = 5s;  // network.h, close()
// So long one that was refused may take to read why, and to close.
constexpr Duration refused_max = 1s;

}  // namespace

Stream::Stream(std::shared_ptr<World> world, std::unique_ptr<Connection> inner, Role role)
    : world_(std::move(world)),
      inner_(std::move(inner)),
      role_(role),
      engine_(world_->context(), role, world_->loop().wall_now()),
      timer_(world_->loop()) {
  inner_->set_handler(this);
}

// --- The handshake ---

void Stream::shake_hands(Instant deadline, Done done) {
  done_ = std::move(done);
  timer_.start(deadline, [this] {
    const auto self = shared_from_this();
    refuse(Error{ErrorCode::timeout, "it has not finished its handshake in time"});
  });
  if (role_ == Role::acceptor) return;
  engine_.start();
  send_output();
}

void Stream::resume() {
  const auto self = shared_from_this();
  inner_->set_reading(true);
  take_handshake(std::exchange(held_, Bytes()));
}

void Stream::take_handshake(ByteView bytes) {
  engine_.receive(bytes, plain_);
  send_output();
  switch (engine_.state()) {
    case Engine::State::handshake:
      return;
    case Engine::State::open:
    case Engine::State::closed:
      return stand();
    case Engine::State::failed:
      return refuse(engine_.failure());
  }
}

void Stream::stand() {
  timer_.cancel();
  state_ = State::open;
  world_->drop_pending(*this);
  Done done = std::exchange(done_, Done());
  standing_up_ = true;
  done({});
  standing_up_ = false;
  if (state_ != State::open) return;
  fresh_ = true;
  timer_.start(world_->loop().now(), [this] {
    const auto self = shared_from_this();
    fresh_ = false;
    deliver();
  });
}

void Stream::refuse(Error error) {
  Done done = std::exchange(done_, Done());
  world_->drop_pending(*this);
  world_->report(role_, peer(), error);
  if (world_->is_over()) {
    abort();
  } else {
    state_ = State::refused;
    world_->add_refused(shared_from_this());
    timer_.start(world_->loop().now() + refused_max, [this] {
      const auto self = shared_from_this();
      abort();
    });
  }
  done(std::unexpected(std::move(error)));
}

// --- What comes ---

void Stream::on_bytes(ByteView bytes) {
  const auto self = shared_from_this();
  if (state_ == State::open) {
    engine_.receive(bytes, plain_);
    send_output();
    deliver();
  } else if (state_ == State::handshake) {
    if (role_ == Role::acceptor && !std::exchange(begun_, true) && !world_->may_begin(self)) {
      held_ = bytes;
      inner_->set_reading(false);
      return;
    }
    take_handshake(bytes);
  }
}

// What was decrypted, then the end, if that has come.
void Stream::deliver() {
  if (!reading_ || fresh_) return;
  if (!plain_.empty()) {
    if (handler_ != nullptr) handler_->on_bytes(plain_);
    plain_.clear();
    if (plain_.capacity() > kept_bytes_max) plain_.shrink_to_fit();
  }
  if (state_ != State::open || !reading_) return;
  if (engine_.state() == Engine::State::closed) return finish(CloseReason::peer);
  if (engine_.state() == Engine::State::failed) {
    world_->report(role_, peer(), engine_.failure());
    return finish(CloseReason::reset);
  }
  if (cut_) finish(CloseReason::reset);
}

void Stream::post_delivery() {
  world_->loop().post([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && self->state_ == State::open) self->deliver();
  });
}

void Stream::set_reading(bool reading) {
  reading_ = reading;
  if (state_ != State::open) return;
  inner_->set_reading(reading);
  if (reading) post_delivery();
}

// Without a word of it the end may be anybody's: a cut, for all that is known.
void Stream::on_closed(CloseReason) {
  const auto self = shared_from_this();
  if (state_ == State::handshake) {
    state_ = State::ended;
    timer_.cancel();
    world_->drop_pending(*this);
    Error error{ErrorCode::unreachable, "it ended the connection within the handshake"};
    world_->report(role_, peer(), error);
    Done done = std::exchange(done_, Done());
    done(std::unexpected(std::move(error)));
  } else if (state_ == State::open) {
    cut_ = true;
    deliver();
  } else {
    let_go();
  }
}

// --- What goes ---

void Stream::write(ByteView bytes) {
  if (state_ != State::open || engine_.state() != Engine::State::open || bytes.empty()) return;
  queue_.append(bytes);
  if (in_flight_ == 0) flush();
  if (engine_.state() == Engine::State::failed) post_delivery();
}

std::uint64_t Stream::unsent() const {
  if (state_ == State::ended) return 0;
  return queue_.size() - taken_ +
         std::min<std::uint64_t>(in_flight_, in_flight_ == 0 ? 0 : inner_->unsent_bytes());
}

void Stream::flush() {
  while (taken_ < queue_.size() && in_flight_ == 0) {
    const ByteView batch = ByteView(queue_).substr(taken_, batch_bytes);
    engine_.send(batch);
    send_output();
    taken_ += batch.size();
    if (inner_->unsent_bytes() > 0) {
      in_flight_ = batch.size();
      owes_drained_ = true;
    }
  }
  if (taken_ < queue_.size() && taken_ <= queue_.size() / 2) return;
  queue_.erase(0, std::exchange(taken_, 0));
  if (queue_.empty() && queue_.capacity() > kept_bytes_max) queue_.shrink_to_fit();
}

void Stream::send_output() {
  const ByteView output = engine_.output();
  if (output.empty()) return;
  inner_->write(output);
  engine_.drop_output();
}

void Stream::on_drained() {
  const auto self = shared_from_this();
  in_flight_ = 0;
  if (state_ != State::open && state_ != State::lingering) return;
  flush();
  if (in_flight_ != 0) return;
  if (state_ == State::lingering) return say_end();
  if (std::exchange(owes_drained_, false) && handler_ != nullptr) handler_->on_drained();
}

// --- The end ---

void Stream::close() {
  if (state_ != State::open) return;
  handler_ = nullptr;
  if (taken_ == queue_.size()) return say_end();
  if (world_->is_over()) return abort();
  state_ = State::lingering;
  inner_->set_reading(true);  // so that the other end is not held up, and its end is seen
  world_->add_lingering(shared_from_this());
  timer_.start(world_->loop().now() + linger_max, [this] {
    const auto self = shared_from_this();
    abort();
  });
}

void Stream::say_end() {
  engine_.end();
  send_output();
  inner_->close();
  let_go();
}

// The other end has ended it, or what came is not its.
void Stream::finish(CloseReason reason) {
  inner_->close();
  let_go();
  if (handler_ != nullptr) std::exchange(handler_, nullptr)->on_closed(reason);
}

void Stream::abort() {
  if (state_ == State::ended) return;
  // The acceptor's welcome is on its way, and a reset might overtake it: an end without a word is
  // taken for one, too.
  if (standing_up_) {
    inner_->close();
  } else {
    inner_->abort();
  }
  handler_ = nullptr;
  let_go();
}

// Nothing more happens; whoever held it for this lets it go.
void Stream::let_go() {
  const auto self = shared_from_this();
  const State was = std::exchange(state_, State::ended);
  timer_.cancel();
  inner_->set_handler(nullptr);
  queue_ = Bytes();
  taken_ = in_flight_ = 0;
  done_ = Done();
  if (was == State::handshake) world_->drop_pending(*this);
  if (was == State::lingering) world_->drop_lingering(*this);
  if (was == State::refused) world_->drop_refused(*this);
}

}  // namespace noex::tls
