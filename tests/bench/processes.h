// The processes and messages that the workloads are made of.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "noex/runtime/node/node.h"

namespace noex::bench {

// 32 bytes of payload there and back, as in the measurements of other systems.
struct EchoCall {
  static constexpr auto wire_name = "bench:echo";
  struct Words {
    std::uint64_t a = 0, b = 0, c = 0, d = 0;
  };
  using reply = Words;
  Words words;
};

class Echo : public Process {
 public:
  using messages = std::tuple<EchoCall>;
  using Process::Process;
  Result<EchoCall::Words> on(const EchoCall& call) { return call.words; }
};

struct Item {
  static constexpr auto wire_name = "bench:item";
  std::string body;
};
struct TakeCount {
  static constexpr auto wire_name = "bench:take_count";
  using reply = std::uint64_t;
};

// Counts what it is sent; the count begins anew when it is taken.
class Counter : public Process {
 public:
  using messages = std::tuple<Item, TakeCount>;
  using Process::Process;
  void on(const Item&) { ++count_; }
  Result<std::uint64_t> on(const TakeCount&) { return std::exchange(count_, 0); }

 private:
  std::uint64_t count_ = 0;
};

struct Admit {
  static constexpr auto wire_name = "bench:admit";
  using reply = Done;
  std::vector<Ref> members;
};

// Sends each item on to all of its members.
class Fanout : public Process {
 public:
  using messages = std::tuple<Admit, Item>;
  using Process::Process;
  Result<Done> on(const Admit& admit) {
    members_ = admit.members;
    return Done{};
  }
  void on(const Item& item) { multicast<Item>(members_, item.body); }

 private:
  std::vector<Ref> members_;
};

// Tells its owner of each item.
class Member : public Process {
 public:
  using messages = std::tuple<Item>;
  Member(Context& context, std::function<void()> on_item)
      : Process(context), on_item_(std::move(on_item)) {}
  using arguments = std::tuple<std::function<void()>>;
  void on(const Item&) { on_item_(); }

 private:
  std::function<void()> on_item_;
};

}  // namespace noex::bench
