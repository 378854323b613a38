#include "noex/runtime/membership/member.h"

namespace noex {

std::string_view describe(DownReason reason) {
  switch (reason) {
    case DownReason::connection_closed:
      return "connection_closed";
    case DownReason::connection_refused:
      return "connection_refused";
    case DownReason::heartbeat_timeout:
      return "heartbeat_timeout";
    case DownReason::graceful_shutdown:
      return "graceful_shutdown";
    case DownReason::restarted:
      return "restarted";
  }
  return "unknown";
}

}  // namespace noex
