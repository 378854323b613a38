#include "noex/transport/base/line_writer.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace noex {

void LineQueue::push(std::string line) {
  bytes_ += line.size() + 1;
  lines_.push_back(std::move(line));
  while (bytes_ > bytes_max_) {
    bytes_ -= lines_.front().size() + 1;
    lines_.pop_front();
    ++dropped_;
  }
}

std::string LineQueue::take() {
  std::string all;
  all.reserve(bytes_ + 64);
  if (const std::uint64_t dropped = std::exchange(dropped_, 0); dropped > 0) {
    all += fmt::format("... {} line{} dropped\n", dropped, dropped == 1 ? "" : "s");
  }
  for (const std::string& line : std::exchange(lines_, {})) all.append(line).push_back('\n');
  bytes_ = 0;
  return all;
}

void LineWriter::line(std::string line) {
  queue_.push(std::move(line));
  on_ready();
}

void LineWriter::on_ready() {
  if (queue_.empty() || !outlet_.ready()) return;
  std::string bytes = queue_.take();
  if (std::exchange(torn_, false)) bytes = fmt::format("\n{}", bytes);
  outlet_.write(std::move(bytes));
}

void LineWriter::on_lost(std::string_view unwritten, bool torn) {
  queue_.lose(static_cast<std::uint64_t>(std::ranges::count(unwritten, '\n')));
  torn_ = torn_ || torn;
}

}  // namespace noex
