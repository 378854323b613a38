// KeyReader: from the bytes of a terminal to what the user did: text, keys, pastes.
//
// Never waits: the beginning of a key or of a character is kept until its end has come. What stands
// between the marks of a bracketed paste is one event, so that nobody takes it for keys. Bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace noex::chat {

// How many of these bytes are whole keys and characters.
std::size_t whole_keys(std::string_view bytes);

struct KeyEvent {
  enum class Kind : std::uint8_t {
    text,   // characters, one or more; UTF-8
    key,    // a control character or an escape sequence
    paste,  // what was between the marks
  };
  Kind kind = Kind::text;
  std::string bytes = {};
  bool cut = false;  // a paste: there was more than paste_bytes_max
};

class KeyReader {
 public:
  static constexpr std::size_t paste_bytes_max = 64 * 1024;

  void add(std::string_view bytes) { input_.append(bytes); }
  // The next event, if its end is there.
  std::optional<KeyEvent> next();

 private:
  std::optional<KeyEvent> next_of_paste();
  void add_pasted(std::size_t count);

  std::string input_;
  KeyEvent paste_;
  bool pasting_ = false;
};

}  // namespace noex::chat
