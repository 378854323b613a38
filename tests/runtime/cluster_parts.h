// ClusterParts: the parts of a Cluster, wired as ClusterCore wires them, without those that a test
// makes itself; over connections that the test holds in its hands.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "noex/runtime/cluster/complaints.h"
#include "noex/runtime/cluster/graveyard.h"
#include "noex/runtime/cluster/handshake_rules.h"
#include "noex/runtime/cluster/life.h"
#include "noex/runtime/cluster/link_table.h"
#include "noex/runtime/cluster/own_boot.h"
#include "noex/runtime/cluster/owner_events.h"
#include "noex/runtime/cluster/peer_clocks.h"
#include "noex/runtime/cluster/sessions.h"
#include "noex/runtime/cluster/turn.h"
#include "noex/transport/frame.h"
#include "noex/transport/timer_queue.h"
#include "tests/runtime/recording_log.h"

namespace noex {

// Time stands still, and posted tasks wait, until the test says otherwise.
class HeldLoop final : public Loop {
 public:
  Instant now() const override { return now_; }
  WallTime wall_now() const override { return WallTime(std::chrono::nanoseconds(wall)); }
  void post(Task task) override { posted_.push_back(std::move(task)); }
  TimerId start_timer(Instant at, Task task) override { return timers_.start(at, std::move(task)); }
  bool cancel_timer(TimerId timer) override { return static_cast<bool>(timers_.cancel(timer)); }

  void end_turn() {
    while (!posted_.empty()) {
      Task task = std::move(posted_.front());
      posted_.pop_front();
      task();
    }
  }
  void pass(Duration time) { now_ += time; }

  std::int64_t wall = 1'800'000'000'000'000'000;

 private:
  Instant now_{};
  TimerQueue timers_;
  std::deque<Task> posted_;
};

// The other end of a connection: what was said to it, and what it says.
struct Wire {
  void say(ByteView payload) {
    Bytes frame;
    append_control_frame(frame, payload);
    handler->on_bytes(frame);
  }

  std::string host = "10.0.0.9";
  ConnectionHandler* handler = nullptr;
  FrameDecoder decoder;
  std::vector<Bytes> control;
  std::vector<Bytes> data;
  bool closed = false;
  bool aborted = false;
};

class HeldConnection final : public Connection {
 public:
  explicit HeldConnection(Wire& wire) : wire_(wire) {}
  void set_handler(ConnectionHandler* handler) override { wire_.handler = handler; }
  void write(ByteView bytes) override {
    wire_.decoder.push(bytes);
    while (const auto frame = wire_.decoder.next()) {
      (frame->lane == Lane::data ? wire_.data : wire_.control).emplace_back(frame->payload);
    }
  }
  std::uint64_t unsent_bytes() const override { return 0; }
  void set_reading(bool) override {}
  void close() override { wire_.closed = true; }
  void abort() override { wire_.aborted = true; }
  Address peer() const override { return Address{wire_.host, 99}; }

 private:
  Wire& wire_;
};

// Each dial waits until the test answers it.
class HeldNetwork final : public Network {
 public:
  struct Asked {
    Address to;
    DialHandler done;  // empty: answered, or given up
  };

  Result<std::unique_ptr<Listener>> listen(const Address&, AcceptHandler) override {
    return fail(ErrorCode::system);
  }
  std::unique_ptr<Dial> connect(const Address& to, Duration, DialHandler done) override {
    Asked& asked = dials.emplace_back(to, std::move(done));
    return std::make_unique<HeldDial>(asked);
  }
  // The last one.
  void connected(Wire& wire) {
    std::exchange(dials.back().done, {})(std::make_unique<HeldConnection>(wire));
  }
  void failed(ErrorCode why) { std::exchange(dials.back().done, {})(fail(why)); }

  std::deque<Asked> dials;

 private:
  struct HeldDial final : Dial {
    explicit HeldDial(Asked& one) : asked(one) {}
    ~HeldDial() override { asked.done = {}; }
    Asked& asked;
  };
};

// Writes down what the owner of a Cluster is told.
class OwnerProbe final : public ClusterHandler {
 public:
  void on_link_up(Link& link) override { note("link_up", link.peer()); }
  void on_link_down(Link& link) override { note("link_down", link.peer()); }
  void on_link_reopened(Link& link) override { note("reopened", link.peer()); }
  bool link_in_use(const Link&) const override { return in_use; }
  bool on_message(Link&, ByteView message) override { return message != "poison"; }
  void on_writable(Link& link) override { note("writable", link.peer()); }
  void on_node_up(const Incarnation& node) override { note("up", node); }
  void on_node_down(const Incarnation& node, DownReason) override { note("down", node); }
  void on_seed_unreachable(const NodeId& seed, ErrorCode) override { note("unreachable", {seed}); }
  void on_peer_blamed(const Blame& blame) override { blames.push_back(blame); }
  void on_client(std::unique_ptr<Session> /*session*/, const ClientHello&) override {}
  void on_boot_too_low(Boot) override {}
  void on_name_refused(const NodeId& holder) override { note("refused", {holder}); }

