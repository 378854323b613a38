// WriteWatch: who is asked before a process's bytes reach its system, and may end the process
// there.
#pragma once

#include <cstddef>
#include <optional>

#include "noex/transport/base/bytes.h"

namespace noex::sim {

class Host;

// See the top of this file.
class WriteWatch {
 public:
  virtual ~WriteWatch() = default;
  // Nothing: go on. A number: the process dies right after as many of the bytes; nothing that it
  // does from now on leaves it, and whoever says so ends it (Machine::crash) at this instant, in
  // an event of its own.
  virtual std::optional<std::size_t> dies_after(Host& host, ByteView bytes) = 0;
};

}  // namespace noex::sim
