// Home: where a session's processes live: a node of the cluster, or a client of one (--connect).
//
// Owns it, and hides from the program which of the two it is, as far as that can be hidden.
#pragma once

#include <memory>

#include "chat/settings.h"
#include "noex/runtime/client/client.h"
#include "noex/runtime/node/node.h"

namespace noex::chat {

class Home {
 public:
  // All outlive it.
  Home(const Settings& settings, Loop& loop, Network& network, Random random, Log& log);

  Node& node() { return client_ != nullptr ? client_->node() : *node_; }
  Client* client() const { return client_.get(); }  // nullptr: it is a node
  Result<void> start() { return client_ != nullptr ? client_->start() : node_->start(); }
  void leave(Task done);

 private:
  std::unique_ptr<Node> node_;
  std::unique_ptr<Client> client_;  // Invariant: one of the two is there
};

}  // namespace noex::chat
