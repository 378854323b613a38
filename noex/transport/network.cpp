#include "noex/transport/network.h"

namespace noex {

bool is_loopback(std::string_view host) {
  const bool dotted = host.find_first_not_of("0123456789.") == std::string_view::npos;
  return host == "localhost" || host == "::1" || host == "[::1]" ||
         (dotted && host.starts_with("127."));
}

}  // namespace noex
