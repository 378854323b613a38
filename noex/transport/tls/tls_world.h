// World: what the connections of one TlsNetwork share, and those that nobody else holds.
//
// Owns the context, the streams that shake hands for others, that linger, or that were refused, and
// the bounds of each. Shared, since connections may outlive the network that made them.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "noex/transport/base/error.h"
#include "noex/transport/base/log.h"
#include "noex/transport/base/time.h"
#include "noex/transport/loop.h"
#include "noex/transport/network.h"
#include "noex/transport/tls/tls_context.h"
#include "noex/transport/tls/tls_network.h"

namespace noex::tls {

class Stream;

class World {
 public:
  World(std::unique_ptr<Context> context, const TlsConfig& config, Loop& loop, Log& log);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // One that was accepted shakes hands; another may have to go for it.
  void add_pending(std::shared_ptr<Stream> stream);
  void drop_pending(const Stream& stream);
  std::size_t pending() const { return pending_.size(); }

  // True if a stranger's first bytes are looked at now; else resume() is called, in a later turn.
  bool may_begin(const std::shared_ptr<Stream>& stream);

  // It was closed, and something of it waits to be sent.
  void add_lingering(std::shared_ptr<Stream> stream) { lingering_.push_back(std::move(stream)); }
  void drop_lingering(const Stream& stream);
  std::size_t lingering() const { return lingering_.size(); }
  // It has been told why it is refused, and is given a moment to read it.
  void add_refused(std::shared_ptr<Stream> stream);
  void drop_refused(const Stream& stream);

  // Says to people why a connection ended. The same of the same host is said once a minute.
  void report(Role role, const Address& peer, const Error& error);
  // The network is gone: nothing that it alone held lives on, nor is anything held any more.
  void end();
  bool is_over() const { return over_; }

  Context& context() { return *context_; }
  Loop& loop() { return loop_; }
  const TlsConfig& config() const { return config_; }

 private:
  struct Said {
    std::string text;
    Instant at{};
  };

  std::shared_ptr<Stream> most_dispensable() const;
  void next_window();

  const std::unique_ptr<Context> context_;
  TlsConfig config_;  // without what is secret in it
  Loop& loop_;
  Log& log_;

  std::vector<std::shared_ptr<Stream>> pending_;  // the oldest first
  std::vector<std::shared_ptr<Stream>> lingering_;
  std::deque<std::shared_ptr<Stream>> refused_;  // the oldest first
  std::map<std::string, Said> said_;

  bool over_ = false;
  std::size_t begun_ = 0;  // in the window
  Instant window_end_{};
  std::deque<std::weak_ptr<Stream>> waiting_;  // those that may not begin yet: all are pending
  Timer window_timer_;
};

}  // namespace noex::tls
