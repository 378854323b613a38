#include "chat/piped_input.h"

#include <utility>

namespace noex::chat {

void PipedInput::add(std::string_view part) {
  partial_.append(part.substr(0, line_bytes_max - partial_.size()));
}

void PipedInput::on_bytes(std::string_view bytes) {
  for (;;) {
    const std::size_t end = bytes.find('\n');
    add(bytes.substr(0, end));
    if (end == std::string_view::npos) return;
    lines_.push_back(std::exchange(partial_, {}));
    bytes.remove_prefix(end + 1);
  }
}

void PipedInput::on_end() {
  ended_ = true;
  if (!partial_.empty()) lines_.push_back(std::exchange(partial_, {}));
}

std::optional<std::string> PipedInput::next() {
  if (lines_.empty()) return std::nullopt;
  std::string line = std::move(lines_.front());
  lines_.pop_front();
  return line;
}

}  // namespace noex::chat
