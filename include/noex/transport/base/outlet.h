// Outlet: where bytes leave the program: a terminal, a pipe, a file. Part of the seam to the
// outside.
//
// Any of them can stand still for as long as it likes (Ctrl-S, a reader that sleeps, a disk that is
// gone), and a node that waited for it would be taken for dead. So nobody waits: whoever writes
// asks whether the outlet is ready, keeps what it has to say meanwhile, and bounds that.
// Implementations: AsioWriter (asio_writer.h).
#pragma once

#include <string>

namespace noex {

class Outlet {
 public:
  virtual ~Outlet() = default;

  // What was written last has left, or has failed.
  virtual bool ready() const = 0;
  // Takes the bytes and returns at once. Only when ready.
  virtual void write(std::string bytes) = 0;
  // Waits a moment until it is ready: for a program that is about to be stopped, and no other.
  virtual void settle() = 0;
};

}  // namespace noex
