// Outlet: where bytes leave the program: a terminal, a pipe, a file. Part of the seam to the
// outside.
//
// Any of them can stand still for as long as it likes (Ctrl-S, a reader that sleeps, a disk that is
// gone), and a node that waited for it would be taken for dead. So nobody waits: whoever writes
// asks whether the outlet is ready, and keeps a bounded amount meanwhile. Implementation:
// AsioWriter
// ("noex/transport/asio/asio_writer.h").
#pragma once

#include <string>

namespace noex {

// On one thread.
class Outlet {
 public:
  virtual ~Outlet() = default;

  // Whether what was written last has left, or has failed.
  virtual bool ready() const = 0;
  // Takes the bytes, and returns at once. Only when ready.
  virtual void write(std::string bytes) = 0;
  // Waits a moment for it to be ready: only for a program that is about to be stopped.
  virtual void settle() = 0;
};

}  // namespace noex
