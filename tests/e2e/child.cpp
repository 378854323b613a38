#include "tests/e2e/child.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace noex::tests {

namespace {

// Far more than anything takes, also under a sanitizer on a busy machine.
constexpr int patience_ms = 30'000;

// Where the cursor went back to redraw, what stood before is not seen any more.
std::string as_seen(std::string line) {
  const std::size_t cleared = line.rfind("\x1b[J");
  if (cleared != std::string::npos) line.erase(0, cleared + 3);
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\x1b' && i + 1 < line.size() && line[i + 1] == '[') {
      i = line.find_first_of("ABCDGHJKPm@h ln", i + 2);
      if (i == std::string::npos) break;
    } else if (line[i] != '\r') {
      out += line[i];
    }
  }
  return out;
}

[[noreturn]] void become(const std::string& path, const std::vector<std::string>& arguments) {
  std::vector<char*> argv = {const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::setenv("TERM", "xterm", 1);
  ::setenv("NO_COLOR", "1", 1);
  ::setenv("XDG_STATE_HOME", "/dev/null/none", 1);  // no history of whoever runs the tests
  ::execv(path.c_str(), argv.data());
  ::_exit(127);
}

}  // namespace

std::string built(std::string_view program) {
  return fmt::format("{}/{}", NOEX_BIN_DIR, program);
}

Child::Child(std::string_view program, std::vector<std::string> arguments, Stdio stdio)
    : stdio_(stdio) {
  const std::string path = program.starts_with('/') ? std::string(program) : built(program);
  if (stdio == Stdio::terminal) {
    winsize size{.ws_row = 50, .ws_col = 200, .ws_xpixel = 0, .ws_ypixel = 0};
    pid_ = ::forkpty(&output_, nullptr, nullptr, &size);
    if (pid_ == 0) become(path, arguments);
    input_ = output_;
    ::fcntl(output_, F_SETFD, FD_CLOEXEC);
    return;
  }
  int in[2];
  int out[2];
  int err[2];
  if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0) {
    std::abort();
  }
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(in[0], STDIN_FILENO);
    ::dup2(out[1], STDOUT_FILENO);
    ::dup2(err[1], STDERR_FILENO);
    become(path, arguments);
  }
  for (const int used : {in[0], out[1], err[1]}) ::close(used);
  input_ = in[1];
  output_ = out[0];
  error_output_ = err[0];
}

Child::~Child() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (input_ != output_ && input_ >= 0) ::close(input_);
  if (output_ >= 0) ::close(output_);
  if (error_output_ >= 0) ::close(error_output_);
}

void Child::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(input_, bytes.data(), bytes.size());
    if (count < 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void Child::type(std::string_view line) {
  write(fmt::format("{}{}", line, stdio_ == Stdio::terminal ? '\r' : '\n'));
}

void Child::close_input() {
  ::close(input_);
  input_ = -1;
}

void Child::signal(int number) {
  ::kill(pid_, number);
}

void Child::add(std::string_view bytes) {
  raw_.append(bytes);
  for (const char byte : bytes) {
    if (byte != '\n') {
      partial_ += byte;
      continue;
    }
    lines_.push_back(as_seen(std::exchange(partial_, {})));
  }
}

bool Child::read_some() {
  pollfd polled[2] = {{output_, POLLIN, 0}, {error_output_, POLLIN, 0}};
  const int ready = ::poll(polled, error_output_ >= 0 ? 2 : 1, patience_ms);
  if (ready <= 0) return ready < 0 && errno == EINTR;
  char bytes[65536];
  bool read = false;
  for (const pollfd& each : polled) {
    if (each.fd < 0 || each.revents == 0) continue;
    const ssize_t count = ::read(each.fd, bytes, sizeof bytes);
    if (count > 0) {
      read = true;
      const std::string_view view(bytes, static_cast<std::size_t>(count));
      if (each.fd == error_output_) {
        errors_.append(view);
      } else {
        add(view);
      }
    } else if (each.fd == error_output_) {
      ::close(error_output_);
      error_output_ = -1;
      read = true;
    }
  }
  return read;
}

bool Child::wait_for(std::string_view part) {
  for (std::size_t at = passed_;; ++at) {
    while (at == lines_.size()) {
      if (!read_some()) return false;
    }
    if (lines_[at].find(part) == std::string::npos) continue;
    passed_before_ = passed_;
    passed_ = at + 1;
    return true;
  }
}

bool Child::wait_for_all(const std::vector<std::string>& parts) {
  const auto seen = [this](const std::string& part) {
    return std::ranges::any_of(
        lines_, [&part](const std::string& line) { return line.find(part) != std::string::npos; });
  };
  while (!std::ranges::all_of(parts, seen)) {
    if (!read_some()) return false;
  }
  return true;
}

bool Child::wait_for_last(std::string_view about, std::string_view part) {
  for (;;) {
    const auto last = std::ranges::find_if(
        lines_.rbegin(), lines_.rend(),
        [about](const auto& line) { return line.find(about) != std::string::npos; });
    if (last != lines_.rend() && last->find(part) != std::string::npos) return true;
    if (!read_some()) return false;
  }
}

bool Child::wait_for_raw(std::string_view bytes) {
  for (;;) {
    const std::size_t found = raw_.find(bytes, raw_passed_);
    if (found != std::string::npos) {
      raw_passed_ = found + bytes.size();
      return true;
    }
    if (!read_some()) return false;
  }
}

std::string Child::passed() const {
  std::string all;
  for (std::size_t i = passed_before_; i < passed_; ++i) all += fmt::format("{}\n", lines_[i]);
  return all;
}

std::optional<int> Child::wait() {
  while (read_some()) {
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
  int status = 0;
  while (::waitpid(pid_, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > deadline) return std::nullopt;
    ::poll(nullptr, 0, 1);
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ::close(fd);
  return ntohs(address.sin_port);
}

}  // namespace noex::tests
