// Machine: a simulated computer, which outlives its processes.
//
// Owns its clocks, its address, its listening ports, and every Host that ever ran on it: dead ones
// are kept, since objects may still refer to them. At most one of them is alive.
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
  std::uint64_t id = 0;        // never reused, so that a late handshake finds only its own listener
  bool loopback_only = false;  // it accepts connections from its own machine only
  std::shared_ptr<Network::AcceptHandler> accept;  // owners: this, and the call that is running it
};

// The address of the machine with that number, counted from 0: "10.0.0.1".
std::string machine_address(std::uint32_t index);

// Belongs to a Fabric; valid as long as that.
class Machine {
 public:
  // For Fabric::add_machine().
  Machine(Fabric& fabric, std::uint32_t index, std::string name);
  // For Fabric.
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // Its number, from 0.
  std::uint32_t index() const { return index_; }
  // "node1"; valid as long as the machine.
  const std::string& name() const { return name_; }
  // "10.0.0.1"; valid as long as the machine.
  const std::string& address() const { return address_; }
  // Whether a process here means this machine by `host`: its name, its address, loopback, or any.
  bool is_local(const std::string& host) const;

  // Starts a process on a machine that has none, and switches the machine on if it is off.
  Host& start();
  // The process that runs, or is paused; nullptr: none.
  Host* host() { return host_; }
  // Whether the machine is on.
  bool powered() const { return powered_; }
  // Whether it has a process that is paused.
  bool paused() const { return host_ != nullptr && host_->loop().paused_; }
  // How many processes were started here so far.
  std::uint64_t runs() const { return hosts_.size(); }

  // Kills the process, if there is one: the system closes its connections, and its ports refuse.
  void crash();
  // The process ends by itself: to the system the same as a crash, but not a fault.
  void exit();
  // The machine goes dark: nobody is told, and what is sent to it is lost until it is on again.
  void power_off();
  // The system is there again, without a process; it answers connections of before with resets.
  void power_on();
  // The process, if there is one, stands still, as after SIGSTOP. The machine's system goes on.
  void pause();
  // The process goes on, as after SIGCONT.
  void resume();
  // From now on, every turn that does something keeps the process busy for this long; 0: no more.
  void set_slowness(Duration per_turn) { slowness_ = per_turn; }
  // The listen queue is full: attempts to connect are dropped in silence.
  void set_backlog_full(bool full) { backlog_full_ = full; }
  // Whether it is full.
  bool backlog_full() const { return backlog_full_; }

  // Its clocks.
  Clock& clock() { return clock_; }
  // The same, to look at.
  const Clock& clock() const { return clock_; }
  // The wall clock jumps by this much.
  void jump_wall(Duration by);

  // --- For the other parts of the world ---
  // The fabric that it belongs to.
  Fabric& fabric() { return fabric_; }
  // Its listening ports, by number.
  std::map<std::uint16_t, Port>& ports() { return ports_; }
  // A port number for a connection that its process dials.
  std::uint16_t free_port();
  // A number that it has not given before.
  std::uint64_t next_id() { return ++last_id_; }
  // Counts an attempt to connect; gives how many there were, by which its random stream is keyed.
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
