// The parts of one boot without a cluster: links are made by hand, and write down what is put into
// them. For tests of single parts of noex/runtime/process and noex/runtime/remote.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "noex/runtime/cluster/cluster.h"
#include "noex/runtime/remote/delivery.h"
#include "noex/runtime/remote/flow.h"
#include "noex/runtime/remote/links.h"
#include "noex/runtime/remote/replies.h"
#include "noex/runtime/remote/router.h"
#include "noex/sim/world/fabric.h"
#include "noex/sim/world/host.h"
#include "noex/sim/world/machine.h"
#include "noex/transport/base/check.h"
#include "tests/runtime/cluster_harness.h"

namespace noex::tests {

class FakeLink final : public Link {
 public:
  FakeLink(Incarnation peer, LinkSerial serial)
      : peer_(std::make_shared<const Incarnation>(std::move(peer))), serial_(serial) {}

  const Incarnation& peer() const override { return *peer_; }
  const std::shared_ptr<const Incarnation>& shared_peer() const override { return peer_; }
  LinkSerial serial() const override { return serial_; }
  Result<void> send(ByteView message) override {
    if (full) return fail(ErrorCode::overloaded);
    sent.emplace_back(message);
    return {};
  }
  void send_signal(ByteView message) override { signals.emplace_back(message); }
  void send_first(ByteView message) override { first.emplace_back(message); }
  void charge(std::size_t work) override { charged += work; }
  std::size_t queued_bytes() const override { return queued; }

  // The only message of that list, decoded; what follows the fields goes to `body`.
  template <class Fields>
  static Fields only(const std::vector<Bytes>& messages, Bytes* body = nullptr) {
    Fields fields;
    EXPECT_EQ(messages.size(), 1U);
    if (messages.empty()) return fields;
    Decoder bytes(messages.front());
    EXPECT_EQ(static_cast<MessageKind>(bytes.u8()), Fields::kind);
    decode(bytes, fields);
    EXPECT_FALSE(bytes.failed());
    if (body != nullptr) *body = Bytes(bytes.rest());
    return fields;
  }

  bool full = false;
  std::size_t queued = 0;
  std::size_t charged = 0;
  std::vector<Bytes> sent, signals, first;

 private:
  std::shared_ptr<const Incarnation> peer_;
  LinkSerial serial_;
};

// Opens what it is given, and nothing else.
class FakeCluster final : public Cluster {
 public:
  Result<void> start() override { return {}; }
  void leave(Task) override {}
  Link* find(const NodeId& id, Boot boot) const override {
    for (FakeLink* link : openable) {
      if (link->peer().id == id && (boot == 0 || link->peer().boot == boot)) return link;
    }
    return nullptr;
  }
  Link* open(const NodeId& id, Boot boot) override {
    ++opened;
    return find(id, boot);
  }
  void registry_known(const Incarnation& node) override { known.push_back(node); }
  std::vector<Member> members() const override { return {}; }
  bool is_wanted(const NodeId&) const override { return true; }
  bool is_up(const Incarnation& node) const override {
    return node.boot != 0 && up_boot(node.id) == node.boot;
  }
  Boot up_boot(const NodeId& id) const override { return id == up.id ? up.boot : 0; }
  bool settled() const override { return true; }
  std::uint64_t overload_refusals() const override { return 0; }

  std::vector<FakeLink*> openable;
  Incarnation up;  // without a link
  std::vector<Incarnation> known;
  int opened = 0;
};

// Knows who it is, and does nothing.
class BareContext final : public Context {
 public:
  BareContext(Ref self, Loop& loop, Log& log, const Processes& processes)
      : Context(std::move(self)), loop_(loop), log_(log), processes_(processes) {}
  Node& node() const override { NOEX_CHECK(false, "there is no node"); }
  Loop& loop() const override { return loop_; }
  Log& log() const override { return log_; }
  Incarnation source() const override { return processes_.source(self().process()); }
  Random& random() override { NOEX_CHECK(false, "there is no randomness"); }
  void exit(ExitReason) override {}
  void exit(const Ref&, ExitReason) override {}
  MonitorId monitor(const Ref&) override { return 0; }
  bool demonitor(MonitorId) override { return false; }
  Result<void> monitor_name(const std::string&) override { return {}; }
  bool demonitor_name(std::string_view) override { return false; }
  void link(const Ref&) override {}
  void unlink(const Ref&) override {}
  void set_trap_exit(bool) override {}
  TimerId send_after(Duration, TypeId, std::unique_ptr<Payload>) override { return 0; }
  bool cancel_send(TimerId) override { return false; }
  Result<ProcessTaskId> spawn_task(task<void>) override { return 0; }
  bool cancel_task(ProcessTaskId) override { return false; }
  std::vector<Ref> members_of(std::string_view) const override { return {}; }
  std::vector<Ref> multicast(std::span<const Ref>, TypeId, Outgoing&) override { return {}; }

