#include "tests/screen/emulator.h"

#include "noex/transport/base/text.h"

namespace noex::tests {

Emulator::Emulator(int rows, int columns)
    : rows_(rows),
      columns_(columns),
      terminal_(::vterm_new(rows, columns)),
      screen_(::vterm_obtain_screen(terminal_.get())) {
  ::vterm_set_utf8(terminal_.get(), 1);
  ::vterm_screen_reset(screen_, 1);
}

void Emulator::feed(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) {
    if (byte == '\n') out += '\r';
    out += byte;
  }
  ::vterm_input_write(terminal_.get(), out.data(), out.size());
}

void Emulator::resize(int rows, int columns) {
  rows_ = rows;
  columns_ = columns;
  ::vterm_set_size(terminal_.get(), rows, columns);
}

std::string Emulator::answers() {
  char bytes[256];
  return {bytes, ::vterm_output_read(terminal_.get(), bytes, sizeof bytes)};
}

VTermScreenCell Emulator::cell(int row, int column) const {
  VTermScreenCell cell{};
  ::vterm_screen_get_cell(screen_, VTermPos{row, column}, &cell);
  return cell;
}

std::u32string Emulator::seen() const {
  std::u32string all;
  for (int row = 0; row < rows_; ++row) {
    for (int column = 0; column < columns_; ++column) {
      for (const std::uint32_t c : cell(row, column).chars) {
        if (c == 0 || c == static_cast<std::uint32_t>(-1)) break;
        if (c != U' ') all.push_back(c);
      }
    }
  }
  return all;
}

std::string Emulator::row(int row) const {
  std::string text;
  for (int column = 0; column < columns_; ++column) {
    const std::uint32_t c = cell(row, column).chars[0];
    if (c != static_cast<std::uint32_t>(-1)) append_character(text, c == 0 ? U' ' : c);
  }
  text.resize(text.find_last_not_of(' ') + 1);
  return text;
}

VTermPos Emulator::cursor() const {
  VTermPos position{};
  ::vterm_state_get_cursorpos(::vterm_obtain_state(terminal_.get()), &position);
  return position;
}

int Emulator::cursor_row() const {
  return cursor().row;
}

int Emulator::cursor_column() const {
  return cursor().col;
}

char32_t Emulator::under_cursor() const {
  return cell(cursor().row, cursor().col).chars[0];
}

}  // namespace noex::tests
