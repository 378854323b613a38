#include "noex/sim/program/interrupts.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "noex/sim/program/console.h"

namespace noex::sim {

namespace {

// But not those that are ignored: nohup, and shells without job control, want it so.
sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction now{};
    ::sigaction(signal, nullptr, &now);
    if (now.sa_handler != SIG_IGN) sigaddset(&set, signal);
  }
  return set;
}

}  // namespace

Interrupts::Interrupts() {
  const sigset_t set = ending_signals();
  sigprocmask(SIG_BLOCK, &set, &before_);
  file_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (file_ < 0) give_up(fmt::format("signalfd: {}", std::strerror(errno)));
}

Interrupts::~Interrupts() {
  let_next_one_end();
  ::close(file_);
}

bool Interrupts::came() const {
  pollfd file{file_, POLLIN, 0};
  return ::poll(&file, 1, 0) > 0;
}

int Interrupts::let_next_one_end() {
  int signal = 0;
  signalfd_siginfo seen;
  while (::read(file_, &seen, sizeof seen) > 0) signal = static_cast<int>(seen.ssi_signo);
  sigprocmask(SIG_SETMASK, &before_, nullptr);
  return signal;
}

void end_with_parent(int parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it ended before that
}

}  // namespace noex::sim
