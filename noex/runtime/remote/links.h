// Links: every link by its serial, for those who must answer over the link that asked, and the one
// place where a link is opened.
//
// A link is here from the moment in which it can be used, which is before link_up is told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "noex/runtime/cluster/cluster.h"
#include "noex/runtime/message/codec.h"
#include "noex/runtime/remote/wire.h"

namespace noex {

class Links {
 public:
  // It outlives what is done here. Once, before the first open().
  void set_cluster(Cluster& cluster) { cluster_ = &cluster; }
  // As Cluster::open().
  Link* open(const NodeId& id, Boot boot = 0) {
    Link* link = cluster_->open(id, boot);
    if (link != nullptr) add(*link);
    return link;
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

 private:
  Cluster* cluster_ = nullptr;
  std::map<LinkSerial, Link*> by_serial_;
  Bytes scratch_;
};

}  // namespace noex
