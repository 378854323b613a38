// CrashPoints: kills a node exactly before or after it sends a certain message.
//
// Watches what processes write. Never ends a process itself: that is its owner's, at the same
// instant and in an event of its own; until then nothing of the process reaches anybody.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "noex/sim/scenario/scenario.h"
#include "noex/sim/world/fabric.h"

namespace noex::sim {

class CrashPoints final : public WriteWatch {
 public:
  // `kill` is told the step whose process has to die now. The fabric outlives this.
  CrashPoints(Fabric& fabric, std::function<void(const Step&)> kill);
  ~CrashPoints() override;
  CrashPoints(const CrashPoints&) = delete;
  CrashPoints& operator=(const CrashPoints&) = delete;

  // crash_before or crash_after, from now on; the step outlives this.
  void arm(const Step& step);
  // Nobody dies any more.
  void end_all();

  std::optional<std::size_t> dies_after(Host& host, ByteView bytes) override;

 private:
  struct Armed {
    const Step* step = nullptr;
    std::uint64_t run = 0;  // of the machine: another process than the one meant lives on
    Instant until{};
    std::int64_t left = 0;
  };

  struct Hit {
    const Step* step = nullptr;
    std::size_t end = 0;  // of the bytes that still leave
  };

  std::optional<Hit> find_hit(std::uint32_t machine, std::uint64_t run, ByteView bytes);

  Fabric& fabric_;
  const std::function<void(const Step&)> kill_;
  std::vector<Armed> armed_;
};

}  // namespace noex::sim
