// Messages: what a type must look like to be sent, its wire id, and a message without its type.
//
// A message is a plain aggregate with a `wire_name`. With a nested `reply` type it is a call,
// without one it is a cast:
//
//   struct Post {
//     static constexpr auto wire_name = "chat:post";
//     std::string user, text;
//   };
//
// Within a node a message is moved in a Box and never encoded; between nodes its TypeId travels,
// and then its fields ("noex/runtime/message/codec.h").
//
// A message, or a reply, may get further fields at its end and stay the same type. `wire_fields`
// says how many it had at first; builds that know only those skip the others, and a build that
// misses them keeps their defaults (docs/EVOLUTION.md):
//
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

// An aggregate with a wire_name: what can be sent.
template <class M>
concept Message = std::is_aggregate_v<M> && requires {
  { M::wire_name } -> std::convertible_to<std::string_view>;
};
// A message that is answered, with an M::reply.
template <class M>
concept CallMessage = Message<M> && requires { typename M::reply; };
// A message that is not answered.
template <class M>
concept CastMessage = Message<M> && !CallMessage<M>;

// A reply that says only that it was done.
struct Done {
  bool operator==(const Done&) const = default;
};

// Which type of message, on the wire: see type_id().
using TypeId = std::uint32_t;

// The id of a shape (append_shape): XXH32 with seed 0.
TypeId shape_id(std::string_view shape);

// A message or reply that has got fields since its first version: the first wire_fields of them
// make its id.
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

template <class M>
std::string full_text();

// What a later build has added and this one does not know.
inline void skip_added(Decoder& decoder) {
  while (!decoder.rest().empty()) {
    decoder.u32();
    decoder.string();
  }
}

}  // namespace message_detail

// Its wire name and the shapes of its fields and of its reply, without those that were added.
template <Message M>
std::string type_text() {
  std::string text{std::string_view(M::wire_name)};
  text += '/';
  message_detail::append_wire_shape<M>(text);
  if constexpr (CallMessage<M>) {
    text += "->";
    message_detail::append_wire_shape<typename M::reply>(text);
  }
  return text;
}

// The wire id of a message type: XXH32 of that text. Two builds in which it differs have different
// ids: they see incompatible_type, and never garbage.
template <Message M>
TypeId type_id() {
  static const TypeId id = shape_id(type_text<M>());
  return id;
}

// What people are told of a message type that others do not take. A constant.
struct MessageType {
  std::string_view wire_name;       // the message's own
  std::string (*text)() = nullptr;  // as type_text(), and +shape of each field that was added
};
// That of M.
template <Message M>
inline constexpr MessageType message_type{M::wire_name, &message_detail::full_text<M>};

template <class M>
std::string message_detail::full_text() {
  std::string text = type_text<M>();
  if constexpr (Grown<M>) {
    [&text]<std::size_t... i>(std::index_sequence<i...>) {
      ((text += '+', append_shape<boost::pfr::tuple_element_t<M::wire_fields + i, M>>(text)), ...);
    }(std::make_index_sequence<boost::pfr::tuple_size_v<M> - M::wire_fields>());
  }
  return text;
}

// Encodes a whole message or reply: its first fields, then those that were added.
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

// What decode_body() found.
enum class Body : std::uint8_t {
  whole,         // a value of the type
  malformed,     // not a value of the type
  incompatible,  // well formed, but this build has another field in the place of an added one
};

// Decodes a whole message or reply, up to the end of the bytes. Unless the result is whole, `value`
// is good for nothing.
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

// A message in a mailbox, without its type: its handler knows that from the TypeId beside it.
class Payload {
 public:
  virtual ~Payload() = default;
};

// A message in a mailbox, with its type.
template <class M>
class Box final : public Payload {
 public:
  Box() = default;
  // Moves the message in.
  explicit Box(M message) : value(std::move(message)) {}
  M value{};  // the message
};

// A value on its way out, without its type: it is encoded for another node, or moved on this one.
class Outgoing {
 public:
  virtual ~Outgoing() = default;
  // Encodes the value, as encode_body() does.
  virtual void encode_to(Writer& writer) const = 0;
  // Moves the value into a Box; at most once, and it cannot be encoded afterwards.
  virtual std::unique_ptr<Payload> box() = 0;
  // What it is called; nullptr: it is a reply.
  virtual const MessageType* type() const = 0;
};

// What a value on its way out is called; nullptr: it is a reply.
template <class T>
constexpr const MessageType* type_of_outgoing() {
  if constexpr (Message<T>) return &message_type<T>;
  return nullptr;
}

// An Outgoing over a value that may be moved from, and that outlives it.
template <class T>
class OutgoingValue final : public Outgoing {
 public:
  // The value outlives it.
  explicit OutgoingValue(T& value) : value_(value) {}
  void encode_to(Writer& writer) const override { encode_body(writer, value_); }
  std::unique_ptr<Payload> box() override { return std::make_unique<Box<T>>(std::move(value_)); }
  const MessageType* type() const override { return type_of_outgoing<T>(); }

 private:
  T& value_;
};

// An Outgoing over a value that stays as it is, and outlives it: for one message to many.
template <class T>
class OutgoingCopy final : public Outgoing {
 public:
  // The value outlives it.
  explicit OutgoingCopy(const T& value) : value_(value) {}
  explicit OutgoingCopy(const T&&) = delete;
  void encode_to(Writer& writer) const override { encode_body(writer, value_); }
  std::unique_ptr<Payload> box() override { return std::make_unique<Box<T>>(value_); }
  const MessageType* type() const override { return type_of_outgoing<T>(); }

 private:
  const T& value_;
};

}  // namespace noex
