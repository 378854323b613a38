// Terminal: the line that the user types, and what is shown above it.
//
// Owns the terminal's mode while it exists, and puts it back on every way out: destruction, close()
// and the stop by Ctrl-Z. Never waits: bytes are read when there are some, and what is to be shown
// is kept, within bounds, while the outlet is not ready. A line that was typed is one of the lines
// that are shown; the one that is being typed is drawn anew below them, once for all that is there.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "chat/completion.h"
#include "chat/keys.h"
#include "noex/transport/base/error.h"
#include "noex/transport/base/outlet.h"

namespace noex::chat {

// The line as it is shown with colours: who came and went is told apart from what was said, and
// users from each other.
std::string coloured(std::string_view line);

struct TerminalEvents {
  std::function<void(std::string)> on_line;
  std::function<void()> on_end;         // Ctrl-D or a second Ctrl-C, or the terminal is gone
  std::function<KnownNames()> names{};  // for completion; none: it knows commands alone
};

struct TerminalOptions {
  int fd = 0;  // the terminal: read from, and asked for its mode and size
  bool colours = false;
  std::vector<std::string> history{};  // of sessions before, the oldest first
  std::size_t waiting_bytes_max = 256 * 1024;
};

class Terminal {
 public:
  // The locale is set, with UTF-8. The outlet leads to the same terminal and outlives it.
  // Errors: system.
  [[nodiscard]] static Result<std::unique_ptr<Terminal>> open(TerminalOptions options,
                                                              TerminalEvents events,
                                                              Outlet& outlet);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // Shows a line above the prompt; what is half typed stays.
  void show(std::string_view line);
  // Takes the prompt away and restores the terminal; lines shown after that are plain output.
  void close();
  // The outlet is ready again; to be called each time.
  void on_ready();
  // Nothing waits to be shown.
  bool idle() const;
  // Lines that were entered, the oldest first; bounded.
  const std::vector<std::string>& entered() const;

  // Looks whether another program has the terminal now. While it has, input is not to be watched,
  // and this is to be asked again and again: no signal says when it is over.
  bool away();

  // Readable when on_input() is to be called; one read(2) a call.
  int input_fd() const;
  void on_input();
  // The same for stop, continue and a changed window.
  int signal_fd() const;
  void on_signal();

 private:
  struct Impl;
  explicit Terminal(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace noex::chat
