// NodeId: which node is meant, in the form that people read and type: name@host:port.
//
// A node is identified by its id together with its boot, a number that is higher at every start;
// so that what was said to an earlier start can never reach a later one.
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

// Wall nanoseconds at the start with random low bits; 0 means unknown.
using Boot = std::uint64_t;

class NodeId {
 public:
  static constexpr std::string_view wire_shape = "node";  // docs/WIRE.md, "Values"

  NodeId() = default;
  NodeId(std::string name, std::string host, std::uint16_t port)
      : head_(head_of(name)), name_(std::move(name)), host_(std::move(host)), port_(port) {}

  const std::string& name() const { return name_; }
  const std::string& host() const { return host_; }  // IPv6 without brackets
  std::uint16_t port() const { return port_; }
  Address address() const { return Address{host_, port_}; }
  bool empty() const { return name_.empty(); }

  // "node1@127.0.0.1:4369", "node1@[::1]:4369"
  std::string text() const;

  // By name, host and port. Nearly all of a node's maps are keyed by node: the head decides most.
  bool operator==(const NodeId& other) const { return (*this <=> other) == 0; }
  std::strong_ordering operator<=>(const NodeId& other) const {
    if (head_ != other.head_) return head_ <=> other.head_;
    const bool head_is_all = name_.size() == other.name_.size() && name_.size() <= sizeof(head_);
    if (!head_is_all && name_ != other.name_) return name_ <=> other.name_;
    if (const auto order = host_ <=> other.host_; order != 0) return order;
    return port_ <=> other.port_;
  }

  void encode_to(Writer& writer) const;
  // Fails the reader on an id that parse_node_id would refuse.
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

// True if who has proved that may be that node: it is named, or the proof names nobody.
bool may_be(const ConnectionProof& proof, const NodeId& id);

// A letter first, then letters, digits, '_', '-'; at most name_chars_max.
bool is_node_name(std::string_view text);
// Errors: invalid_argument, whose detail says what a node id looks like.
[[nodiscard]] Result<NodeId> parse_node_id(std::string_view text);

}  // namespace noex
