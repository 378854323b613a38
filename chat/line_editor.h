// LineEditor: the line that is being typed: keys in, text and cursor out. Draws nothing.
//
// Buffer, keys, kill ring, undo and the walk through the history are libedit's. Its drawing is not
// used: it writes to the terminal where it stands, which a node cannot wait for, once a key, at a
// cost that grows with the square of the line; it loses a cell where wide characters are inserted;
// and it does not know what becomes of its rows when a window changes. So it works on a terminal
// of its own that nobody sees, a single row so wide that no line ever wraps, and LineView draws.
// For the same reason its incremental search and quoted insert are not bound: they wait for keys.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "noex/transport/base/error.h"

namespace noex::chat {

inline constexpr std::size_t line_bytes_max = 4096;  // nothing that is longer can be sent

class LineEditor {
 public:
  // `tty`: whose keys for erasing and killing hold. Errors: system.
  [[nodiscard]] static Result<std::unique_ptr<LineEditor>> open(int tty);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  std::u32string_view text() const;
  std::size_t cursor() const;  // in characters
  bool empty() const { return text().empty(); }

  // One whole key that is no character: a control character or an escape sequence. What is bound to
  // nothing does nothing.
  void key(std::string_view key);
  // At the cursor. False: not all of it, for the line would be longer than line_bytes_max.
  bool insert(std::u32string_view text);
  // The line is this, with the cursor at its end; it is cut at line_bytes_max.
  void replace(std::u32string_view text);
  // Characters before the cursor.
  void erase_before(std::size_t count);
  // The next line is empty, and the walk through the history begins at its end.
  void clear();

  // A line that was entered. One that equals the one before counts once.
  void remember(std::string_view line);
  // The oldest first; bounded.
  std::vector<std::string> history() const;

 private:
  struct Impl;
  explicit LineEditor(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

// Characters that are no UTF-8 become U+FFFD.
std::u32string decoded(std::string_view text);
std::string encoded(std::u32string_view text);
std::size_t encoded_size(std::u32string_view text);

}  // namespace noex::chat
