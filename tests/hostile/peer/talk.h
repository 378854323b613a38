// Talk: what a hostile peer says, one thing at a time, chosen by a source of numbers.
//
// The source is a seed's random numbers in the batch, the input's bytes in the fuzzer: both drive
// the same words. Most are well formed and about what is really under way, since those get
// furthest; any field may be at an extreme, and some are no messages at all.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/hostile/peer/hostile_peer.h"

namespace noex::hostile {

class Talk {
 public:
  // A number below `limit`, which is not 0.
  using Source = std::function<std::uint64_t(std::uint64_t limit)>;
  // What there is to speak about, besides what the peer has heard.
  struct Subjects {
    std::vector<NodeId> nodes;       // members, the victim first
    std::vector<std::string> names;  // of processes and groups
    std::vector<std::string> behaviors;
    std::vector<TypeId> types;  // of messages that the victim's processes take
  };

  Talk(HostilePeer& peer, Source source, Subjects subjects);

  void say_one();
  // At the risk of the link: bytes that no peer sends.
  void break_one();

 private:
  std::uint64_t below(std::uint64_t limit) { return source_(limit); }
  bool chance(std::uint64_t one_in) { return below(one_in) == 0; }
  std::uint64_t extreme();
  std::uint64_t number(const Heard& heard);
  ProcessId process() { return number(peer_.processes); }
  std::string text(std::size_t most);
  std::string name();
  NodeId node();
  Boot boot();
  Incarnation owner();
  TypeId type();
  ExitReason reason();
  ErrorCode code();
  Duration duration();
  Bytes body();
  WireEntry entry();
  WireHolder holder();
  TableEntry table_entry();

  void say_message();
  void say_answer();
  void say_watch();
  void say_spawn();
  void say_registry();
  void say_names();
  void say_control();
  void say_mutant();
  void send(Bytes message);

  HostilePeer& peer_;
  Source source_;
  Subjects subjects_;
  Bytes last_;  // a message that was said, to be said again with a change
  std::uint64_t sequence_ = 0;
  std::vector<std::uint64_t> own_numbers_{1, 2, 3};
};

}  // namespace noex::hostile
