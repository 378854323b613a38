#include "noex/sim/program/console.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "noex/sim/program/options.h"

namespace noex::sim {

namespace {

[[noreturn]] void give_up_writing() {
  const int reason = errno;
  put_error(fmt::format("sim: standard output: {}\n", std::strerror(reason)));
  ::_exit(exit_usage);
}

}  // namespace

void give_up(std::string_view text) {
  flush();
  put_error(fmt::format("sim: {}\n", text));
  ::_exit(exit_usage);
}

void put(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) give_up_writing();
}

void put_error(std::string_view text) {
  (void)std::fwrite(text.data(), 1, text.size(), stderr);
  (void)std::fflush(stderr);
}

void flush() {
  if (std::fflush(stdout) != 0) give_up_writing();
}

// For reading only: what is written there fails, and that is told.
void hold_standard_files() {
  for (const int file : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(file, F_GETFD) < 0 && errno == EBADF) (void)::open("/dev/null", O_RDONLY);
  }
}

}  // namespace noex::sim
