#include "noex/transport/node_id.h"

#include <algorithm>
#include <charconv>

#include <fmt/compile.h>
#include <fmt/format.h>

namespace noex {

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// IPv4, a host name, or IPv6 (told apart by its colons).
bool is_host(std::string_view text) {
  if (text.empty() || text.size() > host_chars_max) return false;
  const bool ipv6 = text.find(':') != std::string_view::npos;
  return std::ranges::all_of(text, [ipv6](char c) {
    if (is_letter(c) || is_digit(c) || c == '.') return true;
    return ipv6 ? c == ':' || c == '%' : c == '-' || c == '_';
  });
}

std::unexpected<Error> bad_id(std::string_view text) {
  return fail(ErrorCode::invalid_argument,
              fmt::format("\"{}\" is not a node id; one looks like node1@127.0.0.1:4369", text));
}

}  // namespace

std::string NodeId::text() const {
  const bool ipv6 = host_.find(':') != std::string::npos;
  return ipv6 ? fmt::format(FMT_COMPILE("{}@[{}]:{}"), name_, host_, port_)
              : fmt::format(FMT_COMPILE("{}@{}:{}"), name_, host_, port_);
}

void NodeId::encode_to(Writer& writer) const {
  writer.string(name_);
  writer.string(host_);
  writer.varint(port_);
}

void NodeId::decode_from(Reader& reader) {
  const ByteView name = reader.string();
  const ByteView host = reader.string();
  const std::uint64_t port = reader.varint();
  if (!is_node_name(name) || !is_host(host) || port == 0 || port > 65535) {
    reader.fail();
    return;
  }
  head_ = head_of(name);
  name_ = name;
  host_ = host;
  port_ = static_cast<std::uint16_t>(port);
}

bool may_be(const ConnectionProof& proof, const NodeId& id) {
  if (proof.names.empty()) return true;
  const bool is_named = std::ranges::any_of(
      proof.names, [&](const std::string& name) { return name == id.name() || name == id.text(); });
  return is_named && (proof.hosts.empty() || std::ranges::count(proof.hosts, id.host()) > 0);
}

bool is_node_name(std::string_view text) {
  if (text.empty() || text.size() > name_chars_max || !is_letter(text.front())) return false;
  return std::ranges::all_of(
      text, [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; });
}

Result<NodeId> parse_node_id(std::string_view text) {
  const auto at = text.find('@');
  const auto colon = text.rfind(':');
  if (at == std::string_view::npos || colon == std::string_view::npos || colon < at) {
    return bad_id(text);
  }
  const std::string_view name = text.substr(0, at);
  std::string_view host = text.substr(at + 1, colon - at - 1);
  const std::string_view digits = text.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return bad_id(text);
  }
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  const bool port_ok = error == std::errc() && end == digits.data() + digits.size() && port != 0;
  if (!is_node_name(name) || !is_host(host) || !port_ok) return bad_id(text);
  return NodeId(std::string(name), std::string(host), port);
}

}  // namespace noex
