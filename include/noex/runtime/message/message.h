// Messages: what a type must look like to be sent, its wire id, and a message without its type.
//
// A message is a plain aggregate with a `wire_name`; one with a nested `reply` type is a call, one
// without is a cast:
//   struct Post { static constexpr auto wire_name = "chat:post"; std::string user, text; };
// On one node a message is moved in a Box and never serialised; between nodes its fields are coded
// by include/noex/runtime/message/codec.h behind its TypeId.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include <xxhash.h>

#include "noex/runtime/message/codec.h"

namespace noex {

template <class M>
concept Message = std::is_aggregate_v<M> && requires {
  { M::wire_name } -> std::convertible_to<std::string_view>;
};
template <class M>
concept CallMessage = Message<M> && requires { typename M::reply; };
template <class M>
concept CastMessage = Message<M> && !CallMessage<M>;

// A reply that says only that it was done.
struct Done {
  bool operator==(const Done&) const = default;
};

using TypeId = std::uint32_t;

// XXH32 over the wire name and the shapes of the fields and of the reply: two builds whose
// message differs in a field see different ids, hence incompatible_type and never garbage.
template <Message M>
TypeId type_id() {
  static const TypeId id = [] {
    std::string shape{std::string_view(M::wire_name)};
    shape += '/';
    append_shape<M>(shape);
    if constexpr (CallMessage<M>) {
      shape += "->";
      append_shape<typename M::reply>(shape);
    }
    return static_cast<TypeId>(XXH32(shape.data(), shape.size(), 0));
  }();
  return id;
}

// A message at rest in a mailbox; the handler that takes it knows its type from its TypeId.
class Payload {
 public:
  virtual ~Payload() = default;
};

template <class M>
class Box final : public Payload {
 public:
  Box() = default;
  explicit Box(M message) : value(std::move(message)) {}
  M value{};
};

// A value on its way out, without its type: encoded for another node, or moved on this one.
class Outgoing {
 public:
  virtual ~Outgoing() = default;
  virtual void encode_to(Writer& writer) const = 0;
  // Moves the value out; at most once, and not after that encode_to.
  virtual std::unique_ptr<Payload> box() = 0;
};

template <class T>
class OutgoingValue final : public Outgoing {
 public:
  explicit OutgoingValue(T& value) : value_(value) {}
  void encode_to(Writer& writer) const override { encode(writer, value_); }
  std::unique_ptr<Payload> box() override { return std::make_unique<Box<T>>(std::move(value_)); }

 private:
  T& value_;
};

// The same of a value that stays, for one message to many.
template <class T>
class OutgoingCopy final : public Outgoing {
 public:
  explicit OutgoingCopy(const T& value) : value_(value) {}
  void encode_to(Writer& writer) const override { encode(writer, value_); }
  std::unique_ptr<Payload> box() override { return std::make_unique<Box<T>>(value_); }

 private:
  const T& value_;
};

}  // namespace noex
