// ClientSide: what takes the place of membership where a Node is not one of the cluster's but a
// client's: the processes are the same, what is around them is a connection to some member.
//
// Implemented by noex/runtime/client/, for whoever makes a Client (client.h).
#pragma once

#include <memory>

#include "noex/runtime/cluster/cluster.h"
#include "noex/runtime/names/groups.h"
#include "noex/runtime/names/names.h"

namespace noex {

class ClientSide {
 public:
  virtual ~ClientSide() = default;

  virtual std::unique_ptr<Cluster> make_cluster(const Incarnation& self,
                                                ClusterHandler& handler) = 0;
  virtual Names& names() = 0;
  virtual Groups& groups() = 0;
  // See Sender.
  virtual void to_outside(Ref& ref) = 0;
  virtual void to_inside(Ref& ref) = 0;
};

}  // namespace noex
