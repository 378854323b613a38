// Emulator: a terminal in memory (libvterm), and what a person would see on it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <vterm.h>

namespace noex::tests {

class Emulator {
 public:
  Emulator(int rows, int columns);
  Emulator(const Emulator&) = delete;
  Emulator& operator=(const Emulator&) = delete;

  // As a program writes: a line feed also goes to the first column.
  void feed(std::string_view bytes);
  void resize(int rows, int columns);
  // What the terminal has answered since the last call.
  std::string answers();

  // All that is to be seen, from the top: without blanks.
  std::u32string seen() const;
  std::string row(int row) const;
  int cursor_row() const;
  int cursor_column() const;
  // What stands under the cursor; 0: nothing.
  char32_t under_cursor() const;

 private:
  struct Free {
    void operator()(VTerm* terminal) const { ::vterm_free(terminal); }
  };
  VTermScreenCell cell(int row, int column) const;
  VTermPos cursor() const;

  int rows_;
  int columns_;
  std::unique_ptr<VTerm, Free> terminal_;
  VTermScreen* screen_;
};

}  // namespace noex::tests
