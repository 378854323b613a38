// Send points: the kinds of messages that nodes send to each other, by name.
//
// Reads what a process writes with the product's own frame decoder, so that the product needs no
// hooks for it. Names are part of scenario files: they never change.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "noex/transport/base/bytes.h"
#include "noex/transport/frame.h"

namespace noex::sim {

struct SendPoint {
  std::string_view name;
  std::string_view what;
};

std::span<const SendPoint> send_points();
bool is_send_point(std::string_view name);

// Which message begins with that frame; empty: none that has a name. A further fragment of a
// message is none either, if the caller leaves it out.
std::string_view send_point_of(const Frame& frame);

}  // namespace noex::sim
