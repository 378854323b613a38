// Settings: what chatnode was asked for on its command line and in its configuration file.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "noex/runtime/core/options.h"
#include "noex/transport/base/log.h"
#include "noex/transport/node_id.h"

namespace noex::chat {

enum class Colour : std::uint8_t { automatic, always, never };

struct Settings {
  NodeId id;
  std::vector<NodeId> seeds;
  std::vector<Address> connect;  // members: then it is a client, without an id and seeds
  Options options;
  Colour colour = Colour::automatic;
  std::optional<LogLevel> log_level;  // where none is given, it depends on where the log goes
  std::string log_file;               // empty: none was given
  // Either secrets, of which the first dials and each is accepted, or all three of the others.
  std::vector<std::string> secret_files;
  std::string tls_authority;
  std::string tls_certificate;
  std::string tls_key;
  bool insecure = false;  // beyond this machine without any of them
};

// Why there are no settings: text to print, then the program's end.
struct Farewell {
  int status = 0;  // 0: help or version, to standard output; 2: bad usage, to standard error
  std::string text;
};

[[nodiscard]] std::expected<Settings, Farewell> parse_settings(int argc, const char* const* argv,
                                                               const std::string& version);

}  // namespace noex::chat
