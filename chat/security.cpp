#include "chat/security.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace noex::chat {

namespace {

constexpr std::size_t file_bytes_max = 64 * 1024;  // of secrets, keys and chains alike

enum class Access { anybody, owner_only };

// Closes it, whatever happens.
class File {
 public:
  explicit File(const std::string& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int fd() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> wrong(std::string text) {
  return fail(ErrorCode::invalid_argument, std::move(text));
}

Result<Bytes> read_file(const std::string& path, Access access) {
  const File file(path);
  struct stat about{};
  if (file.fd() < 0 || ::fstat(file.fd(), &about) != 0) {
    return wrong(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  }
  if (!S_ISREG(about.st_mode)) return wrong(fmt::format("{} is no plain file", path));
  if (access == Access::owner_only && (about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return wrong(fmt::format("others can read or write {}: chmod 600 {}", path, path));
  }
  Bytes bytes;
  char buffer[4096];
  for (;;) {
    const ssize_t count = ::read(file.fd(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return wrong(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
    if (count == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(count));
    if (bytes.size() > file_bytes_max) {
      return wrong(fmt::format("{} is over {} bytes", path, file_bytes_max));
    }
  }
}

}  // namespace

Result<Bytes> read_private_file(const std::string& path) {
  return read_file(path, Access::owner_only);
}

Result<std::vector<Bytes>> read_secrets(const Settings& settings) {
  std::vector<Bytes> secrets;
  for (const std::string& path : settings.secret_files) {
    Result<Bytes> secret = read_private_file(path);
    if (!secret) return std::unexpected(secret.error());
    if (secret->size() < tls_secret_bytes_min) {
      return wrong(
          fmt::format("{} is too short for a secret: it holds {} bytes, and has to hold "
                      "{} at least; head -c 32 /dev/urandom makes a good one",
                      path, secret->size(), tls_secret_bytes_min));
    }
    secrets.push_back(std::move(*secret));
  }
  return secrets;
}

bool wants_encryption(const Settings& settings) {
  return !settings.secret_files.empty() || !settings.tls_certificate.empty();
}

Result<TlsConfig> read_tls_config(const Settings& settings) {
  TlsConfig config;
  if (settings.tls_certificate.empty()) {
    Result<std::vector<Bytes>> secrets = read_secrets(settings);
    if (!secrets) return std::unexpected(secrets.error());
    config.secrets = std::move(*secrets);
    return config;
  }
  Result<Bytes> authority = read_file(settings.tls_authority, Access::anybody);
  if (!authority) return std::unexpected(authority.error());
  Result<Bytes> certificate = read_file(settings.tls_certificate, Access::anybody);
  if (!certificate) return std::unexpected(certificate.error());
  Result<Bytes> key = read_private_file(settings.tls_key);
  if (!key) return std::unexpected(key.error());
  config.identity =
      TlsIdentity{std::move(*authority), std::move(*certificate), std::move(*key), settings.id};
  return config;
}

std::string describe_refusal(const Settings& settings, const NodeId& seed) {
  if (!settings.tls_certificate.empty()) {
    return fmt::format(
        "{} and this node do not accept each other's certificates; give both "
        "certificates of the same authority, that name them and are valid today",
        seed.text());
  }
  if (!settings.secret_files.empty()) {
    return fmt::format(
        "{} does not share this node's secret; start both with the same "
        "--secret-file",
        seed.text());
  }
  return fmt::format(
      "{} encrypts, and this node does not; start it with that node's "
      "--secret-file",
      seed.text());
}

}  // namespace noex::chat
