// World: true time, one queue of events, and the fingerprint of a run.
//
// Everything that happens in a simulation is an event from this queue, ordered by time and then by
// when it was scheduled; nothing waits in real time. A run is a function of the seed and of what is
// scheduled: there are only integers, and no order of pointers or hashes. The world knows nothing
// of machines and bytes; those are Fabric's ("noex/sim/world/fabric.h").
//
//   World world(42);
//   Fabric fabric(world);               // machines and the network between them
//   Machine& a = fabric.add_machine();  // "node1", 10.0.0.1
//   Host& host = a.start();             // a process of it
//   Node node(config, host.loop(), host.network(), host.random("node"), log);
//   world.schedule(world.now() + 5s, EventKind::fault, no_host, [&] { a.pause(); });
//   world.run_until(world.now() + 60s);
//   a.crash();  // first the process ends, then the objects in it
//   fmt::print("{:016x}\n", world.fingerprint());
//
// A World outlives its Fabric, and that outlives every object that uses one of its hosts. One
// thread for each world; worlds share nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "noex/sim/world/event_queue.h"
#include "noex/sim/world/faults.h"
#include "noex/transport/base/bytes.h"
#include "noex/transport/base/random.h"
#include "noex/transport/base/time.h"
#include "noex/transport/loop.h"

namespace noex::sim {

// What kind of event it is. The numbers are a part of the fingerprint and never change.
enum class EventKind : std::uint8_t {
  task = 0,       // work given to a process: an operation, or a post from outside a turn
  timer = 1,      // a timer of a process
  fault = 2,      // a fault begins or ends
  handshake = 3,  // a connection is being made
  bytes = 4,      // a segment arrives
  kernel = 5,     // what the system does by itself: credit, retransmission, time-outs, resets
  check = 6,      // a look from outside
};
// Its name, for people; valid for ever.
std::string_view describe(EventKind kind);

// Instead of a machine's number: the event belongs to no machine.
inline constexpr std::uint32_t no_host = 0xffffffff;

// Names an event for cancelling; never reused. 0: no event.
using EventId = std::uint64_t;

// One line of the trace.
struct TraceEvent {
  Instant time;                      // true time
  std::uint32_t host = no_host;      // the machine that it belongs to
  EventKind kind = EventKind::task;  // of what kind
  std::string_view text;             // for people; valid during the call
};

// Whose turn an event is.
class EventOwner {
 public:
  virtual ~EventOwner() = default;
  // Whether the event has to wait: then the owner gives it to World::requeue() later.
  virtual bool defers(EventId event) = 0;
  // Runs the task of the event as a turn of its own.
  virtual void run(Task& task) = 0;
};

// See the top of this file.
class World {
 public:
  // The same seed, and the same calls, give the same run.
  explicit World(std::uint64_t seed);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // True time, which begins with Instant{}; a process sees its machine's clocks instead.
  Instant now() const { return now_; }
  // The seed that it was made with.
  std::uint64_t seed() const { return seed_; }
  // The same (seed, label, number) always gives the same stream.
  Random random(std::string_view label, std::uint64_t number = 0) const;

  // Runs `task` at the true time `at`; if that has passed, at once, but never inside this call.
  // `host`: the machine that it belongs to. With an owner, which must outlive it, it is a turn.
  EventId schedule(Instant at, EventKind kind, std::uint32_t host, Task task,
                   EventOwner* owner = nullptr);
  // Destroys the task without running it. False: it has run already, or there is no such event.
  bool cancel(EventId event);
  // Destroys all tasks of an owner, deferred ones too.
  void cancel_all(const EventOwner& owner);
  // Queues a deferred event again, at `at`. False: it was cancelled meanwhile.
  bool requeue(EventId event, Instant at);
  // How many events of this owner have not run yet.
  std::uint64_t pending(const EventOwner& owner) const;

  // Takes one event. False: there is none.
  bool step();
  // Takes every event up to and including `end`; then now() == end, unless it was stopped.
  void run_until(Instant end);
  // Takes events until none is queued, or it is stopped.
  void run();
  // Ends run_until() and run() after the current event, for good: a checker has found a violation.
  void stop() { stopped_ = true; }
  // Whether stop() was called.
  bool stopped() const { return stopped_; }

  // How many events were taken.
  std::uint64_t events() const { return events_; }
  // The machine of the event that was taken last.
  std::uint32_t event_host() const { return event_host_; }
  // A hash over the time, machine, kind and bytes of every event, and over what mix() adds. Runs
  // that differ in anything have different fingerprints; the same commit and seed always give the
  // same one, with every compiler.
  std::uint64_t fingerprint() const;
  // Adds a number to the fingerprint.
  void mix(std::uint64_t word);
  // Adds bytes to it, such as a line that a user saw.
  void mix(ByteView bytes);
  // Adds bytes of a kind to it.
  void mix(std::string_view label, ByteView bytes);

  // Counts a hit of a fault: on the machine `from`, or between two machines.
  void hit(FaultKind kind, std::uint32_t from = no_host, std::uint32_t to = no_host) {
    ++hits_[static_cast<std::size_t>(kind)];
    if (on_hit_) on_hit_(kind, from, to);
  }
  // How often that kind has hit.
  std::uint64_t hits(FaultKind kind) const { return hits_[static_cast<std::size_t>(kind)]; }
  // How often each kind has hit.
  FaultHits hits() const { return hits_; }

  // Is called with each hit; where it has no place, with no_host.
  using OnHit = std::function<void(FaultKind, std::uint32_t from, std::uint32_t to)>;
  // Sets who is told of hits: one, kept as long as the world.
  void set_on_hit(OnHit hook) { on_hit_ = std::move(hook); }

  // Calls `hook` after every event: for checkers. One, kept as long as the world.
  void set_after_event(std::function<void()> hook) { after_event_ = std::move(hook); }
  // Gives every event to `sink` as a line of text. One, kept as long as the world.
  void set_trace(std::function<void(const TraceEvent&)> sink) { trace_ = std::move(sink); }
  // Whether there is a sink: to be asked before a text is made, so that no sink costs nothing.
  bool tracing() const { return static_cast<bool>(trace_); }
  // Adds a line to the trace; it is no part of the fingerprint.
  void trace(std::uint32_t host, EventKind kind, std::string_view text);

 private:
  struct Event {
    Task task;
    EventId id = 0;           // 0: the slot is free
    std::uint64_t order = 0;  // its key in the queue; 0: deferred
    EventOwner* owner = nullptr;
    std::uint32_t host = no_host;
    EventKind kind = EventKind::task;
  };

  Event* find(EventId event);
  std::uint64_t next_order(std::uint64_t slot);
  void release(std::uint64_t slot);
  bool drop_stale();
  void take_next();
  void take(std::uint64_t slot);
  void compact();

  const std::uint64_t seed_;
  Instant now_{};
  EventQueue queue_;
  std::vector<Event> events_by_slot_;
  std::vector<std::uint32_t> free_slots_;
  std::uint64_t sequence_ = 0;
  std::uint64_t stale_ = 0;  // keys in the queue whose event was cancelled
  std::uint64_t events_ = 0;
  std::uint32_t event_host_ = no_host;
  std::uint64_t hash_ = 0;
  bool stopped_ = false;
  FaultHits hits_{};
  OnHit on_hit_;
  std::function<void()> after_event_;
  std::function<void(const TraceEvent&)> trace_;
};

}  // namespace noex::sim