 private:
  Loop& loop_;
  Log& log_;
  const Processes& processes_;
};

struct PartNote {
  static constexpr auto wire_name = "test:part_note";
  std::string text;
};
struct PartAsk {
  static constexpr auto wire_name = "test:part_ask";
  using reply = std::string;
  std::string text;
};

// Writes down what it gets, where and from whom: into a list that outlives it.
class PartProcess final : public Process {
 public:
  using messages = std::tuple<PartNote, PartAsk>;
  using arguments = std::tuple<std::vector<std::string>*>;
  PartProcess(Context& context, std::vector<std::string>* seen) : Process(context), seen_(*seen) {}
  void on(const PartNote& note) { seen_.push_back(note.text + " of " + source().id.name()); }
  Result<std::string> on(const PartAsk& ask) {
    seen_.push_back(ask.text + " of " + source().id.name());
    return "re " + ask.text;
  }
  void on(const Down& down) { seen_.push_back("down " + down.reason.describe()); }
  void on(const Exit& exit) { seen_.push_back("exit " + exit.reason.describe()); }
  void terminate(const ExitReason& reason) override {
    seen_.push_back("ends " + reason.describe());
  }

 private:
  std::vector<std::string>& seen_;
};

class PartsTest : public ::testing::Test, public ProcessEvents, public Sender {
 protected:
  PartsTest() { links_.set_cluster(cluster_); }

  static NodeId id(int number) {
    return NodeId(fmt::format("node{}", number), fmt::format("10.0.0.{}", number), 4369);
  }
  Ref ref(const Incarnation& node, ProcessId process) {
    return Ref(node.id, node.boot, process, this);
  }
  Ref local(ProcessId process) { return ref(self_, process); }
  ProcessId spawn() { return *processes_.spawn(blueprint<PartProcess>(&seen_), {}); }
  // Lets processes run.
  void run_for(Duration duration = 1ms) { world_.run_until(world_.now() + duration); }
  std::vector<std::string> take_seen() { return std::exchange(seen_, {}); }

  // --- ProcessEvents ---
  std::unique_ptr<Context> make_context(ProcessId process) override {
    return std::make_unique<BareContext>(local(process), host_.loop(), log_, processes_);
  }
  void on_process_ended(ProcessId process, const ExitReason& reason) override {
    ended_.push_back(fmt::format("{} {}", process, reason.describe()));
  }
  void on_overflow(ProcessId process) override { overflowed_.push_back(process); }

  // --- Sender ---
  Result<void> cast(const Ref& to, TypeId type, Outgoing& message) override {
    return router_.cast(to, type, message);
  }
  Result<void> start_call(const Ref& to, TypeId type, Outgoing& message, Duration timeout,
                          PendingCall& call) override {
    return router_.start_call(to, type, message, timeout, call);
  }
  void abandon_call(PendingCall& call) override {
    router_.cancel(calls_.abandon(call, ErrorCode::cancelled));
  }
  Result<bool> start_cast(const Ref& to, TypeId type, Outgoing& message, Duration timeout,
                          PendingCast& cast) override {
    return router_.start_cast(to, type, message, timeout, cast);
  }
  void abandon_cast(PendingCast& cast) override { flow_.forget(cast.link, cast.ticket); }

  const Incarnation self_{id(1), 1001};
  const Incarnation other_{id(2), 2001};
  std::vector<std::string> seen_, ended_;
  std::vector<ProcessId> overflowed_;
  Options options_;
  Observer observer_;
  RecordingLog log_;
  sim::World world_{1};
  sim::Fabric fabric_{world_};
  sim::Host& host_ = (fabric_.add_machine(), fabric_.machine(0).start());
  FakeCluster cluster_;
  FakeLink link_{other_, LinkSerial{7}};
  Links links_{self_.id};
  Flow flow_{host_.loop(), 1000};
  Calls calls_{host_.loop(), options_, processes_, flow_, observer_};
  RefusedCasts refused_casts_{host_.loop(), log_, links_};
  Replies replies_{options_, links_, calls_, refused_casts_, *this};
  Processes processes_{self_, host_.loop(), options_, log_, replies_, *this, observer_};
  Delivery delivery_{host_.loop(), log_, processes_, replies_, refused_casts_, *this};
  Router router_{self_, options_, host_.loop(), links_, flow_, calls_, processes_, refused_casts_};
};

}  // namespace noex::tests
