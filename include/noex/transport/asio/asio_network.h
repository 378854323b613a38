// AsioNetwork: the real Network, over TCP.
//
// Owns: listening, resolving, connecting; a stream's own life is in asio_connection.h. Connections
// send without delay (TCP_NODELAY) and at once when the system takes the bytes. Listeners set
// SO_REUSEADDR, so that a node restarts on its port although old streams are in TIME_WAIT. A
// network that listens at one address also dials from there, so that firewalls see one node.
// Never blocks, but for listen() with a host name that has to be looked up.
#pragma once

#include <cstddef>
#include <memory>

#include "noex/transport/asio/asio_loop.h"
#include "noex/transport/base/log.h"
#include "noex/transport/network.h"

namespace noex {

struct AsioStreams;

class AsioNetwork final : public Network {
 public:
  // The loop and the log outlive the network. What it made may outlive it, but not the loop.
  explicit AsioNetwork(AsioLoop& loop, Log* log = nullptr);
  ~AsioNetwork() override;
  AsioNetwork(const AsioNetwork&) = delete;
  AsioNetwork& operator=(const AsioNetwork&) = delete;

  [[nodiscard]] Result<std::unique_ptr<Listener>> listen(const Address& address,
                                                         AcceptHandler accept) override;
  [[nodiscard]] std::unique_ptr<Dial> connect(const Address& address, Duration timeout,
                                              DialHandler done) override;

  // Connections that their owners closed and that still send what was written: a program that
  // ends runs its loop until there are none, within reason.
  std::size_t lingering() const;

 private:
  Log* log_;
  NullLog null_log_;
  std::shared_ptr<AsioStreams> streams_;  // owners: this network and its connections
};

}  // namespace noex
