// Child: a real program on a pseudo-terminal or on pipes, and what it printed.
//
// Nothing sleeps: every wait is a poll() for output or the end, with a generous deadline.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace noex::tests {

enum class Stdio : std::uint8_t { terminal, pipes };

class Child {
 public:
  // `arguments` without the program, which is found where the build put it, or by its whole path.
  Child(std::string_view program, std::vector<std::string> arguments, Stdio stdio);
  ~Child();  // kills it, if it still runs
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void write(std::string_view bytes);
  // A line as typed: on a terminal with the key that ends it.
  void type(std::string_view line);
  void close_input();
  void signal(int number);

  // True once a line that contains `part` is complete; those up to it are then passed. False at
  // the deadline or the end.
  bool wait_for(std::string_view part);
  // True once each of these was in some line, passed or not, in any order.
  bool wait_for_all(const std::vector<std::string>& parts);
  // True once the last of the lines that contain `about` contains `part` too, passed or not.
  bool wait_for_last(std::string_view about, std::string_view part);
  // True once the raw output since the last call contains `bytes`: for what is not a whole line.
  bool wait_for_raw(std::string_view bytes);
  // All complete lines so far as a user sees them: without escape codes and redrawn prompts.
  const std::vector<std::string>& lines() const { return lines_; }
  // What wait_for() has passed over last, with the line that it found.
  std::string passed() const;
  // What was printed to standard error; only on pipes, after the end.
  const std::string& errors() const { return errors_; }

  // The exit status, or 128 + the signal that ended it; nullopt at the deadline.
  std::optional<int> wait();
  pid_t pid() const { return pid_; }

 private:
  // Reads what is there, waiting until there is something. False at the end or the deadline.
  bool read_some();
  void add(std::string_view bytes);

  const Stdio stdio_;
  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  int error_output_ = -1;
  std::string raw_;
  std::size_t raw_passed_ = 0;
  std::string partial_;
  std::vector<std::string> lines_;
  std::size_t passed_ = 0;
  std::size_t passed_before_ = 0;
  std::string errors_;
};

// Where the build put a program.
std::string built(std::string_view program);

// A port that was free a moment ago.
std::uint16_t free_port();

}  // namespace noex::tests
