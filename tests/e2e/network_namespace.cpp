#include "tests/e2e/network_namespace.h"

#include <cstdio>
#include <cstring>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace noex::tests {

namespace {

bool bring_loopback_up() {
  const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
  ifreq request{};
  std::strncpy(request.ifr_name, "lo", IFNAMSIZ - 1);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const bool up = ::ioctl(socket, SIOCSIFFLAGS, &request) == 0;
  ::close(socket);
  return up;
}

// Without root one is root of a user namespace, which owns the network.
bool become_root_of_it() {
  const uid_t user = ::geteuid();
  const gid_t group = ::getegid();
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
  std::ofstream("/proc/self/setgroups") << "deny";
  std::ofstream("/proc/self/uid_map") << fmt::format("0 {} 1", user);
  std::ofstream("/proc/self/gid_map") << fmt::format("0 {} 1", group);
  return true;
}

bool filter(const std::string& rules) {
  std::FILE* nft = ::popen("PATH=$PATH:/usr/sbin:/sbin nft -f - 2>&1", "w");
  if (nft == nullptr) return false;
  std::fwrite(rules.data(), 1, rules.size(), nft);
  return ::pclose(nft) == 0;
}

}  // namespace

bool enter_network_namespace() {
  if (::unshare(CLONE_NEWNET) != 0 && !become_root_of_it()) return false;
  return bring_loopback_up() && filter("flush ruleset\n");
}

void cut_off(const std::string& address) {
  EXPECT_TRUE(
      filter(fmt::format("table inet cut {{\n"
                         "  chain incoming {{\n"
                         "    type filter hook input priority filter;\n"
                         "    ip saddr {0} ip daddr != {0} drop\n"
                         "    ip daddr {0} ip saddr != {0} drop\n"
                         "  }}\n"
                         "}}\n",
                         address)));
}

void heal() {
  EXPECT_TRUE(filter("flush ruleset\n"));
}

}  // namespace noex::tests
