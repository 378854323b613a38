// NetworkNamespace: a network of this process's own, with nothing in it but 127.0.0.0/8.
//
// Programs that are started afterwards live in it too, so that ports are free and packet filters
// harm nobody. Needs root, or a system that lets users make namespaces; nftables for cuts.
#pragma once

#include <string>

namespace noex::tests {

// Moves this process, which has one thread, into a new namespace. False: it is not allowed here.
bool enter_network_namespace();

// Drops every packet between `address` and all others; in silence, both ways.
void cut_off(const std::string& address);
// Ends all cuts.
void heal();

}  // namespace noex::tests
