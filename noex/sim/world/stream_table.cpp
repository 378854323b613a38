#include "noex/sim/world/stream_table.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace noex::sim {

namespace {

constexpr std::uint32_t last = std::numeric_limits<std::uint32_t>::max();

}  // namespace

// Random streams are keyed by who dials whom for which time, so that one connection more or less
// elsewhere changes nothing here.
Stream& StreamTable::fresh(std::uint32_t from, std::uint32_t to) {
  if (opened_.size() <= from) opened_.resize(from + 1);
  const std::uint64_t number =
      (std::uint64_t{from} << 48) | (std::uint64_t{to} << 32) | ++opened_[from];
  Stream stream(world_.random("latency out", number), world_.random("chunks out", number),
                world_.random("latency back", number), world_.random("chunks back", number));
  if (free_.empty()) {
    stream.slot = static_cast<std::uint32_t>(streams_.size());
    return streams_.emplace_back(std::move(stream));
  }
  Stream& used = *free_.back();
  free_.pop_back();
  stream.slot = used.slot;
  stream.generation = used.generation + 1;
  used = std::move(stream);
  return used;
}

EndRef StreamTable::add(std::uint32_t from, std::uint32_t to) {
  Stream& stream = fresh(from, to);
  stream.number = ++connections_;
  stream.ends[0].machine = from;
  stream.ends[1].machine = to;
  places_.emplace(from, to, stream.slot);
  places_.emplace(to, from, stream.slot);
  return {&stream, stream.generation, 0};
}

void StreamTable::remove(Stream& stream) {
  const std::uint32_t from = stream.ends[0].machine;
  const std::uint32_t to = stream.ends[1].machine;
  places_.erase({from, to, stream.slot});
  places_.erase({to, from, stream.slot});
  stream.live = false;
  free_.push_back(&stream);
}

std::vector<EndRef> StreamTable::ends_of(Place first, Place last_place) {
  std::vector<std::uint32_t> slots;
  const auto end = places_.upper_bound(last_place);
  for (auto at = places_.lower_bound(first); at != end; ++at) slots.push_back(std::get<2>(*at));
  std::ranges::sort(slots);
  std::vector<EndRef> ends;
  for (const std::uint32_t slot : slots) {
    for (std::uint32_t side = 0; side < 2; ++side) {
      ends.push_back({&streams_[slot], streams_[slot].generation, side});
    }
  }
  return ends;
}

std::vector<EndRef> StreamTable::between(std::uint32_t a, std::uint32_t b) {
  return ends_of({a, b, 0}, {a, b, last});
}

std::vector<EndRef> StreamTable::of_machine(std::uint32_t machine) {
  return ends_of({machine, 0, 0}, {machine, last, last});
}

std::uint64_t StreamTable::live() const {
  return static_cast<std::uint64_t>(std::ranges::count_if(streams_, [](const Stream& stream) {
    return stream.live &&
           (stream.ends[0].state == EndState::open || stream.ends[1].state == EndState::open);
  }));
}

}  // namespace noex::sim
