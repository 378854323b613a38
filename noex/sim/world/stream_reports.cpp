#include "noex/sim/world/stream_reports.h"

#include <fmt/format.h>

#include "noex/sim/world/fabric.h"

namespace noex::sim {

TapEnd StreamReports::name(EndRef end) {
  return {end.stream->number, end.side, end.end().machine, end.other().end().machine};
}

void StreamReports::arrived(EndRef from, std::uint64_t bytes) const {
  if (tap_ != nullptr) [[unlikely]]
    tap_->on_arrived(name(from), bytes);
  if (world_.tracing()) trace(from, EventKind::bytes, fmt::format("{} bytes", bytes));
}

void StreamReports::trace(EndRef from, EventKind kind, std::string_view what) const {
  if (!world_.tracing()) return;
  const End& near = from.end();
  const End& far = from.other().end();
  world_.trace(far.machine, kind,
               fmt::format("{}:{} -> {}:{} {}", fabric_.machine(near.machine).name(), near.port,
                           fabric_.machine(far.machine).name(), far.port, what));
}

}  // namespace noex::sim
