// NodeId: which node is meant, in the form that people read and type: name@host:port.
//
// An id is the same at every start of a node; a boot is a number that is higher at every start.
// Only both together identify a node, so that what was sent to an earlier start never reaches a
// later one.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "noex/transport/base/bytes.h"
#include "noex/transport/base/error.h"
#include "noex/transport/network.h"

namespace noex {

// Which start of a node: the wall clock's nanoseconds then, with random low bits. 0: unknown.
using Boot = std::uint64_t;

// A value. It may hold what parse_node_id() would refuse; Node::start() and the wire refuse that.
class NodeId {
 public:
  static constexpr std::string_view wire_shape = "node";  // docs/WIRE.md, "Values"

  NodeId() = default;  // empty
  // `host` as in Address. Checks nothing.
  NodeId(std::string name, std::string host, std::uint16_t port)
      : head_(head_of(name)), name_(std::move(name)), host_(std::move(host)), port_(port) {}

  // "node1"
  const std::string& name() const& { return name_; }
  std::string name() && { return std::move(name_); }  // of a temporary: a view would dangle
  // "127.0.0.1"; IPv6 without brackets.
  const std::string& host() const& { return host_; }
  std::string host() && { return std::move(host_); }  // of a temporary: a view would dangle
  // 4369
  std::uint16_t port() const { return port_; }
  // Where it listens.
  Address address() const { return Address{host_, port_}; }
  // Whether it means no node.
  bool empty() const { return name_.empty(); }

  // "node1@127.0.0.1:4369", "node1@[::1]:4369"
  std::string text() const;

  // Whether name, host and port are the same.
  bool operator==(const NodeId& other) const { return (*this <=> other) == 0; }
  // By name, then by host, then by port. Most of a node's maps are keyed by node: comparing the
  // heads decides most cases.
  std::strong_ordering operator<=>(const NodeId& other) const {
    if (head_ != other.head_) return head_ <=> other.head_;
    const bool head_is_all = name_.size() == other.name_.size() && name_.size() <= sizeof(head_);
    if (!head_is_all && name_ != other.name_) return name_ <=> other.name_;
    if (const auto order = host_ <=> other.host_; order != 0) return order;
    return port_ <=> other.port_;
  }

  // Its wire form: docs/WIRE.md, "Values".
  void encode_to(Writer& writer) const;
  // Reads the wire form. The reader has failed() afterwards if parse_node_id() would refuse the id.
  void decode_from(Reader& reader);

 private:
  static std::uint64_t head_of(std::string_view name) {
    std::uint64_t head = 0;
    for (std::size_t i = 0; i < sizeof(head); ++i) {
      head = head << 8 | (i < name.size() ? static_cast<std::uint8_t>(name[i]) : 0U);
    }
    return head;
  }

  std::uint64_t head_ = 0;  // the name's first bytes, in its order; a name has no zero byte
  std::string name_;
  std::string host_;
  std::uint16_t port_ = 0;
};

inline constexpr std::size_t name_chars_max = 64;   // a longer name breaks every list on a screen
inline constexpr std::size_t host_chars_max = 253;  // RFC 1035, section 2.3.4

// Whether the other end of a connection with that proof may be that node: the proof names it, or
// names no node.
bool may_be(const ConnectionProof& proof, const NodeId& id);

// Whether it is a letter, followed by letters, digits, '_' or '-': at most name_chars_max.
bool is_node_name(std::string_view text);
// Reads "node1@127.0.0.1:4369" or "node1@[::1]:4369". Errors: invalid_argument; the detail says
// what is wrong and shows an id.
[[nodiscard]] Result<NodeId> parse_node_id(std::string_view text);

}  // namespace noex
