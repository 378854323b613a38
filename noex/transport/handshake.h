// Handshake: how two nodes agree that a connection is a link. Sans-IO, both sides.
//
//   dialer: Hello -> acceptor: Ack -> dialer: Confirm -> acceptor: Ready
//
// The link exists for the acceptor when Confirm arrived, for the dialer when Ready arrived; so no
// process message is sent before both ends agreed. Owns the formats and the order of the steps;
// never decides whom to accept: that is the owner's, who knows the members.
// The formats are in docs/WIRE.md, "Handshake"; the rules in docs/PROTOCOL.md, "Links".
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "noex/transport/base/bytes.h"
#include "noex/transport/node_id.h"

namespace noex {

inline constexpr std::uint64_t protocol_version = 1;
// A larger boot is nobody's: so there is always a higher one to start again with.
inline constexpr Boot boot_max = std::uint64_t{1} << 63;

// What a connection's proof is bound by has so many bytes.
inline constexpr std::size_t binding_bytes = 32;

// A later wall is malformed: the clock that took it over could not count on for long, and its
// stamps would be refused everywhere.
inline constexpr std::int64_t clock_wall_max =
    std::numeric_limits<std::int64_t>::max() - (std::int64_t{1} << 32);

// The sender's hybrid clock; the node that makes it a stamp is the sender.
struct ClockReading {
  std::int64_t wall = 0;  // 0..clock_wall_max
  std::uint32_t counter = 0;

  bool operator==(const ClockReading&) const = default;
};

struct Hello {
  std::uint64_t version = protocol_version;
  NodeId from;
  Boot boot = 0;
  bool joined = false;  // has been linked with anybody in this boot; a name is only checked before
  NodeId to;            // whom the dialer expects
  Boot known = 0;       // the highest boot that the dialer knows of `to`; 0 is none
  ClockReading clock;
  Bytes binding = {};  // of the connection it is said over (ConnectionProof); empty over plain TCP

  bool operator==(const Hello&) const = default;
};

// Why an acceptor refuses; wire-stable.
enum class Refusal : std::uint8_t {
  none = 0,
  name_taken = 1,         // a living member has the dialer's name; `holder` says which
  simultaneous_dial = 2,  // the acceptor's own dial goes first
  wrong_node = 3,         // the dialer expected somebody else here
  version = 4,            // another protocol version
  self = 5,               // the dialer reached itself
  boot_too_low = 6,       // `known` is higher than the dialer's boot
  restarting = 7,         // the acceptor learnt that its own boot is too low
  leaving = 8,            // the acceptor leaves
  left = 9,               // the dialer said in this boot that it left
  full = 10,              // the acceptor remembers as many members as it may
};
bool is_known(Refusal refusal);
std::string_view describe(Refusal refusal);

struct HelloAck {
  Refusal refusal = Refusal::none;
  NodeId id;  // whom the dialer has reached
  Boot boot = 0;
  Boot known = 0;  // the highest boot that the acceptor knows of the dialer; 0 is none
  ClockReading clock;
  std::optional<NodeId> holder;  // with name_taken only

  bool operator==(const HelloAck&) const = default;
};

// First bytes of control payloads; 16 and above belong to the layer above (docs/WIRE.md).
enum class HandshakeKind : std::uint8_t { hello = 1, ack = 2, confirm = 3, ready = 4 };

class Handshake {
 public:
  enum class Event : std::uint8_t {
    hello,        // acceptor: hello() is there; answer()
    accepted,     // dialer: ack() is there; confirm()
    refused,      // dialer: ack().refusal says why; over
    established,  // both: the link stands (the acceptor then sends ready())
    malformed,    // error() says what; over
  };

  static Handshake dialer(Hello hello);
  static Handshake acceptor();

  // One control payload from the peer.
  Event on_payload(ByteView payload);
  std::string_view error() const { return error_; }

  const Hello& hello() const { return hello_; }
  const HelloAck& ack() const { return ack_; }
  // The dialer has said Confirm: the peer may already believe that the link stands.
  bool confirmed() const { return step_ == Step::wait_ready; }
  // The acceptor has said yes, and waits for Confirm.
  bool promised() const { return step_ == Step::wait_confirm; }
  bool is_dialer() const { return dialer_; }
  bool has_hello() const { return dialer_ || step_ > Step::wait_hello; }

  // Payloads to send, each in its step only.
  Bytes hello_payload() const;
  Bytes answer(const HelloAck& ack);
  Bytes confirm();
  Bytes ready() const;

 private:
  enum class Step : std::uint8_t {
    wait_hello,
    wait_answer,  // the owner's, not the peer's
    wait_confirm,
    wait_ack,
    accepted,
    wait_ready,
    established,
    over,
  };

  explicit Handshake(bool dialer) : dialer_(dialer) {}
  Event on_hello(Reader& reader);
  Event on_ack(Reader& reader);
  Event on_bare(Reader& reader, Step expected);
  Event fail(std::string_view why);

  bool dialer_;
  Step step_ = Step::wait_hello;
  Hello hello_;
  HelloAck ack_;
  std::string_view error_;
};

}  // namespace noex
