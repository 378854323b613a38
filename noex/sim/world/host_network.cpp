// A process's view of the network: its listeners and its dials.
#include <utility>

#include "noex/sim/world/dials.h"
#include "noex/sim/world/fabric.h"
#include "noex/sim/world/host.h"

namespace noex::sim {

namespace {

class SimListener final : public Listener {
 public:
  SimListener(Machine& machine, Address address, std::uint64_t id)
      : machine_(machine), address_(std::move(address)), id_(id) {}
  ~SimListener() override {
    const auto port = machine_.ports().find(address_.port);
    // Another process may listen there by now.
    if (port != machine_.ports().end() && port->second.id == id_) machine_.ports().erase(port);
  }
  Address address() const override { return address_; }

 private:
  Machine& machine_;
  const Address address_;
  const std::uint64_t id_;
};

}  // namespace

Result<std::unique_ptr<Listener>> HostNetwork::listen(const Address& address,
                                                      AcceptHandler accept) {
  Machine& machine = host_.machine();
  if (!host_.alive()) return fail(ErrorCode::system, "the process is dead");
  if (!machine.is_local(address.host)) {
    return fail(ErrorCode::invalid_argument, address.host + " is not an address of this machine");
  }
  Address bound = address;
  if (bound.host == machine.name()) bound.host = machine.address();
  if (bound.port == 0) bound.port = machine.free_port();
  if (machine.ports().contains(bound.port)) return fail(ErrorCode::address_in_use);
  Port& port = machine.ports()[bound.port];
  port.id = machine.next_id();
  port.loopback_only = bound.host == "127.0.0.1" || bound.host == "localhost";
  // Owned by the port and by the call that is running it, which may end the listener.
  port.accept = std::make_shared<AcceptHandler>(std::move(accept));
  return std::make_unique<SimListener>(machine, std::move(bound), port.id);
}

std::unique_ptr<Dial> HostNetwork::connect(const Address& address, Duration timeout,
                                           DialHandler done) {
  return fabric_.dials().start(host_, address, timeout, std::move(done));
}

}  // namespace noex::sim
