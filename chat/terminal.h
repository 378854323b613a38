// Terminal: the line that the user types, and what is shown above it.
//
// Owns the terminal's mode while it exists, and puts it back on every way out: destruction, close()
// and the stop by Ctrl-Z. Editing and history are libedit's. Never waits: bytes are read when there
// are some, and the beginning of a key (an escape alone) is kept back until its end has come.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "transport/base/error.h"

namespace noex::chat {

// How many of these bytes can be given to the editor: it would wait for the rest of a character or
// of a key otherwise.
std::size_t whole_keys(std::string_view bytes);

// The line as it is shown with colours: who came and went is told apart from what was said.
std::string coloured(std::string_view line);

struct TerminalEvents {
  std::function<void(std::string)> on_line;
  std::function<void()> on_end;  // Ctrl-D on an empty line, or the terminal is gone
};

class Terminal {
 public:
  // Standard input and output are a terminal. The locale is set, with UTF-8. Errors: system.
  [[nodiscard]] static Result<std::unique_ptr<Terminal>> open(TerminalEvents events, bool colours);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // Shows a line above the prompt; what is half typed stays.
  void show(std::string_view line);
  // Takes the prompt away and restores the terminal; lines shown after that are plain output.
  void close();

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
