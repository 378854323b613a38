// Errors as values: one wire-stable list of codes, each documented by what the caller should do.
//
// Results, not exceptions, cross the edges of modules. The number of a code never changes and is
// never used again, because codes travel in replies (docs/WIRE.md, "Error codes").
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace noex {

// What went wrong. When a call ends with a code of the first group, its handler ran once or not at
// all; with `rejected` it ran once; with any other code it never ran.
enum class ErrorCode : std::uint16_t {
  ok = 0,  // never inside an Error; only as the status of a reply on the wire

  // Ran 0 or 1 times.
  timeout = 1,       // no answer by the deadline: try again if the request may run twice
  noconnection = 2,  // the link to the node is gone: try again when it is back
  node_down = 3,     // the cluster gave the node up: look the name up again
  cancelled = 4,     // the caller itself gave up, or its node shuts down: nothing to do
  exited = 5,        // the process ended before it answered: look the name up again
  reply_lost = 6,    // it ran, its answer could not be sent or was dropped: ask for its effect

  // Ran once.
  rejected = 10,  // the handler answered no; the detail is its own text

  // Never ran.
  noproc = 20,              // no such process: it has ended, look the name up again
  stale_process = 21,       // a reference to an earlier boot of that node: look it up again
  overloaded = 22,          // a queue on the way is full: slow down, try again later
  name_taken = 23,          // somebody holds the name: use it, or choose another
  no_such_behavior = 24,    // that node has no behavior of that name: deploy it there
  init_failed = 25,         // the process refused to start; the detail says why
  init_timeout = 26,        // the process did not start in time
  incompatible_type = 27,   // the receiver has no such message: the two builds differ
  malformed = 28,           // bytes that are no message: the peer is broken or hostile
  unauthorised = 29,        // the peer does not know the secret
  unreachable = 30,         // no link to that node: wait for it, or choose another
  not_found = 31,           // nobody has that name
  invalid_argument = 32,    // the request itself is wrong; the detail says how
  address_in_use = 33,      // another program has the port: choose another
  connection_refused = 34,  // nobody listens at that address
  system = 35,              // the operating system said no; the detail is its text
  too_large = 36,           // the message is over message_bytes_max: send it in parts
  not_ready = 37,           // the node is not started, or leaves
};

// "timeout", "no connection": lower case, as it is shown inside a sentence to a user.
std::string_view describe(ErrorCode code);
// Whether this build knows the number; a peer that sends another one is malformed.
bool is_known(ErrorCode code);
// Whether a call that ended with this code may have run its handler.
constexpr bool may_have_run(ErrorCode code) {
  return code <= ErrorCode::rejected;
}

// A code, and what there is to say besides.
struct Error {
  ErrorCode code = ErrorCode::system;  // what a program decides by
  std::string detail = {};             // for people; may be empty

  bool operator==(const Error&) const = default;
};

// For people: "name taken (node1@127.0.0.1:4369)".
std::string describe(const Error& error);

// A value, or why there is none.
template <class T>
using Result = std::expected<T, Error>;

// To return an error where a Result is due: return fail(ErrorCode::rejected, "the room is full").
[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string detail = {}) {
  return std::unexpected<Error>(Error{code, std::move(detail)});
}

}  // namespace noex
