// Turns an Address into endpoints. Internal to the asio_* files.
//
// Asio's own asynchronous resolver does not work with an io_context without locks, so a name that
// is no number is looked up by a thread of its own, which shares nothing with the loop but its
// result and an event descriptor. Such a thread cannot be stopped: a lookup that nobody waits for
// any longer ends in silence. Their number is bounded: where no name server answers, they pile up.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "noex/transport/asio/asio_loop.h"
#include "noex/transport/base/error.h"
#include "noex/transport/network.h"

namespace noex {

using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;  // never empty in a Result

// An unfinished lookup; destroying it cancels it silently.
class AsioLookup {
 public:
  virtual ~AsioLookup() = default;
};

// Threads of one loop, those that nobody waits for included; as many as Membership dials at a time.
// A further lookup fails at once: whoever dials will dial again.
inline constexpr std::size_t lookups_max = 64;

// Blocks while a name is looked up.
// Errors: invalid_argument (no such name), unreachable (no name server answers), system.
[[nodiscard]] Result<Endpoints> resolve_now(const Address& address);

// Calls `done` once, from a later turn. `ask`: who knows names; runs in a thread of its own.
// Errors: as resolve_now(); system also beyond lookups_max.
[[nodiscard]] std::unique_ptr<AsioLookup> resolve(
    AsioLoop& loop, const Address& address, std::function<void(const Result<Endpoints>&)> done,
    Result<Endpoints> (*ask)(const Address&) = &resolve_now);

}  // namespace noex
