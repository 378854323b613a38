// AsioConnection: one TCP stream as a Connection. Internal to the asio_* files.
//
// A write is sent at once if the system takes it; the rest waits in one byte string until the
// socket is writable. Bytes are read into one buffer that all connections share: the socket is
// waited for and then read, once a turn, so that no connection starves another.
// Closing in order needs care: whoever closes a socket with unread bytes makes the system send a
// reset, which may destroy, at the other end, what was sent before. So close() sends the rest,
// ends its side, and then reads and drops until the other side ends too, or linger_max is over.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "noex/transport/asio/asio_loop.h"
#include "noex/transport/base/time.h"
#include "noex/transport/network.h"

namespace noex {

// What the connections of one network share.
struct AsioStreams {
  explicit AsioStreams(AsioLoop& loop) : loop(loop), buffer(read_bytes_max) {}

  // Large enough that a bulk transfer makes few system calls, small enough to stay in the cache:
  // four times as much was tried, and costs a third more time a byte.
  static constexpr std::size_t read_bytes_max = std::size_t{64} << 10;
  static constexpr Duration linger_max = 5s;

  AsioLoop& loop;
  std::vector<char> buffer;
  std::size_t lingering = 0;
  // Where connections leave from, if this network listens at one address: a peer, or a firewall
  // between them, then sees the same address whoever of the two dialled.
  std::optional<boost::asio::ip::address> source;
};

// Takes over a connected socket; reading begins at once, so the first bytes come in a later turn.
std::unique_ptr<Connection> make_asio_connection(std::shared_ptr<AsioStreams> streams,
                                                 boost::asio::ip::tcp::socket socket);

// 1.2.3.4 for ::ffff:1.2.3.4, which is how a listener on :: sees it.
Address to_address(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace noex
