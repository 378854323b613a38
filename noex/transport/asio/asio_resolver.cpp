#include "noex/transport/asio/asio_resolver.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace noex {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

std::optional<tcp::endpoint> parse_number(const Address& address) {
  error_code error;
  const asio::ip::address number = asio::ip::make_address(address.host, error);
  if (error) return std::nullopt;
  return tcp::endpoint(number, address.port);
}

// Letters, digits, '-', '_' and '.': anything else is no name, and no name server is asked.
bool is_host_name(const std::string& host) {
  const auto is_good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, is_good);
}

// By definition (RFC 6761), also where there is no /etc/hosts, or a name server says otherwise: who
// listens there must not be reached from elsewhere.
Endpoints loopback(std::uint16_t port) {
  return {tcp::endpoint(asio::ip::address_v4::loopback(), port),
          tcp::endpoint(asio::ip::address_v6::loopback(), port)};
}

Error lookup_error(int code, const std::string& host) {
  const bool unknown = code == EAI_NONAME || code == EAI_NODATA || code == EAI_FAIL;
  const bool silent = code == EAI_AGAIN;
  return Error{unknown  ? ErrorCode::invalid_argument
               : silent ? ErrorCode::unreachable
                        : ErrorCode::system,
               fmt::format("{}: {}", host, gai_strerror(code))};
}

// Blocks, in the lookup's own thread, too: it touches nothing but its arguments.
Result<Endpoints> ask_system(const Address& address) {
  if (address.host == "localhost") return loopback(address.port);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int code = getaddrinfo(address.host.c_str(), nullptr, &hints, &list);
  if (code != 0) return std::unexpected(lookup_error(code, address.host));
  Endpoints endpoints;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    tcp::endpoint endpoint;
    if (entry->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), entry->ai_addr, entry->ai_addrlen);
    endpoint.port(address.port);
    endpoints.push_back(endpoint);
  }
  freeaddrinfo(list);
  if (endpoints.empty()) return std::unexpected(lookup_error(EAI_NONAME, address.host));
  return endpoints;
}

Error no_such_name(const Address& address) {
  return Error{ErrorCode::invalid_argument, fmt::format("'{}' is no host name", address.host)};
}

// What a lookup's thread and its loop share; whichever lives longer keeps it.
struct Answer {
  explicit Answer(int descriptor) : ready(descriptor) {}
  ~Answer() { ::close(ready); }
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  const int ready;  // an eventfd, written once
  std::atomic<bool> done = false;
  Result<Endpoints> endpoints;
};

// Its owners: whoever waits for it, and Asio.
struct Lookup {
  Lookup(AsioLoop& loop, std::function<void(const Result<Endpoints>&)> done)
      : done(std::move(done)), signal(loop.context()) {}

  std::function<void(const Result<Endpoints>&)> done;  // empty: finished or cancelled
  asio::posix::stream_descriptor signal;
};

// False if too many run already, or the system has no descriptor or no thread left.
bool start_thread(AsioLoop& loop, const std::shared_ptr<Lookup>& lookup, const Address& address,
                  Result<Endpoints> (*ask)(const Address&)) {
  if (*loop.lookups() >= lookups_max) return false;
  const auto answer = std::make_shared<Answer>(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  const int watched = fcntl(answer->ready, F_DUPFD_CLOEXEC, 0);
  if (watched < 0) return false;
  error_code refused;
  if (lookup->signal.assign(watched, refused)) {
    ::close(watched);
    return false;
  }
  const auto running = loop.lookups();
  ++*running;
  try {
    std::thread([answer, address, ask, running] {
      answer->endpoints = ask(address);
      --*running;
      answer->done.store(true, std::memory_order_release);
      eventfd_write(answer->ready, 1);
    }).detach();
  } catch (const std::system_error&) {
    --*running;
    return false;
  }
  lookup->signal.async_wait(
      asio::posix::descriptor_base::wait_read, [&loop, lookup, answer](error_code error) {
        if (error || !lookup->done || !answer->done.load(std::memory_order_acquire)) return;
        loop.turn([&] { std::exchange(lookup->done, nullptr)(answer->endpoints); });
      });
  return true;
}

class LookupOwner final : public AsioLookup {
 public:
  explicit LookupOwner(std::shared_ptr<Lookup> lookup) : lookup_(std::move(lookup)) {}
  ~LookupOwner() override {
    lookup_->done = nullptr;
    error_code ignored;
    lookup_->signal.close(ignored);
  }

 private:
  std::shared_ptr<Lookup> lookup_;
};

void answer_at_once(AsioLoop& loop, const std::shared_ptr<Lookup>& lookup,
                    Result<Endpoints> endpoints) {
  loop.post([lookup, endpoints = std::move(endpoints)] {
    if (lookup->done) std::exchange(lookup->done, nullptr)(endpoints);
  });
}

}  // namespace

Result<Endpoints> resolve_now(const Address& address) {
  if (const auto number = parse_number(address)) return Endpoints{*number};
  if (!is_host_name(address.host)) return std::unexpected(no_such_name(address));
  return ask_system(address);
}

std::unique_ptr<AsioLookup> resolve(AsioLoop& loop, const Address& address,
                                    std::function<void(const Result<Endpoints>&)> done,
                                    Result<Endpoints> (*ask)(const Address&)) {
  const auto lookup = std::make_shared<Lookup>(loop, std::move(done));
  if (const auto number = parse_number(address)) {
    answer_at_once(loop, lookup, Endpoints{*number});
  } else if (!is_host_name(address.host)) {
    answer_at_once(loop, lookup, std::unexpected(no_such_name(address)));
  } else if (!start_thread(loop, lookup, address, ask)) {
    answer_at_once(loop, lookup,
                   fail(ErrorCode::system, "too many names are being looked up already"));
  }
  return std::make_unique<LookupOwner>(lookup);
}

}  // namespace noex
