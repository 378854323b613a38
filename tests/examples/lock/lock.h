// A distributed lock with fencing tokens: who holds it may not know that it holds it no more.
//
// A lock server, under a global name, gives the lock for a time and with a token; each token is
// higher than all before. A holder that stands still for longer than its time, or is cut off, still
// believes that it has the lock, and no lock can keep it from writing. The store can: it remembers
// the highest token that it has seen and refuses lower ones.
//
// Tokens must not start again with the next server: a server begins with an epoch that a majority
// of keepers, one on each node, has promised to it, and a keeper promises each epoch once. A server
// that finds a later one promised ends, also if two parts of the cluster met and it was this one
// that kept the name. A keeper forgets all when its node ends: nodes must not come back.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "noex/runtime/message/call.h"
#include "noex/runtime/message/call_group.h"
#include "noex/runtime/node/node.h"
#include "tests/examples/start_under_name.h"

namespace examples {

struct Token {
  std::uint64_t epoch = 0;   // of the server
  std::uint64_t number = 0;  // of what it gave
  auto operator<=>(const Token&) const = default;
};
struct Acquire {
  static constexpr auto wire_name = "lock:acquire";
  using reply = std::optional<Token>;  // nothing: somebody else has it
};
struct Release {
  static constexpr auto wire_name = "lock:release";
  Token token;
};
struct Highest {
  static constexpr auto wire_name = "lock:highest";
  using reply = std::uint64_t;  // the epoch promised
};
struct Promise {
  static constexpr auto wire_name = "lock:promise";
  using reply = noex::Done;  // rejected: it, or a higher one, was promised already
  std::uint64_t epoch = 0;
};
struct WriteFenced {
  static constexpr auto wire_name = "lock:write";
  using reply = noex::Done;  // rejected: a newer holder has written
  Token token;
  std::string text;
};

class Keeper final : public noex::Process {
 public:
  using messages = std::tuple<Highest, Promise>;
  using Process::Process;

  noex::Result<std::uint64_t> on(const Highest&) { return promised_; }
  noex::Result<noex::Done> on(const Promise& promise) {
    if (promise.epoch <= promised_) return noex::fail(noex::ErrorCode::rejected);
    promised_ = promise.epoch;
    return noex::Done{};
  }

 private:
  std::uint64_t promised_ = 0;
};

class LockServer final : public noex::Process {
 public:
  using messages = std::tuple<Acquire, Release>;
  using arguments = std::tuple<std::vector<std::string>>;
  static constexpr noex::Duration lease = std::chrono::milliseconds(400);

  LockServer(noex::Context& context, std::vector<std::string> keepers)
      : Process(context), keepers_(std::move(keepers)) {}

  noex::task<noex::Result<std::optional<Token>>> on(const Acquire&) {
    const bool serves = co_await is_server();
    if (!serves) {
      exit(noex::ExitReason::shutdown());
      co_return noex::fail(noex::ErrorCode::rejected, "it serves no more");
    }
    if (now() < taken_until_) co_return std::optional<Token>();
    ++token_.number;
    taken_until_ = now() + lease;
    co_return std::optional<Token>(token_);
  }
  void on(const Release& release) {
    if (release.token == token_) taken_until_ = now();
  }

 private:
  static constexpr noex::Duration patience = std::chrono::milliseconds(500);

  std::size_t majority() const { return keepers_.size() / 2 + 1; }
  std::vector<noex::Ref> find_keepers() const {
    std::vector<noex::Ref> found;
    for (const std::string& name : keepers_) {
      if (const auto keeper = node().registry().lookup(name)) found.push_back(*keeper);
    }
    return found;
  }
  // Also asked of one that has not begun. That waits for the first who asks, since a server is
  // found by its name: whoever tries to get the name, and does not, must not end the other one.
  noex::task<bool> is_server() {
    const std::optional<std::uint64_t> highest = co_await highest_epoch();
    if (!highest || token_.epoch != 0) co_return highest == token_.epoch;
    token_.epoch = *highest + 1;
    const std::vector<noex::Ref> keepers = find_keepers();
    const auto promises =
        co_await noex::quorum_within<Promise>(patience, majority(), keepers, token_.epoch);
    co_return noex::succeeded(promises) >= majority();
  }
  // Of a majority; nothing: there is none.
  noex::task<std::optional<std::uint64_t>> highest_epoch() {
    const std::vector<noex::Ref> keepers = find_keepers();
    const auto epochs = co_await noex::quorum_within<Highest>(patience, majority(), keepers);
    std::optional<std::uint64_t> highest;
    if (noex::succeeded(epochs) < majority()) co_return highest;
    for (const noex::Result<std::uint64_t>& epoch : epochs) {
      if (epoch) highest = std::max(highest.value_or(0), *epoch);
    }
    co_return highest;
  }

  const std::vector<std::string> keepers_;
  Token token_;
  noex::Instant taken_until_{};
};

class Store final : public noex::Process {
 public:
  using messages = std::tuple<WriteFenced>;
  using arguments = std::tuple<bool>;

  // fenced: false is the bug, by which it takes every token.
  Store(noex::Context& context, bool fenced) : Process(context), fenced_(fenced) {}

  noex::Result<noex::Done> on(const WriteFenced& write) {
    if (fenced_ && write.token < highest_) {
      return noex::fail(noex::ErrorCode::rejected, "a newer holder has written");
    }
    highest_ = std::max(highest_, write.token);
    text_ = write.text;
    return noex::Done{};
  }

 private:
  const bool fenced_;
  Token highest_;
  std::string text_;
};

// Everything that a node of the cluster runs. Ends with the node.
inline noex::task<void> run_lock_node(noex::Node& node, std::vector<noex::NodeId> cluster,
                                      bool fenced) {
  const auto name_of = [](const char* what, const noex::NodeId& id) {
    return fmt::format("{}:{}", what, id.name());
  };
  std::vector<std::string> keepers;
  for (const noex::NodeId& id : cluster) keepers.push_back(name_of("keeper", id));
  co_await start_under_name<Keeper>(node, name_of("keeper", node.id()));
  co_await start_under_name<Store>(node, name_of("store", node.id()), fenced);
  co_await stand_for_name<LockServer>(node, "lock", keepers);
}

}  // namespace examples
