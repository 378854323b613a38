// StreamReports: who listens to connections hears of them here: a tap, and the world's trace.
//
// Nobody listens in most runs; a report then costs one comparison.
#pragma once

#include <cstdint>
#include <string_view>

#include "noex/sim/world/stream.h"
#include "noex/sim/world/stream_tap.h"
#include "noex/sim/world/world.h"

namespace noex::sim {

class Fabric;

class StreamReports {
 public:
  StreamReports(World& world, Fabric& fabric) : world_(world), fabric_(fabric) {}

  void set_tap(StreamTap* tap) { tap_ = tap; }

  void written(EndRef from, ByteView bytes) const {
    if (tap_ != nullptr) [[unlikely]]
      tap_->on_written(name(from), bytes);
  }
  void sent(EndRef from, std::uint64_t bytes) const {
    if (tap_ != nullptr) [[unlikely]]
      tap_->on_sent(name(from), bytes);
  }
  void held(EndRef from) const {
    if (tap_ != nullptr) [[unlikely]]
      tap_->on_held(name(from));
  }
  void arrived(EndRef from, std::uint64_t bytes) const;
  void read(EndRef from, std::uint64_t bytes) const {
    if (tap_ != nullptr) [[unlikely]]
      tap_->on_read(name(from), bytes);
  }
  void gone(EndRef end) const {
    if (tap_ != nullptr) [[unlikely]]
      tap_->on_gone(name(end));
  }
  // A line of the trace: what came over the connection from that end to the other.
  void trace(EndRef from, EventKind kind, std::string_view what) const;

 private:
  static TapEnd name(EndRef end);

  World& world_;
  Fabric& fabric_;
  StreamTap* tap_ = nullptr;
};

}  // namespace noex::sim
