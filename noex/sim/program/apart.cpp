#include "noex/sim/program/apart.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "noex/sim/program/console.h"
#include "noex/sim/program/options.h"
#include "noex/sim/program/runner.h"
#include "noex/sim/program/summary_codec.h"

namespace noex::sim {

namespace {

// A run takes milliseconds; one that takes this long goes round in circles.
constexpr unsigned seconds_max = 60;
// How the line of a failed NOEX_CHECK begins.
constexpr std::string_view broken_invariant = "broken invariant at ";

struct Child {
  Bytes said;
  int status = 0;
};

// Until the other end is closed. The first interrupt, if they are looked at, is told.
Bytes read_all(int pipe, const Interrupts* interrupts, const std::function<void()>& on_interrupt) {
  Bytes bytes;
  char buffer[4096];
  for (;;) {
    pollfd files[] = {{pipe, POLLIN, 0},
                      {interrupts != nullptr ? interrupts->file() : -1, POLLIN, 0}};
    if (::poll(files, std::size(files), -1) < 0) continue;
    if (files[1].revents != 0) {
      on_interrupt();
      interrupts = nullptr;
    }
    if (files[0].revents == 0) continue;
    const ssize_t count = ::read(pipe, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(count));
  }
}

// What was written to a file that nobody else has.
std::string contents(int file) {
  std::string text(static_cast<std::size_t>(::lseek(file, 0, SEEK_END)), '\0');
  const ssize_t count = ::pread(file, text.data(), text.size(), 0);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  return text;
}

// "broken invariant at noex/runtime/remote/calls.cpp:33: ...": the line that says it, if there is
// one.
std::string describe_death(int status, std::string_view errors) {
  const std::size_t from = errors.find(broken_invariant);
  if (from == errors.npos) return describe_end(status);
  return std::string(errors.substr(from, errors.find('\n', from) - from));
}

// work: in the child, with the pipe to say something by; does not return. on_interrupt: in the
// parent, with the child.
Child fork_and_wait(const std::function<void(int pipe)>& work, const Interrupts* interrupts,
                    const std::function<void(pid_t child)>& on_interrupt) {
  int ends[2];
  if (::pipe(ends) != 0) give_up(fmt::format("a pipe for the run: {}", std::strerror(errno)));
  flush();  // or both processes would write what is buffered
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) give_up(fmt::format("a process for the run: {}", std::strerror(errno)));
  if (child == 0) {
    end_with_parent(parent);
    ::close(ends[0]);
    work(ends[1]);
    ::_exit(1);
  }
  ::close(ends[1]);
  Child result{read_all(ends[0], interrupts, [&] { on_interrupt(child); }), 0};
  ::close(ends[0]);
  while (::waitpid(child, &result.status, 0) < 0 && errno == EINTR) {
  }
  return result;
}

}  // namespace

std::string describe_end(int status) {
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) return "the run does not end";
  if (WIFSIGNALED(status)) {
    return fmt::format("the run ended by signal {} ({})", WTERMSIG(status),
                       ::strsignal(WTERMSIG(status)));
  }
  return fmt::format("the run ended the process with code {}", WEXITSTATUS(status));
}

bool write_all(int file, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

int run_apart(const std::function<int()>& body,
              const std::function<int(const std::string& how)>& on_death, Interrupts& interrupts) {
  const auto work = [&body](int pipe) {
    const int code = body();
    flush();
    write_all(pipe, "done");
    std::exit(code);
  };
  const Child child = fork_and_wait(work, &interrupts, [&interrupts](pid_t process) {
    ::kill(process, interrupts.let_next_one_end());
  });
  if (!child.said.empty()) return WIFEXITED(child.status) ? WEXITSTATUS(child.status) : 1;
  // Ended from outside, or by what it has said itself.
  if (WIFSIGNALED(child.status) && WTERMSIG(child.status) == SIGPIPE) return 128 + SIGPIPE;
  if (WIFEXITED(child.status) && WEXITSTATUS(child.status) == exit_usage) return exit_usage;
  return on_death(describe_end(child.status));
}

std::optional<Violation> violation_apart(const Application& application, const Scenario& scenario,
                                         bool check, const Interrupts* interrupts) {
  const int errors = ::memfd_create("errors", MFD_CLOEXEC);
  if (errors < 0) give_up(fmt::format("memory for the run: {}", std::strerror(errno)));
  bool interrupted = false;
  const auto work = [&application, &scenario, check, errors](int pipe) {
    ::dup2(errors, STDERR_FILENO);
    ::alarm(seconds_max);
    const Stopwatch no_clock = [] { return Duration{0}; };
    const Bytes bytes = encode_summary(run_scenario(application, scenario, check, no_clock));
    ::_exit(write_all(pipe, bytes) ? 0 : 1);
  };
  const Child child = fork_and_wait(work, interrupts, [&interrupted](pid_t process) {
    interrupted = true;
    ::kill(process, SIGKILL);
  });
  const std::string written = contents(errors);
  ::close(errors);
  if (interrupted) return std::nullopt;
  const std::optional<RunSummary> summary = decode_summary(child.said, properties_of(application));
  if (!summary) return Violation{{}, Instant::max(), describe_death(child.status, written), true};
  if (summary->violations.empty()) return std::nullopt;
  return summary->violations.front();
}

}  // namespace noex::sim
