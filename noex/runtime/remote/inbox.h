// Inbox: from the first byte of a message of a peer to the part of the runtime that it is for.
//
// Owns the table of who takes which kind; each part takes its own, decoded, and knows no other. A
// kind that nobody takes, or two take, does not compile.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <tuple>
#include <type_traits>

#include "noex/runtime/cluster/cluster.h"
#include "noex/runtime/message/codec.h"
#include "noex/runtime/remote/wire.h"

namespace noex {

// Who takes one kind of message: a function that gives false for what is malformed, or void.
template <class Fields>
struct Receiver {
  std::function<bool(Link&, Decoder&)> take;
};

namespace inbox_detail {

// What does not say true or false is well-formed.
template <class Take>
bool is_well_formed(Take&& take) {
  if constexpr (std::is_void_v<decltype(take())>) {
    take();
    return true;
  } else {
    return take();
  }
}

}  // namespace inbox_detail

// The fields are all that there is.
template <class Part, class Given, class Fields>
Receiver<std::remove_const_t<Fields>> receiver(Part& part, Given (Part::*take)(Link&, Fields&)) {
  return {[&part, take](Link& link, Decoder& bytes) {
    std::remove_const_t<Fields> fields;
    decode(bytes, fields);
    return bytes.complete() &&
           inbox_detail::is_well_formed([&] { return (part.*take)(link, fields); });
  }};
}

// A body follows, which takes what is left.
template <class Part, class Given, class Fields>
Receiver<std::remove_const_t<Fields>> receiver(Part& part,
                                               Given (Part::*take)(Link&, Fields&, ByteView)) {
  return {[&part, take](Link& link, Decoder& bytes) {
    std::remove_const_t<Fields> fields;
    decode(bytes, fields);
    return !bytes.failed() &&
           inbox_detail::is_well_formed([&] { return (part.*take)(link, fields, bytes.rest()); });
  }};
}

class Inbox {
 public:
  // `sender`: of the references that arrive. It and all parts outlive this.
  template <class... Fields>
  explicit Inbox(Sender& sender, Receiver<Fields>... receivers) : sender_(sender) {
    static_assert(takes_each<Fields...>(static_cast<Kinds*>(nullptr)),
                  "a kind of message is taken by nobody, or by two");
    ((takers_[index(Fields::kind)] = std::move(receivers.take)), ...);
  }

  // False: malformed.
  [[nodiscard]] bool on_message(Link& link, ByteView message) {
    Decoder bytes(message, &sender_);
    const std::size_t kind = bytes.u8();
    return kind < takers_.size() && takers_[kind] && takers_[kind](link, bytes);
  }

 private:
  using Kinds = decltype(std::tuple_cat(std::tuple<wire::Registry>(), wire::All()));
  static constexpr std::size_t kinds = std::tuple_size_v<Kinds>;  // from 1 on

  static constexpr std::size_t index(MessageKind kind) { return static_cast<std::size_t>(kind); }
  template <class... Taken, class... All>
  static constexpr bool takes_each(std::tuple<All...>*) {
    const auto takers = [](MessageKind kind) { return ((Taken::kind == kind) + ... + 0); };
    return ((takers(All::kind) == 1 && index(All::kind) <= kinds) && ...);
  }

  Sender& sender_;
  std::array<std::function<bool(Link&, Decoder&)>, kinds + 1> takers_;
};

}  // namespace noex
