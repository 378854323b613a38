#include "noex/sim/run/crash_points.h"

#include <utility>

#include "noex/sim/scenario/send_point.h"

namespace noex::sim {

CrashPoints::CrashPoints(Fabric& fabric, std::function<void(const Step&)> kill)
    : fabric_(fabric), kill_(std::move(kill)) {}

CrashPoints::~CrashPoints() {
  fabric_.set_write_watch(nullptr);
}

void CrashPoints::arm(const Step& step) {
  const Machine& machine = fabric_.machine(step.node);
  const Instant until = fabric_.world().now() + step.lasts;
  armed_.push_back({&step, machine.runs(), until, step.amount});
  fabric_.set_write_watch(this);
}

void CrashPoints::end_all() {
  armed_.clear();
  fabric_.set_write_watch(nullptr);
}

std::optional<std::size_t> CrashPoints::dies_after(Host& host, ByteView bytes) {
  const Instant now = fabric_.world().now();
  std::erase_if(armed_, [now](const Armed& armed) { return armed.until < now; });
  if (armed_.empty()) {
    fabric_.set_write_watch(nullptr);
    return std::nullopt;
  }
  const std::uint32_t machine = host.machine().index();
  const auto hit = find_hit(machine, host.run(), bytes);
  if (!hit) return std::nullopt;
  fabric_.world().hit(FaultKind::crash_point);
  kill_(*hit->step);
  return hit->end;
}

// A channel writes whole frames only, so that every write begins with one.
std::optional<CrashPoints::Hit> CrashPoints::find_hit(std::uint32_t machine, std::uint64_t run,
                                                      ByteView bytes) {
  FrameDecoder decoder;
  decoder.set_established();
  decoder.push(bytes);
  std::size_t begin = 0;
  bool fragment = false;
  while (const auto frame = decoder.next()) {
    const std::size_t end = begin + frame_header_bytes + frame->payload.size();
    const std::string_view point = fragment ? std::string_view() : send_point_of(*frame);
    if (frame->lane == Lane::data) fragment = frame->more;
    for (Armed& armed : armed_) {
      const bool meant = armed.step->node == machine && armed.run == run;
      if (!meant || armed.step->text != point || --armed.left > 0) continue;
      armed.until = Instant{};
      return Hit{armed.step, armed.step->kind == StepKind::crash_before ? begin : end};
    }
    begin = end;
  }
  return std::nullopt;
}

}  // namespace noex::sim
