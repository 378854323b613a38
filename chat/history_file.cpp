#include "chat/history_file.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chat/line_editor.h"
#include "noex/transport/base/text.h"

namespace noex::chat {

namespace {

constexpr std::size_t lines_max = 500;
// Some pages of it are read at a start; once it has that much, the oldest are dropped.
constexpr off_t file_bytes_max = 256 * 1024;
constexpr mode_t mode_of_file = 0600;

// Only a plain file: anything else could make us wait, or is not ours.
class File {
 public:
  File(const std::string& path, int flags)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, mode_of_file)) {
    struct stat about{};
    if (fd_ < 0 || (::fstat(fd_, &about) == 0 && S_ISREG(about.st_mode))) return;
    ::close(fd_);
    fd_ = -1;
  }
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int fd() const { return fd_; }

 private:
  int fd_;
};

std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all.append(line).push_back('\n');
  return all;
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

// Puts the latest lines in the place of all.
void drop_oldest(const std::string& path) {
  const std::vector<std::string> latest = load_history(path);
  const std::string fresh = fmt::format("{}.{}", path, ::getpid());
  {
    const File file(fresh, O_WRONLY | O_CREAT | O_EXCL);
    if (file.fd() < 0) return;
    write_all(file.fd(), joined(latest));
  }
  std::error_code ignored;
  std::filesystem::rename(fresh, path, ignored);
}

}  // namespace

std::string history_path(const char* state_home, const char* home) {
  const std::string_view state = state_home != nullptr ? state_home : "";
  if (state.starts_with('/')) return fmt::format("{}/noex/chat_history", state);
  const std::string_view own = home != nullptr ? home : "";
  if (own.starts_with('/')) return fmt::format("{}/.local/state/noex/chat_history", own);
  return {};
}

std::vector<std::string> load_history(const std::string& path) {
  std::vector<std::string> lines;
  const File file(path, O_RDONLY);
  if (file.fd() < 0) return lines;
  const off_t size = ::lseek(file.fd(), 0, SEEK_END);
  const off_t begin = std::max<off_t>(0, size - file_bytes_max);
  std::string text(static_cast<std::size_t>(std::max<off_t>(0, size - begin)), '\0');
  const ssize_t count = ::pread(file.fd(), text.data(), text.size(), begin);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, count)));
  std::string_view rest = text;
  if (begin > 0) rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string line = visible(rest.substr(0, end));
    if (!line.empty() && line.size() <= line_bytes_max) lines.push_back(std::move(line));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (lines.size() > lines_max) lines.erase(lines.begin(), lines.end() - lines_max);
  return lines;
}

void save_history(const std::string& path, const std::vector<std::string>& lines) {
  if (path.empty() || lines.empty()) return;
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code ignored;
  if (!std::filesystem::exists(folder, ignored)) {
    std::filesystem::create_directories(folder, ignored);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
  }
  off_t size = 0;
  {
    const File file(path, O_WRONLY | O_APPEND | O_CREAT);
    if (file.fd() < 0) return;
    ::fchmod(file.fd(), mode_of_file);
    write_all(file.fd(), joined(lines));
    size = ::lseek(file.fd(), 0, SEEK_END);
  }
  if (size > file_bytes_max) drop_oldest(path);
}

}  // namespace noex::chat
