// Security: the files that chatnode's secrets and certificates are in, and what is made of them.
//
// A secret or a key that others on this machine can read is refused: it would be none. Never prints
// what is in a file.
#pragma once

#include <string>
#include <vector>

#include "chat/settings.h"
#include "noex/transport/base/bytes.h"
#include "noex/transport/base/error.h"
#include "noex/transport/tls/tls_network.h"

namespace noex::chat {

// Errors: invalid_argument, whose detail is one line that says which file, and what to do: it
// cannot be read, others than its owner can read or write it, or it is larger than any secret.
[[nodiscard]] Result<Bytes> read_private_file(const std::string& path);
[[nodiscard]] Result<std::vector<Bytes>> read_secrets(const Settings& settings);

bool wants_encryption(const Settings& settings);
// Errors: as read_private_file().
[[nodiscard]] Result<TlsConfig> read_tls_config(const Settings& settings);
// Why that seed and this node are not in one cluster, for its user.
std::string describe_refusal(const Settings& settings, const NodeId& seed);

}  // namespace noex::chat
