// The real program as a child of a test: what it says, and its exit code.
#pragma once

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace noex::sim::testing {

// A shell command in a process group of its own, as a terminal has it, that is read while it runs.
class Running {
 public:
  explicit Running(const std::string& command) {
    int ends[2];
    if (::pipe(ends) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::setpgid(0, 0);
      ::dup2(ends[1], STDOUT_FILENO);
      ::dup2(ends[1], STDERR_FILENO);
      ::close(ends[0]);
      ::close(ends[1]);
      ::execl("/bin/bash", "bash", "-c", command.c_str(), nullptr);
      ::_exit(127);
    }
    ::setpgid(pid_, pid_);
    ::close(ends[1]);
    pipe_ = ends[0];
  }
  ~Running() {
    if (pid_ > 0) ::kill(-pid_, SIGKILL);
    finish();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  // Until `end` was said; false: it ended before.
  bool read_until(std::string_view end) {
    while (text_.find(end) == std::string::npos) {
      if (!read_some()) return false;
    }
    return true;
  }
  // Ctrl-C.
  void interrupt() { ::kill(-pid_, SIGINT); }
  // Everything; afterwards code() and text() are complete.
  void finish() {
    if (pid_ < 0) return;
    while (read_some()) {
    }
    ::close(pipe_);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  int code() const { return code_; }
  const std::string& text() const { return text_; }
  bool has(std::string_view part) const { return text_.find(part) != std::string::npos; }

 private:
  bool read_some() {
    char buffer[4096];
    const ssize_t count = ::read(pipe_, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) return true;
    if (count <= 0) return false;
    text_.append(buffer, static_cast<std::size_t>(count));
    return true;
  }

  pid_t pid_ = -1;
  int pipe_ = -1;
  int code_ = -1;
  std::string text_;
};

struct Outcome {
  int code = -1;
  std::string text;

  bool has(std::string_view part) const { return text.find(part) != std::string::npos; }
};

// A line for the shell, run in a folder of the test's own.
inline Outcome shell(const std::string& folder, const std::string& line) {
  Running running(fmt::format("cd '{}' && {}", folder, line));
  running.finish();
  return {running.code(), running.text()};
}

inline std::string program(std::string_view name) {
  return fmt::format("{}/{}", NOEX_BIN_DIR, name);
}

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_file(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace noex::sim::testing
