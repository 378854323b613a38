#include "chat/home.h"

#include <utility>

namespace noex::chat {

Home::Home(const Settings& settings, Loop& loop, Network& network, Random random, Log& log) {
  if (!settings.connect.empty()) {
    ClientConfig config;
    config.members = settings.connect;
    config.options = settings.options;
    client_ = std::make_unique<Client>(std::move(config), loop, network, random, log);
    return;
  }
  NodeConfig config;
  config.id = settings.id;
  config.seeds = settings.seeds;
  config.options = settings.options;
  config.insecure = settings.insecure;
  node_ = std::make_unique<Node>(std::move(config), loop, network, random, log);
}

void Home::leave(Task done) {
  if (client_ != nullptr) {
    client_->leave(std::move(done));
  } else {
    node_->leave(std::move(done));
  }
}

}  // namespace noex::chat
