// A register that is replicated over the nodes of a cluster and survives the loss of a minority:
// the multi-writer emulation of Attiya, Bar-Noy and Dolev (1995).
//
// A read and a write ask a majority of the replicas twice: first for the newest value, then to take
// a value in. That a read does the second as well is what makes it linearizable: without it, two
// reads, one after the other, may see a new value and then the old one. A replica forgets all when
// its node ends: nodes that come back may lose what was written, so they must not come back.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "noex/runtime/message/call.h"
#include "noex/runtime/node/node.h"
#include "tests/examples/start_under_name.h"

namespace examples {

// When a value was written: higher ones win. Each is some client's, and he never uses it twice.
struct Version {
  std::uint64_t number = 0;
  std::string client;
  auto operator<=>(const Version&) const = default;
};
struct Value {
  Version version;
  std::optional<std::string> text;
};

struct Newest {
  static constexpr auto wire_name = "register:newest";
  using reply = Value;
};
struct TakeIn {
  static constexpr auto wire_name = "register:take_in";
  using reply = noex::Done;
  Value value;
};

class Replica final : public noex::Process {
 public:
  using messages = std::tuple<Newest, TakeIn>;
  using Process::Process;

  noex::Result<Value> on(const Newest&) { return value_; }
  noex::Result<noex::Done> on(const TakeIn& take_in) {
    if (value_.version < take_in.value.version) value_ = take_in.value;
    return noex::Done{};
  }

 private:
  Value value_;
};

// One client of the register. Its calls are made within a process of its node.
class Register {
 public:
  // nodes: where replicas were started, all of them. reads_once: the bug that is told of above.
  Register(noex::Node& node, std::vector<noex::NodeId> nodes, std::string client, bool reads_once)
      : node_(node), nodes_(std::move(nodes)), client_(std::move(client)), once_(reads_once) {}

  static noex::task<void> start_replica(noex::Node& node) {
    return start_under_name<Replica>(node, name_of(node.id()));
  }

  // nullopt: no majority has answered.
  noex::task<std::optional<Value>> read() {
    std::optional<Value> newest = co_await newest_of_majority();
    if (!newest || once_) co_return newest;
    const bool taken = co_await take_in(*newest);
    if (!taken) newest.reset();
    co_return newest;
  }

  // False: it may have been written, or may be some time.
  noex::task<bool> write(std::string text) {
    const std::optional<Value> newest = co_await newest_of_majority();
    if (!newest) co_return false;
    last_ = std::max(last_, newest->version.number) + 1;
    Value value;
    value.version.number = last_;
    value.version.client = client_;
    value.text = std::move(text);
    const bool taken = co_await take_in(value);
    co_return taken;
  }

 private:
  static constexpr noex::Duration patience = std::chrono::milliseconds(300);

  static std::string name_of(const noex::NodeId& id) {
    return fmt::format("register:{}", id.name());
  }
  std::size_t majority() const { return nodes_.size() / 2 + 1; }

  // One after the other: who does not answer in time is not waited for any longer.
  noex::task<std::optional<Value>> newest_of_majority() {
    std::size_t answers = 0;
    Value newest;
    for (const noex::NodeId& id : nodes_) {
      const std::optional<noex::Ref> replica = node_.registry().lookup(name_of(id));
      if (!replica) continue;
      const noex::Result<Value> value = co_await replica->call_within<Newest>(patience);
      if (!value) continue;
      if (newest.version < value->version) newest = *value;
      if (++answers == majority()) break;
    }
    if (answers < majority()) co_return std::nullopt;
    co_return newest;
  }

  noex::task<bool> take_in(Value value) {
    std::size_t answers = 0;
    for (const noex::NodeId& id : nodes_) {
      const std::optional<noex::Ref> replica = node_.registry().lookup(name_of(id));
      if (!replica) continue;
      const noex::Result<noex::Done> taken = co_await replica->call_within<TakeIn>(patience, value);
      if (taken && ++answers == majority()) co_return true;
    }
    co_return false;
  }

  noex::Node& node_;
  const std::vector<noex::NodeId> nodes_;
  const std::string client_;
  const bool once_;
  std::uint64_t last_ = 0;
};

}  // namespace examples
