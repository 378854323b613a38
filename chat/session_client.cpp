// What differs for the session of a client: it is told of no node, and has to ask for what a node
// knows by itself; and its member may go, after which it is back in its room by way of another.

#include <algorithm>

#include <fmt/format.h>

#include "chat/session.h"
#include "chat/text.h"

namespace noex::chat {

namespace {

// How long another member is looked for before the user is told that one is.
constexpr Duration seek_patience = 2s;
// Between two looks whether there is a member.
constexpr Duration connect_pause = 20ms;

}  // namespace

void ChatSession::watch_client() {
  Client* client = config_.client;
  if (client == nullptr) return;
  client->on_connected([self = self_](const NodeId& member) {
    if (*self != nullptr) (*self)->on_connected(member);
  });
  client->on_disconnected([self = self_](const NodeId& member, std::string_view why) {
    if (*self != nullptr) (*self)->on_disconnected(member, why);
  });
  client->on_unreachable([self = self_](const Address& address, ErrorCode why) {
    if (*self != nullptr) (*self)->on_member_unreachable(address, why);
  });
}

void ChatSession::on_connected(const NodeId& member) {
  cause_timer_.cancel();
  if (left_member_.empty()) {
    show(fmt::format("Connected to {}.", member.text()));
  } else {
    show(fmt::format("{}; now at {}.", std::exchange(left_member_, {}), member.text()));
  }
  seeds_told_.clear();
  if (lost_) await_room(lost_->room_name, Duration::zero());
}

void ChatSession::on_disconnected(const NodeId& member, std::string_view why) {
  left_member_ = fmt::format("The connection to {} is lost ({})", member.text(),
                             visible(why, shown_bytes_max));
  cause_timer_.start(node_.loop().now() + seek_patience, [this] {
    show(fmt::format("{}; looking for another member.", left_member_));
  });
}

void ChatSession::on_member_unreachable(const Address& address, ErrorCode why) {
  const NodeId shown("member", address.host, address.port);
  if (!left_member_.empty() || !seeds_told_.insert(shown).second) return;
  show(fmt::format("Cannot reach {}:{} ({}); trying on.", address.host, address.port,
                   describe(why)));
}

// A node knows all this already.
task<void> ChatSession::refresh() {
  Client* client = config_.client;
  if (client == nullptr) co_return;
  const Instant deadline = node_.loop().now() + node_.options().call_timeout;
  while (client->member() == nullptr && node_.loop().now() < deadline) {
    co_await node_.sleep(connect_pause);
  }
  (void)co_await client->members();
  (void)co_await client->names(std::string(room_prefix));
}

// Where what is not to be anywhere else is made.
NodeId ChatSession::home() const {
  if (config_.client == nullptr) return node_.id();
  const Incarnation* member = config_.client->member();
  return member != nullptr ? member->id : NodeId();
}

bool ChatSession::is_connected() const {
  return config_.client == nullptr || config_.client->member() != nullptr;
}

}  // namespace noex::chat
