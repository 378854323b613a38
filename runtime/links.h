// Links: the standing links by serial, for those who must answer over the link that asked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "runtime/cluster.h"
#include "runtime/codec.h"
#include "runtime/wire.h"

namespace noex {

class Links {
 public:
  void add(Link& link) { by_serial_.emplace(link.serial(), &link); }
  void remove(const Link& link) { by_serial_.erase(link.serial()); }
  Link* find(std::uint64_t serial) const {
    const auto found = by_serial_.find(serial);
    return found != by_serial_.end() ? found->second : nullptr;
  }

  std::size_t size() const { return by_serial_.size(); }

  // Sends one message as a signal; dropped if the link is gone, whose end everyone hears of.
  template <class Fields>
  void signal(std::uint64_t serial, MessageKind kind, const Fields& fields) {
    Link* link = find(serial);
    if (link == nullptr) return;
    Bytes& bytes = begin(kind);
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
  std::map<std::uint64_t, Link*> by_serial_;
  Bytes scratch_;
};

}  // namespace noex