  std::vector<std::string> take() { return std::exchange(events, {}); }

  std::vector<std::string> events;  // "link_up ann"
  std::vector<Blame> blames;
  bool in_use = false;
  std::function<void()> hook;  // called inside each of them

 private:
  void note(std::string_view what, const Incarnation& node) {
    events.push_back(fmt::format("{} {}", what, node.id.name()));
    if (hook) hook();
  }
};

// Accepts whoever says Hello, and links whoever confirms.
struct ClusterParts : HandshakeHandler, SessionHandler, Turn {
  ClusterParts() { membership.start(loop.now()); }

  Session& add(Wire& wire, Handshake handshake, Duration time = 5s) {
    return sessions.add(std::make_unique<HeldConnection>(wire), std::move(handshake),
                        loop.now() + time);
  }
  // A connection of that peer's that has said Hello.
  Session& greeted(Wire& wire, const Incarnation& peer) {
    Session& session = add(wire, Handshake::acceptor());
    Hello hello;
    hello.from = peer.id;
    hello.boot = peer.boot;
    hello.to = self.id;
    theirs = Handshake::dialer(std::move(hello));
    wire.say(theirs.hello_payload());
    loop.end_turn();
    return session;
  }
  // One that is linked.
  Session& linked(Wire& wire, const Incarnation& peer) {
    Session& session = greeted(wire, peer);
    EXPECT_EQ(theirs.on_payload(wire.control.back()), Handshake::Event::accepted);
    wire.say(theirs.confirm());
    wire.decoder.set_established();
    loop.end_turn();
    return session;
  }
  template <class Action>
  bool wants(const Action& action) {
    for (const auto& wanted : membership.take_actions()) {
      if (const auto* one = std::get_if<Action>(&wanted); one != nullptr && *one == action) {
        return true;
      }
    }
    return false;
  }

  // --- HandshakeHandler ---
  void on_hello(Session& session) override {
    session.answer(rules.answer(session.hello(), Refusal::none, clocks.reading()));
  }
  void on_client_hello(Session&, ByteView) override { notes.emplace_back("client"); }
  void on_accepted(Session& session) override { session.confirm(); }
  void on_refused(Session&) override { notes.emplace_back("refused"); }
  void on_established(Session& session) override {
    sessions.end_handshake(session);
    session.establish({session.hello().from, session.hello().boot}, *this);
    links.add(session);
  }
  void on_handshake_end(Session&, ChannelEnd, std::string_view why) override {
    notes.push_back(fmt::format("handshake ended: {}", why));
  }
  // --- SessionHandler ---
  void on_control(Session&, ByteView) override { notes.emplace_back("control"); }
  void on_data(Session&, ByteView) override { notes.emplace_back("data"); }
  void on_room(Session&) override { notes.emplace_back("room"); }
  void on_session_end(Session&, ChannelEnd, std::string_view why) override {
    notes.push_back(fmt::format("session ended: {}", why));
  }
  // --- Turn ---
  void run_actions() override {}
  void settle() override { ++settled; }
  void arm() override { ++armed; }

  inline static const Incarnation ann{NodeId("ann", "10.0.0.2", 1), 7};
  inline static const Incarnation bob{NodeId("bob", "10.0.0.3", 1), 8};
  inline static const Incarnation zoe{NodeId("zoe", "10.0.0.4", 1), 9};

  Incarnation self{NodeId("mia", "10.0.0.1", 1), 100};
  ClusterConfig config{self.id, self.boot, {ann.id}, {}};
  HeldLoop loop;
  HeldNetwork network;
  RecordingLog log;
  OwnerProbe handler;
  std::vector<std::string> notes;
  std::deque<Wire> wires;
  int settled = 0;
  int armed = 0;
  Handshake theirs = Handshake::acceptor();  // of the connection that was greeted last

  Life life{.started = true};
  Membership membership{self, config.seeds, config.options, Random(1)};
  HybridClock clock{self.id};
  PeerClocks clocks{clock, loop, log};
  Complaints complaints{config.seeds, config.options, log, handler};
  OwnBoot own_boot{self, config, loop, log, complaints, membership};
  HandshakeRules rules{self, life, membership};
  bool keeps_dead = false;
  Graveyard graveyard{loop, [this] { return !keeps_dead; }};
  std::vector<PeerLink*> overfull;
  OwnerEvents events{handler, [this](PeerLink& link) { overfull.push_back(&link); }};
  LinkTable links{loop, config.options, events, graveyard};
  Sessions sessions{*this, loop, config.options, graveyard};
};

}  // namespace noex
