#include "noex/sim/text/output_file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "noex/transport/base/text.h"

namespace noex::sim {

namespace {

constexpr mode_t mode = 0666;  // less the umask

std::unexpected<Error> refuse(const std::string& path, std::string_view reason) {
  return fail(ErrorCode::system, fmt::format("{}: {}", visible(path), reason));
}

std::unexpected<Error> refuse(const std::string& path, int reason) {
  return refuse(path, std::strerror(reason));
}

// Names that stand for something open, which is written to and not replaced.
bool is_device(const std::string& path, const struct stat& status) {
  return !S_ISREG(status.st_mode) || path.starts_with("/dev/") || path.starts_with("/proc/");
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string beside(const std::string& path) {
  return fmt::format("{}.{}.part", path, ::getpid());
}

// Whether a file can be made there; 0, or why not.
int try_out(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, mode);
  if (file < 0) return errno;
  ::close(file);
  (void)::unlink(path.c_str());
  return 0;
}

// Where a link leads is where the file is.
std::string resolved(const std::string& path) {
  char* const real = ::realpath(path.c_str(), nullptr);
  if (real == nullptr) return path;
  std::string text(real);
  std::free(real);
  return text;
}

}  // namespace

std::unexpected<Error> OutputFile::failure(int reason) const {
  return refuse(path_, reason);
}

Result<OutputFile> OutputFile::create(const std::string& path, bool force) {
  if (path.empty()) return fail(ErrorCode::system, "a file needs a name");
  struct stat status{};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (!exists && errno != ENOENT) return refuse(path, errno);
  if (exists && S_ISDIR(status.st_mode)) return refuse(path, EISDIR);
  if (exists && is_device(path, status)) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0) return refuse(path, errno);
    return OutputFile(path, force, Kind::device, ::fdopen(file, "w"));
  }
  if (exists && !force) return refuse(path, "exists already; --force overwrites it");
  if (path.ends_with('/')) return refuse(path, EISDIR);
  std::string real = exists ? resolved(path) : path;
  const std::string folder = folder_of(real);
  int file = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
  if (file >= 0) return OutputFile(std::move(real), force, Kind::unnamed, ::fdopen(file, "w"));
  // Not every file system has files without names.
  if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL) return refuse(path, errno);
  if (const int reason = try_out(beside(real)); reason != 0) return refuse(path, reason);
  file = ::memfd_create("output", MFD_CLOEXEC);
  if (file < 0) return refuse(path, errno);
  return OutputFile(std::move(real), force, Kind::in_memory, ::fdopen(file, "w"));
}

void OutputFile::write(std::string_view text) {
  if (text.empty() || error_ != 0) return;
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) error_ = errno;
}

Result<void> OutputFile::commit() {
  if (error_ == 0 && std::fflush(file_.get()) != 0) error_ = errno;
  if (error_ != 0) return failure(error_);
  Result<void> named;
  if (kind_ != Kind::device) named = give_name(::fileno(file_.get()));
  if (std::fclose(file_.release()) != 0 && named) return failure(errno);
  return named;
}

// A name that is new cannot hit anything; that of a file which is there is taken over at once.
Result<void> OutputFile::give_name(int file) const {
  const std::string own = fmt::format("/proc/self/fd/{}", file);
  const auto link_as = [&](const std::string& name) -> Result<void> {
    if (kind_ == Kind::in_memory) return copy_to(name, file);
    if (::linkat(AT_FDCWD, own.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0) return {};
    if (errno == ENOENT && ::access("/proc/self/fd", X_OK) != 0) return copy_to(name, file);
    return failure(errno);
  };
  if (!force_) return link_as(path_);
  const std::string part = beside(path_);
  (void)::unlink(part.c_str());
  if (Result<void> linked = link_as(part); !linked) return linked;
  if (::rename(part.c_str(), path_.c_str()) == 0) return {};
  const int reason = errno;
  (void)::unlink(part.c_str());
  return failure(reason);
}

Result<void> OutputFile::copy_to(const std::string& name, int file) const {
  const int to = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (to < 0) return failure(errno);
  int reason = 0;
  off_t from = 0;
  const off_t end = ::lseek(file, 0, SEEK_END);
  while (from < end && reason == 0) {
    const ssize_t copied = ::sendfile(to, file, &from, static_cast<std::size_t>(end - from));
    if (copied <= 0 && errno != EINTR) reason = copied == 0 ? EIO : errno;
  }
  if (::close(to) != 0 && reason == 0) reason = errno;
  if (reason == 0) return {};
  (void)::unlink(name.c_str());
  return failure(reason);
}

Result<void> write_output(const std::string& path, bool force, std::string_view text) {
  Result<OutputFile> file = OutputFile::create(path, force);
  if (!file) return std::unexpected(file.error());
  file->write(text);
  return file->commit();
}

}  // namespace noex::sim
