// Complaints: what is to be said of other nodes that can't be linked: to people once each, however
// often it is dialled again; to those who watch each time.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "noex/runtime/cluster/blame.h"
#include "noex/runtime/cluster/cluster.h"
#include "noex/runtime/cluster/session.h"
#include "noex/runtime/membership/membership.h"

namespace noex {

// For people.
std::string_view describe(DialFailure failure);

class Complaints {
 public:
  // All outlive it.
  Complaints(const std::vector<NodeId>& seeds, const Options& options, Log& log,
             ClusterHandler& handler)
      : seeds_(seeds), options_(options), log_(log), handler_(handler) {}

  // A warning, unless it is the last one of that node again.
  void warn(const NodeId& id, std::string text);
  void blame(const Blame& blame) { handler_.on_peer_blamed(blame); }
  // Another node is at the address where one was expected.
  void stranger(const NodeId& expected, const NodeId& found);
  // Nobody was found at a seed that was never linked yet.
  void dial_failed(const NodeId& id, DialFailure failure, ErrorCode why);
  // A connection has ended; closed: the other end, or the network, did it.
  void connection_ended(const Session& session, ChannelEnd end, std::string_view why);
  // A link to it stands: what was said of it is over.
  void linked(const NodeId& id);

 private:
  bool is_seed(const NodeId& id) const;

  const std::vector<NodeId>& seeds_;
  const Options& options_;
  Log& log_;
  ClusterHandler& handler_;
  std::map<NodeId, std::string> last_;  // warning of each node
  std::set<NodeId> seeds_reached_;
};

}  // namespace noex
