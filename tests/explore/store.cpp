// Store: every distinct node and message once, and what each event made of each node.
#include <utility>

#include "noex/runtime/message/codec.h"
#include "tests/explore/world.h"

namespace noex::explore {

PeerNumber Store::add(const Peer& peer) {
  const auto next = static_cast<PeerNumber>(peers_.size());
  const auto [at, is_new] = peer_numbers_.try_emplace(peer.digest(), next);
  if (is_new) {
    peers_.emplace_back(peer);
    views_.push_back(peer.view());
  }
  return at->second;
}

MessageNumber Store::add(const Bytes& message) {
  const auto next = static_cast<MessageNumber>(messages_.size());
  const auto [at, is_new] = message_numbers_.try_emplace(message, next);
  if (is_new) messages_.push_back(message);
  return at->second;
}

const StoredStep& Store::step(PeerNumber peer, EventKind kind, std::size_t other, Boot boot,
                              MessageNumber message) {
  const Key key{(std::uint64_t{peer} << 8) | (static_cast<std::uint64_t>(kind) << 2) | other,
                (std::uint64_t{message} << 16) | boot};
  const auto [at, is_new] = steps_.try_emplace(key);
  if (!is_new) return at->second;
  Event event{kind, other, boot, {}};
  const bool has_message =
      kind == EventKind::data || kind == EventKind::control || kind == EventKind::linked;
  if (has_message) event.message = messages_[message];
  Peer after(peers_[peer]);
  const std::vector<Effect> effects = after.step(event);
  StoredStep& stored = at->second;
  stored.problem = after.problem();
  if (!stored.problem.empty()) return stored;
  for (const Effect& effect : effects) {
    stored.effects.push_back({effect.kind, effect.peer, effect.boot, add(effect.message)});
  }
  stored.peer = add(after);
  return stored;
}

}  // namespace noex::explore
