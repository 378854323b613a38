#include "chat/tty.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace noex::chat {

// At once, and not after what is on its way to a terminal that may stand still.
bool Tty::take() {
  if (!taken_ && ::tcgetattr(fd_, &former_) != 0) return false;
  termios mode = former_;
  mode.c_iflag &= ~static_cast<tcflag_t>(ISTRIP | INLCR | IGNCR | ICRNL);
  mode.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ECHONL | IEXTEN);
  mode.c_lflag |= ISIG;
  mode.c_oflag |= OPOST | ONLCR;
  mode.c_cc[VMIN] = 1;
  mode.c_cc[VTIME] = 0;
  mode.c_cc[VINTR] = _POSIX_VDISABLE;
  taken_ = ::tcsetattr(fd_, TCSANOW, &mode) == 0;
  return taken_;
}

void Tty::restore() {
  if (!taken_ || is_others()) return;
  taken_ = false;
  ::tcsetattr(fd_, TCSANOW, &former_);
}

// Where it fails the terminal is gone, which reading says.
bool Tty::is_others() const {
  const pid_t owner = ::tcgetpgrp(fd_);
  return owner >= 0 && owner != ::getpgrp();
}

ScreenSize Tty::size() const {
  winsize size{};
  if (::ioctl(fd_, TIOCGWINSZ, &size) != 0) return {};
  const ScreenSize usual;
  return {size.ws_row > 0 ? size.ws_row : usual.rows,
          size.ws_col > 0 ? size.ws_col : usual.columns};
}

}  // namespace noex::chat
