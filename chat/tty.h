// Tty: the mode, the size and the owner of the terminal. Never waits, reads or writes.
#pragma once

#include <termios.h>

#include "chat/line_view.h"

namespace noex::chat {

class Tty {
 public:
  explicit Tty(int fd) : fd_(fd) {}
  // Puts the mode back.
  ~Tty() { restore(); }
  Tty(const Tty&) = delete;
  Tty& operator=(const Tty&) = delete;

  int fd() const { return fd_; }
  // Keys come one by one, Ctrl-C among them; the other keys that make signals go on doing so.
  // False: it is no terminal.
  bool take();
  // As it was found by take(); not if another program has the terminal: it would be stopped.
  void restore();
  // The mode is what another program made of it, and nothing of ours is left to be put back.
  void lose() { taken_ = false; }
  // Another program has the terminal now.
  bool is_others() const;
  ScreenSize size() const;

 private:
  const int fd_;
  termios former_{};
  bool taken_ = false;
};

}  // namespace noex::chat
