// World: a small cluster at one moment: its peers, the channels between them, what may still
// happen.
//
// Owns: the links as both ends see them, the messages on their way, and which events are possible.
// Peers and messages are numbers here: a Store keeps each distinct one once, and remembers what
// each event makes of each peer, so that the real code runs once for each pair of the two.
//
// A link has two ends. Each is told of its beginning and of its end at moments of its own; what was
// sent arrives in order, lane by lane, until the receiver is told of the end.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/explore/peer.h"

namespace noex::explore {

using PeerNumber = std::uint32_t;
using MessageNumber = std::uint32_t;

struct StoredEffect {
  EffectKind kind;
  std::size_t peer;
  Boot boot;
  MessageNumber message;
};
struct StoredStep {
  PeerNumber peer = 0;
  std::vector<StoredEffect> effects;
  std::string problem;
};

class Store {
 public:
  explicit Store(Rules rules) : rules_(std::move(rules)) {}

  PeerNumber add(const Peer& peer);
  MessageNumber add(const Bytes& message);
  const Peer& peer(PeerNumber number) const { return peers_[number]; }
  const PeerView& view(PeerNumber number) const { return views_[number]; }
  const Bytes& message(MessageNumber number) const { return messages_[number]; }
  const StoredStep& step(PeerNumber peer, EventKind kind, std::size_t other, Boot boot,
                         MessageNumber message);
  const Rules& rules() const { return rules_; }
  std::size_t peers() const { return peers_.size(); }

 private:
  struct Key {
    std::uint64_t event = 0;
    std::uint64_t what = 0;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      return (key.event * 0x9E3779B97F4A7C15U) ^ (key.what * 0xC2B2AE3D27D4EB4FU);
    }
  };

  Rules rules_;
  std::deque<Peer> peers_;
  std::deque<PeerView> views_;
  std::deque<Bytes> messages_;
  std::unordered_map<Bytes, PeerNumber> peer_numbers_;
  std::unordered_map<Bytes, MessageNumber> message_numbers_;
  std::unordered_map<Key, StoredStep, KeyHash> steps_;
};

// How often each kind of event may still happen.
struct Budget {
  std::uint8_t registrations = 0;
  std::uint8_t endings = 0;     // unregister, process ended, deadline
  std::uint8_t resets = 0;      // a link breaks
  std::uint8_t partitions = 0;  // and heal
  std::uint8_t crashes = 0;     // and start again
  std::uint8_t ticks = 0;
  std::uint8_t graces = 0;  // the end of a wait for arbiters
  bool operator==(const Budget&) const = default;
};

enum class ChoiceKind : std::uint8_t {
  data,       // one -> two: the next message arrives
  control,    // one -> two: likewise on the other lane
  accept,     // two accepts, or refuses, the dial of one
  ready,      // one is told that two accepted
  fail_dial,  // one's dial finds nobody, or no answer
  see_cut,    // one is told that its link to two has ended
  settle,
  grace,  // one's registry has waited long enough
  tick,
  register_name,
  unregister_name,
  process_ended,
  deadline,
  reset,      // the link between one and two breaks
  partition,  // nothing passes between one and two any more
  heal,
  crash,
  restart,
};
struct Choice {
  ChoiceKind kind;
  std::uint8_t one = 0;
  std::uint8_t two = 0;
};

class World {
 public:
  // Nodes that run and know their seeds; nothing is dialled yet.
  static World cold(Store& store, std::size_t nodes);

  std::vector<Choice> choices(const Store& store) const;
  // Carries the choice out; says what is wrong, or nothing.
  std::string apply(Store& store, const Choice& choice);
  // All running nodes' time goes on together; for those who look how it ends.
  std::string pass_time(Store& store);
  std::string describe(const Store& store, const Choice& choice) const;

  // Everybody who runs is linked and up, nothing is under way.
  bool is_quiet(const Store& store) const;
  // Everybody who runs has the same table of members.
  bool agrees(const Store& store) const;
  // Forgets what only the search's bounds and R8 need.
  void forget_history() {
    budget = Budget{};
    calm_ = claimed_ = false;
  }
  // What no state may look like; nothing if all is well.
  std::string check(const Store& store) const;

  Bytes encoded() const;
  static World decoded(ByteView bytes);

  std::size_t size() const { return size_; }
  const PeerView& view(const Store& store, std::size_t node) const {
    return store.view(peers_[node]);
  }
  bool has_mail(std::size_t from, std::size_t to) const;
  bool is_cut(std::size_t a, std::size_t b) const { return cut_[a][b]; }
  // Everybody has said all that can be said, and nobody waits: nothing hangs, and of those who
  // wanted the name one has it.
  std::string check_resolved(const Store& store) const;
  // Who is cut off by now stays so, and nobody notices any more.
  void keep_cuts() { cuts_last_ = true; }
  bool cuts_last() const { return cuts_last_; }
  // From here on R8 holds: one of the claims wins, as long as nothing else happens.
  void begin_calm() { calm_ = true; }
  Budget budget;

 private:
  enum class EndState : std::uint8_t { none, opening, up, broken };
  // One node's end of one link to another.
  struct End {
    EndState state = EndState::none;
    std::uint8_t link = 0;    // tells the at most three links of a pair apart
    Boot boot = 0;            // of the other
    MessageNumber clock = 0;  // the acceptor's; for a dialer that is not told yet
    std::vector<MessageNumber> data;
    std::vector<MessageNumber> control;
  };
  // `opening`: the dialer's end of a link that the acceptor has, until the dialer is told.
  struct Ends {
    End current;
    End opening;
  };

  std::string step(Store& store, std::size_t node, EventKind kind, std::size_t other = 0,
                   Boot boot = 0, MessageNumber message = 0);
  std::string carry_out(Store& store, std::size_t node, const StoredEffect& effect);
  End* far_end(std::size_t node, std::size_t other);
  void break_far_end(std::size_t node, std::size_t other);
  std::string accept(Store& store, std::size_t dialer, std::size_t acceptor);
  std::string ready(Store& store, std::size_t dialer, std::size_t acceptor);
  std::string fail_dial(Store& store, std::size_t dialer, std::size_t target);
  void crash(Store& store, std::size_t node);
  void reset(std::size_t a, std::size_t b);
  std::string begin_step(Store& store, const Choice& choice);
  void spend(const Choice& choice);
  void add_pair_choices(const Store& store, std::size_t one, std::size_t two,
                        std::vector<Choice>& choices) const;
  void add_faults(const Store& store, std::size_t one, std::size_t two,
                  std::vector<Choice>& choices) const;
  void add_node_choices(const Store& store, std::size_t node, std::vector<Choice>& choices) const;
  std::string check_copy(const Store& store, std::size_t owner, std::size_t node) const;
  std::string check_quiet(const Store& store) const;
  std::string check_holders(const Store& store) const;
  std::string check_refusals(const Store& store) const;
  bool is_whole(std::size_t a, std::size_t b) const;

  std::size_t size_ = 0;
  std::array<PeerNumber, peers_max> peers_{};
  std::array<std::array<Ends, peers_max>, peers_max> ends_;
  std::array<std::array<bool, peers_max>, peers_max> cut_{};
  bool calm_ = false;     // no fault, ending or time since begin_calm()
  bool claimed_ = false;  // somebody registered since then
  bool cuts_last_ = false;
};

}  // namespace noex::explore
