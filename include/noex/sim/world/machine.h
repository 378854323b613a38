// Machine: a simulated computer. It survives what its processes do not.
//
// Owns its clocks, its address and its listening ports, and every Host that ever ran on it (dead
// ones are kept, since objects may still refer to them). At most one of them is alive.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "noex/sim/world/clock.h"
#include "noex/sim/world/host.h"
#include "noex/sim/world/world.h"
#include "noex/transport/network.h"

namespace noex::sim {

// A listening port, as the system sees it.
struct Port {
  std::uint64_t id = 0;  // never reused, so that a late handshake finds its own listener only
  bool loopback_only = false;
  std::shared_ptr<Network::AcceptHandler> accept;  // also held by the call that is running it
};

// Of the machine with that index, from 0: "10.0.0.1".
std::string machine_address(std::uint32_t index);

class Machine {
 public:
  Machine(Fabric& fabric, std::uint32_t index, std::string name);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  std::uint32_t index() const { return index_; }
  const std::string& name() const { return name_; }
  const std::string& address() const { return address_; }  // "10.0.0.1"
  // True if `host` names this machine, seen from itself: its name, address, loopback, or any.
  bool is_local(const std::string& host) const;

  // Starts a process, on a machine that has none; switches the machine on if it is off.
  Host& start();
  // The process that runs now (or is stopped), else nullptr.
  Host* host() { return host_; }
  bool powered() const { return powered_; }
  bool paused() const { return host_ != nullptr && host_->loop().paused_; }
  std::uint64_t runs() const { return hosts_.size(); }

  // Kills the process: the system closes its connections, and its ports refuse.
  void crash();
  // The process ends by itself; for the system the same as a crash, but no fault.
  void exit();
  // Everything stops without a word; bytes to it vanish until it is on again.
  void power_off();
  // The system is there again (and answers unknown connections with resets), without a process.
  void power_on();
  // Stops the process (SIGSTOP) and lets it go on. The system of the machine never stops.
  void pause();
  void resume();
  // From now on every turn that did something keeps the process busy for this long; 0 ends it.
  void set_slowness(Duration per_turn) { slowness_ = per_turn; }
  // A full listen queue: attempts to connect are dropped in silence.
  void set_backlog_full(bool full) { backlog_full_ = full; }
  bool backlog_full() const { return backlog_full_; }

  Clock& clock() { return clock_; }
  const Clock& clock() const { return clock_; }
  // The wall clock jumps by this much.
  void jump_wall(Duration by);

  Fabric& fabric() { return fabric_; }
  std::map<std::uint16_t, Port>& ports() { return ports_; }
  std::uint16_t free_port();
  std::uint64_t next_id() { return ++last_id_; }
  // Attempts to connect so far, this one included: keys their random streams.
  std::uint64_t count_dial() { return ++dials_; }

 private:
  friend class HostLoop;

  void end_process();

  Fabric& fabric_;
  const std::uint32_t index_;
  const std::string name_;
  const std::string address_;
  Clock clock_;
  bool powered_ = true;
  bool backlog_full_ = false;
  Duration slowness_{0};
  Host* host_ = nullptr;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::map<std::uint16_t, Port> ports_;
  std::uint16_t last_port_ = 49151;
  std::uint64_t last_id_ = 0;
  std::uint64_t dials_ = 0;
};

}  // namespace noex::sim
