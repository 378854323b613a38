// World: true time, one queue of events, and the fingerprint of a run.
//
// Everything that happens in a simulation is an event taken from this queue, ordered by (time,
// order of scheduling); nothing waits in real time. The run is a function of the seed and of what
// is scheduled: integers only, no pointer order, no hash-map order. The world knows nothing of
// machines or bytes; those are in include/noex/sim/world/fabric.h.
//
//   World world(42);
//   Fabric fabric(world);                       // machines and the network between them
//   Machine& a = fabric.add_machine();          // "node1", 10.0.0.1
//   Host& host = a.start();                     // a process: host.loop(), host.network()
//   Node node(host.loop(), host.network(), ...);
//   world.schedule(world.now() + 5s, EventKind::fault, a.index(), [&] { fabric.cut(0, 1); });
//   world.run_until(world.now() + 60s);
//   a.crash();                                  // first the process, then the objects in it
//   fmt::print("{:016x}", world.fingerprint());
//
// Lifetime: World outlives Fabric, Fabric outlives every object that uses a host.
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

// Part of the fingerprint: numbers never change.
enum class EventKind : std::uint8_t {
  task = 0,       // work given to a process: an operation, or a post from outside a turn
  timer = 1,      // a timer of a process
  fault = 2,      // a fault begins or ends
  handshake = 3,  // a connection is being made
  bytes = 4,      // a segment arrives
  kernel = 5,     // what the system does by itself: credit, retransmission, time-outs, resets
  check = 6,      // a look from outside
};
std::string_view describe(EventKind kind);

// An event that belongs to nobody.
inline constexpr std::uint32_t no_host = 0xffffffff;

// Names an event for cancelling; never reused. 0 is no event.
using EventId = std::uint64_t;

struct TraceEvent {
  Instant time;
  std::uint32_t host = no_host;
  EventKind kind = EventKind::task;
  std::string_view text;  // valid during the call
};

// Whose turn an event is. The world asks it before and lets it run the task as a turn of its own.
class EventOwner {
 public:
  virtual ~EventOwner() = default;
  // True if the event has to wait: the owner then gives `event` to World::requeue() later.
  virtual bool defers(EventId event) = 0;
  virtual void run(Task& task) = 0;
};

class World {
 public:
  explicit World(std::uint64_t seed);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // True time, from Instant{} on; a process sees its machine's clocks instead.
  Instant now() const { return now_; }
  std::uint64_t seed() const { return seed_; }
  // The same (seed, label, number) always gives the same stream.
  Random random(std::string_view label, std::uint64_t number = 0) const;

  // Runs `task` at `at` (at once, but not inside this call, if that has passed).
  EventId schedule(Instant at, EventKind kind, std::uint32_t host, Task task,
                   EventOwner* owner = nullptr);
  // Destroys the task without running it; true if it had not run yet.
  bool cancel(EventId event);
  // Destroys all tasks of an owner, deferred ones too.
  void cancel_all(const EventOwner& owner);
  // Queues a deferred event again, at `at`; false if it was cancelled meanwhile.
  bool requeue(EventId event, Instant at);
  // Events of this owner that have not run yet.
  std::uint64_t pending(const EventOwner& owner) const;

  // Takes one event; false if there is none.
  bool step();
  // Takes every event up to and including `end`; then now() == end.
  void run_until(Instant end);
  // Until nothing is queued.
  void run();
  // Ends run_until() and run() after the current event (a checker found a violation).
  void stop() { stopped_ = true; }
  bool stopped() const { return stopped_; }

  // Events taken so far, and a hash over the time, host, kind and bytes of each, and over what
  // mix() adds: payloads, lines that a user saw.
  std::uint64_t events() const { return events_; }
  // Whose event was taken last.
  std::uint32_t event_host() const { return event_host_; }
  std::uint64_t fingerprint() const;
  void mix(std::uint64_t word);
  void mix(ByteView bytes);
  void mix(std::string_view label, ByteView bytes);

  // A fault has hit: on that machine, or on the way between the two, if it has a place.
  void hit(FaultKind kind, std::uint32_t from = no_host, std::uint32_t to = no_host) {
    ++hits_[static_cast<std::size_t>(kind)];
    if (on_hit_) on_hit_(kind, from, to);
  }
  std::uint64_t hits(FaultKind kind) const { return hits_[static_cast<std::size_t>(kind)]; }
  const FaultHits& hits() const { return hits_; }

  using OnHit = std::function<void(FaultKind, std::uint32_t from, std::uint32_t to)>;
  void set_on_hit(OnHit hook) { on_hit_ = std::move(hook); }

  // Called after every event, for checkers.
  void set_after_event(std::function<void()> hook) { after_event_ = std::move(hook); }
  // Gets every event as a line. Who has something to say asks tracing() first: no sink, no cost.
  void set_trace(std::function<void(const TraceEvent&)> sink) { trace_ = std::move(sink); }
  bool tracing() const { return static_cast<bool>(trace_); }
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
