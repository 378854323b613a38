// Links: every link by its serial, for those who must answer over the link that asked, and the one
// place where a link is opened and a message is put into one.
//
// A link is here from the moment in which it can be used, which is before link_up is told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "noex/runtime/cluster/cluster.h"
#include "noex/runtime/message/codec.h"
#include "noex/runtime/message/ref.h"
#include "noex/runtime/names/registry_links.h"
#include "noex/runtime/remote/wire.h"

namespace noex {

class Links final : public RegistryLinks {
 public:
  explicit Links(NodeId self) : self_(std::move(self)) {}
  // It outlives what is done here. Once, before the first open().
  void set_cluster(Cluster& cluster) { cluster_ = &cluster; }

  // As Cluster::open().
  Link* open(const NodeId& id, Boot boot = 0) {
    Link* link = cluster_->open(id, boot);
    if (link != nullptr) add(*link);
    return link;
  }
  // To exactly that process's incarnation, which is not this one. Errors: stale_process (another
  // boot of its node is known), unreachable.
  Result<Link*> open_to(const Ref& process) {
    if (Link* link = open(process.node(), process.boot())) return link;
    const Boot up = cluster_->up_boot(process.node());
    const bool other_boot = process.node() == self_ || (up != 0 && up != process.boot()) ||
                            cluster_->find(process.node()) != nullptr;
    return fail(other_boot ? ErrorCode::stale_process : ErrorCode::unreachable);
  }

  void add(Link& link) { by_serial_.emplace(link.serial(), &link); }
  void remove(const Link& link) { by_serial_.erase(link.serial()); }
  Link* find(LinkSerial serial) const {
    const auto found = by_serial_.find(serial);
    return found != by_serial_.end() ? found->second : nullptr;
  }

  std::size_t size() const { return by_serial_.size(); }

  // Sends one message as a signal; dropped if the link is gone, whose end everyone hears of.
  template <class Fields>
  void signal(LinkSerial serial, const Fields& fields) {
    Link* link = find(serial);
    if (link == nullptr) return;
    Bytes& bytes = begin(Fields::kind);
    Writer writer(bytes);
    encode(writer, fields);
    link->send_signal(bytes);
  }

  // The scratch buffer that every outgoing message is built in, so that sending allocates nothing.
  Bytes& begin(MessageKind kind) {
    scratch_.clear();
    scratch_.push_back(static_cast<char>(kind));
    return scratch_;
  }

  // --- RegistryLinks ---
  void send_registry(LinkSerial serial, ByteView message) override {
    Link* link = find(serial);
    if (link != nullptr) link->send_signal(begin(MessageKind::registry).append(message));
  }
  void begin_registry(LinkSerial serial, ByteView snapshot) override {
    Link* link = find(serial);
    if (link != nullptr) link->send_first(begin(MessageKind::registry).append(snapshot));
  }
  void reach(const NodeId& to) override { (void)open(to); }
  void registry_known(const Incarnation& owner) override { cluster_->registry_known(owner); }

 private:
  NodeId self_;
  Cluster* cluster_ = nullptr;
  std::map<LinkSerial, Link*> by_serial_;
  Bytes scratch_;
};

}  // namespace noex
