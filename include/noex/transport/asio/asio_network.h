// AsioNetwork: the real Network, over TCP.
//
// Owns: listening, resolving, connecting. Connections send without delay (TCP_NODELAY). Listeners
// set SO_REUSEADDR, so that a node restarts on its port although old streams are in TIME_WAIT. A
// network that listens at one address also dials from there, so that firewalls see one node.
// Nothing blocks, except for listen() with a host name that has to be looked up.
#pragma once

#include <cstddef>
#include <memory>

#include "noex/transport/asio/asio_loop.h"
#include "noex/transport/base/log.h"
#include "noex/transport/network.h"

namespace noex {

struct AsioStreams;

// TCP over an AsioLoop.
class AsioNetwork final : public Network {
 public:
  // The loop and the log outlive the network; without a log it says nothing. What it made may
  // outlive it, but not the loop.
  explicit AsioNetwork(AsioLoop& loop, Log* log = nullptr);
  ~AsioNetwork() override;
  AsioNetwork(const AsioNetwork&) = delete;
  AsioNetwork& operator=(const AsioNetwork&) = delete;

  [[nodiscard]] Result<std::unique_ptr<Listener>> listen(const Address& address,
                                                         AcceptHandler accept) override;
  [[nodiscard]] std::unique_ptr<Dial> connect(const Address& address, Duration timeout,
                                              DialHandler done) override;

  // How many connections were closed by their owners and still send what was written. A program
  // that ends runs its loop until there are none, or not for much longer.
  std::size_t lingering() const;

 private:
  Log* log_;
  NullLog null_log_;
  std::shared_ptr<AsioStreams> streams_;  // owners: this network and its connections
};

}  // namespace noex
