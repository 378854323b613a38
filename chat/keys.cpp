#include "chat/keys.h"

#include <algorithm>
#include <utility>

#include "noex/transport/base/text.h"

namespace noex::chat {

namespace {

constexpr char escape = '\x1b';
constexpr char interrupt = '\x03';
constexpr std::string_view paste_begins = "\x1b[200~";
constexpr std::string_view paste_ends = "\x1b[201~";
// No terminal sends more; what never ends would be kept for ever.
constexpr std::size_t sequence_bytes_max = 64;

bool is_character(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return value >= 0x20 && value != 0x7f;
}

std::size_t character_length(std::string_view bytes) {
  std::string_view rest = bytes;
  if (take_character(rest)) return bytes.size() - rest.size();
  // Either the rest is on its way, or it will never be a character: passed on as it is.
  const auto lead = static_cast<unsigned char>(bytes.front());
  const std::size_t length = lead > 0xf4 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  const bool begun = lead >= 0xc2 && std::ranges::all_of(bytes.substr(1), [](char byte) {
                       return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
                     });
  return begun && length > bytes.size() ? 0 : 1;
}

// The length of the key at the front: one character, or an escape sequence. 0: its end is missing.
std::size_t key_length(std::string_view bytes) {
  if (bytes.front() != escape) return character_length(bytes);
  if (bytes.size() == 1) return 0;
  if (bytes[1] == escape) return 1;
  if (bytes[1] != '[' && bytes[1] != 'O') return 2;
  for (std::size_t i = 2; i < bytes.size(); ++i) {  // ECMA-48: parameters, then one final byte
    if (bytes[i] >= 0x40 && bytes[i] <= 0x7e) return i + 1;
    if (bytes[i] < 0x20 || i == sequence_bytes_max) return i;  // no sequence after all
  }
  return 0;
}

}  // namespace

std::size_t whole_keys(std::string_view bytes) {
  std::size_t whole = 0;
  while (whole < bytes.size()) {
    const std::size_t length = key_length(bytes.substr(whole));
    if (length == 0) break;
    whole += length;
  }
  return whole;
}

std::optional<KeyEvent> KeyReader::next() {
  if (pasting_) return next_of_paste();
  KeyEvent event;
  std::size_t end = 0;
  while (end < input_.size() && is_character(input_[end])) {
    const std::size_t length = key_length(std::string_view(input_).substr(end));
    if (length == 0) break;
    end += length;
  }
  if (end == 0 && !input_.empty() && !is_character(input_.front())) {
    event.kind = KeyEvent::Kind::key;
    end = key_length(input_);
  }
  if (end == 0) return std::nullopt;
  event.bytes = input_.substr(0, end);
  input_.erase(0, end);
  if (event.bytes != paste_begins) return event;
  pasting_ = true;
  paste_ = KeyEvent{KeyEvent::Kind::paste, {}, false};
  return next_of_paste();
}

void KeyReader::add_pasted(std::size_t count) {
  const std::size_t room = paste_bytes_max - paste_.bytes.size();
  paste_.cut = paste_.cut || count > room;
  paste_.bytes.append(input_, 0, std::min(count, room));
  input_.erase(0, count);
}

// Terminals leave control characters out of what they paste: Ctrl-C is the way out for whoever is
// in a paste whose end never comes.
std::optional<KeyEvent> KeyReader::next_of_paste() {
  const std::size_t end = input_.find(paste_ends);
  const std::size_t way_out = input_.substr(0, end).find(interrupt);
  if (way_out != std::string::npos) {
    input_.erase(0, way_out);
    pasting_ = false;
    return next();
  }
  if (end == std::string::npos) {
    std::size_t kept = std::min(input_.size(), paste_ends.size() - 1);
    while (!paste_ends.starts_with(std::string_view(input_).substr(input_.size() - kept))) --kept;
    add_pasted(input_.size() - kept);
    return std::nullopt;
  }
  add_pasted(end);
  input_.erase(0, paste_ends.size());
  pasting_ = false;
  return std::exchange(paste_, {});
}

}  // namespace noex::chat
