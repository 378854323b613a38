// Dials: every attempt to connect, from its first SYN to its result.
//
// A SYN or its answer that meets a cut, or a machine without power, is lost; the dialling system
// sends it again after 1, 3, 7, ... seconds, as Linux does, until the dial's own time is over.
// Where nobody listens, the answer is a reset. An established connection belongs to streams.h.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "noex/sim/world/stream.h"
#include "noex/sim/world/world.h"
#include "noex/transport/network.h"

namespace noex::sim {

class Fabric;
class Host;

// A part of Fabric; programs use a Host's network.
class Dials {
 public:
  // Both outlive it.
  Dials(World& world, Fabric& fabric) : world_(world), fabric_(fabric) {}
  Dials(const Dials&) = delete;
  Dials& operator=(const Dials&) = delete;

  // See Network::connect().
  std::unique_ptr<Dial> start(Host& host, const Address& address, Duration timeout,
                              Network::DialHandler done);
  // The dial was destroyed: nobody is told.
  void cancel(std::uint64_t id);
  // The process is dead: none of its dials tells anybody.
  void drop(Host& host);

 private:
  struct Attempt {
    Host* host = nullptr;
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    std::uint16_t port = 0;
    std::uint16_t local_port = 0;
    std::uint64_t listener = 0;  // that answered
    int sent = 0;                // SYNs
    EndRef established;          // a stream that the process was not told of yet
    Instant started{};
    EventId deadline = 0;
    Random random{0};
    Network::DialHandler done;
  };

  Attempt* find(std::uint64_t id);
  void send_syn(std::uint64_t id);
  void syn_arrives(std::uint64_t id);
  void answer_arrives(std::uint64_t id);
  void tell_established(std::uint64_t id);
  void try_again_later(std::uint64_t id, Attempt& attempt);
  void forget(Attempt& attempt);
  void finish(std::uint64_t id, Result<std::unique_ptr<Connection>> result);
  bool meets_cut(std::uint32_t from, std::uint32_t to);
  Duration draw_latency(Attempt& attempt, std::uint32_t from, std::uint32_t to);

  World& world_;
  Fabric& fabric_;
  std::map<std::uint64_t, Attempt> attempts_;
  std::uint64_t last_id_ = 0;
};

}  // namespace noex::sim
