#include "noex/transport/base/error.h"

#include <fmt/format.h>

#include "noex/transport/base/text.h"

namespace noex {

std::string_view describe(ErrorCode code) {
  switch (code) {
    case ErrorCode::ok:
      return "ok";
    case ErrorCode::timeout:
      return "timeout";
    case ErrorCode::noconnection:
      return "no connection";
    case ErrorCode::node_down:
      return "node down";
    case ErrorCode::cancelled:
      return "cancelled";
    case ErrorCode::exited:
      return "process ended";
    case ErrorCode::reply_lost:
      return "answer lost";
    case ErrorCode::rejected:
      return "rejected";
    case ErrorCode::noproc:
      return "no such process";
    case ErrorCode::stale_process:
      return "process of an earlier start of that node";
    case ErrorCode::overloaded:
      return "overloaded";
    case ErrorCode::name_taken:
      return "name taken";
    case ErrorCode::no_such_behavior:
      return "no such behavior";
    case ErrorCode::init_failed:
      return "could not start";
    case ErrorCode::init_timeout:
      return "did not start in time";
    case ErrorCode::incompatible_type:
      return "incompatible message type";
    case ErrorCode::malformed:
      return "malformed message";
    case ErrorCode::unauthorised:
      return "not authorised";
    case ErrorCode::unreachable:
      return "no connection";
    case ErrorCode::not_found:
      return "not found";
    case ErrorCode::invalid_argument:
      return "invalid argument";
    case ErrorCode::address_in_use:
      return "address in use";
    case ErrorCode::connection_refused:
      return "connection refused";
    case ErrorCode::system:
      return "system error";
    case ErrorCode::too_large:
      return "message too large";
    case ErrorCode::not_ready:
      return "node not running";
  }
  return "unknown error";
}

bool is_known(ErrorCode code) {
  return describe(code) != "unknown error";
}

std::string describe(const Error& error) {
  if (error.detail.empty()) return std::string(describe(error.code));
  return fmt::format("{} ({})", describe(error.code), visible(error.detail, shown_bytes_max));
}

}  // namespace noex
