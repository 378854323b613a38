// HostilePeer: a node that speaks the protocol well enough to be linked, and then says anything.
//
// Owns one connection, over any backend, and what it has heard over it: numbers of calls, spawns,
// monitors and claims, and ids of processes, so that lies can be about what is really under way.
// By itself it only keeps the link: its snapshot, heartbeats, pongs. It checks nothing; whoever
// uses it does.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "noex/runtime/membership/control.h"
#include "noex/runtime/message/codec.h"
#include "noex/runtime/registry/registry_wire.h"
#include "noex/runtime/remote/wire.h"
#include "noex/transport/base/lifeline.h"
#include "noex/transport/frame.h"
#include "noex/transport/handshake.h"
#include "noex/transport/loop.h"
#include "noex/transport/network.h"

namespace noex::hostile {

// The newest numbers and ids that came, oldest first.
class Heard {
 public:
  void add(std::uint64_t number);
  const std::vector<std::uint64_t>& all() const { return numbers_; }

 private:
  std::vector<std::uint64_t> numbers_;
};

class HostilePeer final : private ConnectionHandler {
 public:
  // Both outlive it.
  HostilePeer(Loop& loop, Network& network, NodeId self, Boot boot);
  ~HostilePeer() override;
  HostilePeer(const HostilePeer&) = delete;
  HostilePeer& operator=(const HostilePeer&) = delete;

  // Connects, and is linked as an honest node would be, unless `hello` is changed before.
  void dial(const NodeId& victim);
  Hello hello;

  bool connected() const { return connection_ != nullptr; }
  bool linked() const { return linked_; }
  // The connection came to its end, or there never was one.
  bool ended() const { return connection_ == nullptr && dial_ == nullptr; }
  const Incarnation& self() const { return self_; }
  const Incarnation& victim() const { return victim_; }

  // --- Whatever it likes ---
  void bytes(ByteView raw);
  void frame(std::uint32_t flags, ByteView payload);  // 1 control, 2 more; up to 2^24 bytes
  void control(const ControlMessage& message) { control_bytes(encode_control(message)); }
  void control_bytes(ByteView payload);
  void data(ByteView message);
  template <class Fields>
  void say(MessageKind kind, const Fields& fields, ByteView body = {}) {
    Bytes message(1, static_cast<char>(kind));
    Writer writer(message);
    encode(writer, fields);
    message.append(body);
    data(message);
  }
  void registry(const RegistryMessage& message);
  // Off: what the victim says stays in its queues.
  void set_reading(bool reading);
  void set_polite(bool polite) { polite_ = polite; }
  void close();

  // --- What it has heard ---
  Heard calls;                             // to answer
  Heard spawns;                            // to answer
  Heard monitors;                          // of its processes
  Heard links;                             // process links that the victim made
  Heard claims;                            // registry requests of any kind
  Heard processes;                         // of the victim
  Heard pings;                             // control numbers
  std::map<std::string, ProcessId> names;  // the victim's
  std::vector<wire::SpawnReply> spawn_replies;
  std::uint64_t frames_heard = 0;
  std::string refusal;  // why it is not linked

 private:
  void on_bytes(ByteView bytes) override;
  void on_drained() override {}
  void on_closed(CloseReason reason) override;

  void on_control(ByteView payload);
  void on_handshake(ByteView payload);
  void on_data(ByteView message);
  void on_registry(ByteView bytes);
  void beat();
  void gone();

  Loop& loop_;
  Network& network_;
  Incarnation self_;
  Incarnation victim_;
  std::unique_ptr<Dial> dial_;
  std::unique_ptr<Connection> connection_;
  std::vector<std::unique_ptr<Connection>> buried_;  // may be calling
  Handshake handshake_;
  FrameDecoder decoder_;
  MessageAssembler assembler_{std::size_t{16} << 20};
  bool linked_ = false;
  bool polite_ = true;
  Timer beat_;
  Lifeline lifeline_;
};

}  // namespace noex::hostile
