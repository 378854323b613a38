// Messages: what a type must look like to be sent, its wire id, and a message without its type.
//
// A message is a plain aggregate with a `wire_name`; one with a nested `reply` type is a call, one
// without is a cast:
//   struct Post { static constexpr auto wire_name = "chat:post"; std::string user, text; };
// On one node a message is moved in a Box and never serialised; between nodes its fields are coded
// by include/noex/runtime/message/codec.h behind its TypeId.
//
// A message, or a reply, may grow at its end without becoming another type: `wire_fields` says how
// many fields it had when it was new, and those behind them are known to later builds only. Who
// does not know them skips them; who misses them keeps their defaults (docs/EVOLUTION.md):
//   struct Post {
//     static constexpr auto wire_name = "chat:post";
//     static constexpr std::size_t wire_fields = 2;
//     std::string user, text;
//     std::optional<WallTime> at = std::nullopt;  // added later
//   };
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

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

// XXH32 with seed 0: how a shape becomes an id.
TypeId shape_id(std::string_view shape);

// It has got fields since it was new: the first wire_fields make its id.
template <class T>
concept Grown = requires {
  { T::wire_fields } -> std::convertible_to<std::size_t>;
};

namespace message_detail {

template <class T>
void append_wire_shape(std::string& out) {
  if constexpr (Grown<T>) {
    check_travels<T>();
    if constexpr (travels<T>) {
      static_assert(T::wire_fields < boost::pfr::tuple_size_v<T>,
                    "wire_fields counts the fields of the first version, fewer than there are now");
      append_shape_of_fields<T>(out, std::make_index_sequence<T::wire_fields>());
    }
  } else {
    append_shape<T>(out);
  }
}

// A field that was added travels with the hash of its shape and its length, so that a build that
// does not know it can skip it, and one that has another field there can tell.
template <class Field>
TypeId added_id() {
  static const TypeId id = [] {
    std::string shape;
    append_shape<Field>(shape);
    return shape_id(shape);
  }();
  return id;
}

template <class Field>
void encode_added(Writer& writer, const Field& field) {
  Bytes bytes;
  Writer inner(bytes);
  encode(inner, field);
  writer.u32(added_id<Field>());
  writer.string(bytes);
}

// Nothing left: an older build sent it, and the field keeps its default.
template <class Field>
void decode_added(Decoder& decoder, Field& field, bool& incompatible) {
  if (decoder.rest().empty()) return;
  const TypeId id = decoder.u32();
  const ByteView bytes = decoder.string();
  if (decoder.failed()) return;
  if (id != added_id<Field>()) {
    incompatible = true;
    return;
  }
  if (!decode_all(bytes, field, decoder.sender())) decoder.fail();
}

// What a later build has added and this one does not know.
inline void skip_added(Decoder& decoder) {
  while (!decoder.rest().empty()) {
    decoder.u32();
    decoder.string();
  }
}

}  // namespace message_detail

// XXH32 over the wire name and the shapes of the fields and of the reply: two builds whose
// message differs in a field see different ids, hence incompatible_type and never garbage.
template <Message M>
TypeId type_id() {
  static const TypeId id = [] {
    std::string shape{std::string_view(M::wire_name)};
    shape += '/';
    message_detail::append_wire_shape<M>(shape);
    if constexpr (CallMessage<M>) {
      shape += "->";
      message_detail::append_wire_shape<typename M::reply>(shape);
    }
    return shape_id(shape);
  }();
  return id;
}

// How a whole message or reply travels: its fields, then those that were added, to the end.
template <class T>
void encode_body(Writer& writer, const T& value) {
  if constexpr (Grown<T>) {
    boost::pfr::for_each_field(value, [&writer](const auto& field, auto index) {
      if constexpr (decltype(index)::value < T::wire_fields) {
        encode(writer, field);
      } else {
        message_detail::encode_added(writer, field);
      }
    });
  } else {
    encode(writer, value);
  }
}

enum class Body : std::uint8_t {
  whole,
  malformed,
  incompatible,  // well formed, but an added field is not the one that this build has there
};

template <class T>
[[nodiscard]] Body decode_body(Decoder& decoder, T& value) {
  bool incompatible = false;
  if constexpr (Grown<T>) {
    boost::pfr::for_each_field(value, [&](auto& field, auto index) {
      if constexpr (decltype(index)::value < T::wire_fields) {
        decode(decoder, field);
      } else {
        if (!incompatible) message_detail::decode_added(decoder, field, incompatible);
      }
    });
  } else {
    decode(decoder, value);
  }
  message_detail::skip_added(decoder);
  if (!decoder.complete()) return Body::malformed;
  return incompatible ? Body::incompatible : Body::whole;
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
  void encode_to(Writer& writer) const override { encode_body(writer, value_); }
  std::unique_ptr<Payload> box() override { return std::make_unique<Box<T>>(std::move(value_)); }

 private:
  T& value_;
};

// The same of a value that stays, for one message to many.
template <class T>
class OutgoingCopy final : public Outgoing {
 public:
  explicit OutgoingCopy(const T& value) : value_(value) {}
  void encode_to(Writer& writer) const override { encode_body(writer, value_); }
  std::unique_ptr<Payload> box() override { return std::make_unique<Box<T>>(value_); }

 private:
  const T& value_;
};

}  // namespace noex
