#include "noex/transport/tls/tls_world.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "noex/transport/tls/tls_stream.h"

namespace noex::tls {

namespace {

constexpr Duration window = 100ms;
constexpr Duration said_again_after = 1min;
constexpr std::size_t said_max = 1024;  // hosts of which that is known

template <class Streams>
void drop(Streams& streams, const Stream& stream) {
  std::erase_if(streams, [&stream](const auto& held) { return held.get() == &stream; });
}

}  // namespace

World::World(std::unique_ptr<Context> context, const TlsConfig& config, Loop& loop, Log& log)
    : context_(std::move(context)), loop_(loop), log_(log), window_timer_(loop) {
  config_.handshake_timeout = config.handshake_timeout;
  config_.handshakes_max = config.handshakes_max;
  config_.handshakes_per_window = config.handshakes_per_window;
}

void World::add_pending(std::shared_ptr<Stream> stream) {
  if (pending_.size() >= config_.handshakes_max) {
    const std::shared_ptr<Stream> dispensable = most_dispensable();
    drop_pending(*dispensable);
    report(Role::acceptor, dispensable->peer(),
           Error{ErrorCode::overloaded, "too many wait for their handshake"});
    dispensable->abort();
  }
  pending_.push_back(std::move(stream));
}

void World::drop_pending(const Stream& stream) {
  drop(pending_, stream);
}

// Whoever is silent must not keep others out: of the address that has most the oldest goes, one
// that has not said anything before all others.
std::shared_ptr<Stream> World::most_dispensable() const {
  std::map<std::string, std::size_t> of_host;
  for (const auto& stream : pending_) ++of_host[stream->peer().host];
  const auto rank = [&of_host](const std::shared_ptr<Stream>& stream) {
    return std::pair(of_host[stream->peer().host], stream->is_silent());
  };
  return *std::ranges::max_element(pending_, {}, rank);  // the first of the greatest
}

bool World::may_begin(const std::shared_ptr<Stream>& stream) {
  if (loop_.now() >= window_end_ && waiting_.empty()) {
    window_end_ = loop_.now() + window;
    begun_ = 0;
  }
  if (begun_ < config_.handshakes_per_window) {
    ++begun_;
    return true;
  }
  waiting_.push_back(stream);
  if (!window_timer_.running()) window_timer_.start(window_end_, [this] { next_window(); });
  return false;
}

void World::next_window() {
  window_end_ = loop_.now() + window;
  begun_ = 0;
  while (!waiting_.empty() && begun_ < config_.handshakes_per_window) {
    const std::shared_ptr<Stream> stream = waiting_.front().lock();
    waiting_.pop_front();
    if (!stream || !stream->shakes_hands()) continue;
    ++begun_;
    stream->resume();
  }
  if (!waiting_.empty()) window_timer_.start(window_end_, [this] { next_window(); });
}

void World::drop_lingering(const Stream& stream) {
  drop(lingering_, stream);
}

void World::add_refused(std::shared_ptr<Stream> stream) {
  if (refused_.size() >= config_.handshakes_max) {
    const std::shared_ptr<Stream> oldest = std::move(refused_.front());
    refused_.pop_front();
    oldest->abort();
  }
  refused_.push_back(std::move(stream));
}

void World::drop_refused(const Stream& stream) {
  drop(refused_, stream);
}

void World::report(Role role, const Address& peer, const Error& error) {
  const std::string who = role == Role::dialer
                              ? fmt::format("the connection to {}:{}", peer.host, peer.port)
                              : fmt::format("a connection from {}", peer.host);
  if (said_.size() >= said_max) said_.clear();
  Said& last = said_[who];
  const bool again = last.text == error.detail && loop_.now() - last.at < said_again_after;
  if (again) return;
  last = Said{error.detail, loop_.now()};
  log_.warning("closed {}: {}", who, error.detail);
}

void World::end() {
  over_ = true;
  window_timer_.cancel();
  for (auto* held : {&pending_, &lingering_}) {
    for (const auto& stream : std::exchange(*held, {})) stream->abort();
  }
  for (const auto& stream : std::exchange(refused_, {})) stream->abort();
}

}  // namespace noex::tls
