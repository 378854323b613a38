#include "noex/sim/world/world.h"

#include <algorithm>
#include <bit>

#include <xxhash.h>

#include "noex/transport/base/check.h"

namespace noex::sim {

namespace {

// An order number is a sequence number and a slot: 2^24 events pending, 2^40 events in a run.
constexpr int slot_bits = 24;
constexpr std::uint64_t slot_mask = (std::uint64_t{1} << slot_bits) - 1;

}  // namespace

std::string_view describe(EventKind kind) {
  switch (kind) {
    case EventKind::task:
      return "task";
    case EventKind::timer:
      return "timer";
    case EventKind::fault:
      return "fault";
    case EventKind::handshake:
      return "handshake";
    case EventKind::bytes:
      return "bytes";
    case EventKind::kernel:
      return "kernel";
    case EventKind::check:
      return "check";
  }
  return "unknown";
}

World::World(std::uint64_t seed) : seed_(seed), hash_(seed) {}

Random World::random(std::string_view label, std::uint64_t number) const {
  return Random(seed_).split(label, number);
}

std::uint64_t World::next_order(std::uint64_t slot) {
  return (++sequence_ << slot_bits) | slot;
}

EventId World::schedule(Instant at, EventKind kind, std::uint32_t host, Task task,
                        EventOwner* owner) {
  std::uint64_t slot = 0;
  if (free_slots_.empty()) {
    slot = events_by_slot_.size();
    NOEX_CHECK(slot <= slot_mask, "{} events pending", slot);
    events_by_slot_.emplace_back();
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  const std::uint64_t order = next_order(slot);
  Event& event = events_by_slot_[slot];
  event.task = std::move(task);
  event.id = order;
  event.order = order;
  event.owner = owner;
  event.host = host;
  event.kind = kind;
  const Instant due = std::max(at, now_);
  queue_.push({static_cast<std::uint64_t>(due.time_since_epoch().count()), order});
  return order;
}

World::Event* World::find(EventId event) {
  const std::uint64_t slot = event & slot_mask;
  if (event == 0 || slot >= events_by_slot_.size()) return nullptr;
  Event& found = events_by_slot_[slot];
  return found.id == event ? &found : nullptr;
}

void World::release(std::uint64_t slot) {
  Event& event = events_by_slot_[slot];
  event.id = 0;
  event.order = 0;
  event.owner = nullptr;
  free_slots_.push_back(static_cast<std::uint32_t>(slot));
}

bool World::cancel(EventId id) {
  Event* event = find(id);
  if (event == nullptr) return false;
  if (event->order != 0) ++stale_;
  const Task doomed = std::move(event->task);  // its destructor may schedule and cancel
  release(id & slot_mask);
  compact();
  return true;
}

void World::cancel_all(const EventOwner& owner) {
  std::vector<EventId> doomed;
  for (const Event& event : events_by_slot_) {
    if (event.id != 0 && event.owner == &owner) doomed.push_back(event.id);
  }
  for (const EventId id : doomed) cancel(id);
}

std::uint64_t World::pending(const EventOwner& owner) const {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      events_by_slot_, [&](const Event& event) { return event.id != 0 && event.owner == &owner; }));
}

bool World::requeue(EventId id, Instant at) {
  Event* event = find(id);
  if (event == nullptr) return false;
  NOEX_CHECK(event->order == 0, "event {} is queued", id);
  event->order = next_order(id & slot_mask);
  const Instant due = std::max(at, now_);
  queue_.push({static_cast<std::uint64_t>(due.time_since_epoch().count()), event->order});
  return true;
}

// Cancelled events leave their keys behind; a queue that is mostly those is rebuilt.
void World::compact() {
  if (stale_ < 1024 || stale_ * 2 < queue_.size()) return;
  queue_.filter([this](const EventKey& key) {
    return events_by_slot_[key.order & slot_mask].order == key.order;
  });
  stale_ = 0;
}

// True if a live event is on top.
bool World::drop_stale() {
  while (!queue_.empty()) {
    const std::uint64_t order = queue_.top().order;
    if (events_by_slot_[order & slot_mask].order == order) return true;
    queue_.pop();
    --stale_;
  }
  return false;
}

bool World::step() {
  if (!drop_stale()) return false;
  take_next();
  return true;
}

void World::take_next() {
  const EventKey key = queue_.top();
  queue_.pop();
  now_ = Instant{Duration{static_cast<std::int64_t>(key.time)}};
  ++events_;
  take(key.order & slot_mask);
}

void World::take(std::uint64_t slot) {
  Event& event = events_by_slot_[slot];
  mix(static_cast<std::uint64_t>(now_.time_since_epoch().count()));
  mix((std::uint64_t{event.host} << 8) | static_cast<std::uint64_t>(event.kind));
  event.order = 0;
  event_host_ = event.host;
  if (event.owner != nullptr && event.owner->defers(event.id)) return;
  // The network describes its own events, with what it finds in them.
  if (tracing() && event.kind <= EventKind::timer) trace(event.host, event.kind, "");
  Task task = std::move(event.task);
  EventOwner* owner = event.owner;
  release(slot);
  if (owner != nullptr) {
    owner->run(task);
  } else {
    task();
  }
  if (after_event_) after_event_();
}

void World::run_until(Instant end) {
  const auto last = static_cast<std::uint64_t>(end.time_since_epoch().count());
  while (!stopped_ && drop_stale() && queue_.top().time <= last) take_next();
  if (!stopped_) now_ = std::max(now_, end);
}

void World::run() {
  while (!stopped_ && step()) {
  }
}

void World::mix(std::uint64_t word) {
  hash_ = std::rotl((hash_ ^ word) * 0x9e3779b97f4a7c15, 29);
}

void World::mix(ByteView bytes) {
  mix(XXH3_64bits(bytes.data(), bytes.size()));
  mix(bytes.size());
}

void World::mix(std::string_view label, ByteView bytes) {
  mix(label);
  mix(bytes);
}

std::uint64_t World::fingerprint() const {
  std::uint64_t value = hash_ ^ events_;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

void World::trace(std::uint32_t host, EventKind kind, std::string_view text) {
  if (trace_) trace_({now_, host, kind, text});
}

}  // namespace noex::sim
