// The codec of all messages: plain aggregates, field by field, reflected by Boost.PFR.
//
// encode(writer, value) and decode(decoder, value) know integers, bool, enums, floating point
// numbers, strings, durations and wall times, optional, vector, array, ordered map, and aggregates
// of these (docs/WIRE.md, "Values"); std_types.h adds the other containers. A class with
// encode_to(Writer&) const, decode_from(Decoder& or Reader&) and a wire_shape encodes itself. For
// any other type, a program specialises Codec.
//
// Every value has exactly one encoding. Decoding is total: bad bytes make the decoder fail; they
// never throw, and never allocate more than a small multiple of the bytes that are there.
#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/pfr/core.hpp>

#include "noex/transport/base/bytes.h"
#include "noex/transport/base/time.h"

namespace noex {

class Sender;

// A Reader that knows through which node the references that it reads will send.
class Decoder : public Reader {
 public:
  // Reads `in`, which outlives it. `sender`: the node, which outlives it; null: references that it
  // reads can send nothing.
  explicit Decoder(ByteView in, Sender* sender = nullptr) : Reader(in), sender_(sender) {}
  // A temporary would be gone before it is read.
  template <std::same_as<Bytes> Temporary>
  explicit Decoder(Temporary&&, Sender* = nullptr) = delete;
  // The node of the references that it reads; null: none.
  Sender* sender() const { return sender_; }

 private:
  Sender* sender_;
};

// The hook for a type that the codec does not know; to be specialised before its first use in a
// message:
//
//   template <>
//   struct noex::Codec<Money> {
//     static void shape(std::string& out) { out += "@money;"; }  // differs where bytes differ
//     static void encode(Writer& writer, const Money& money) { writer.zigzag(money.cents()); }
//     static void decode(Decoder& decoder, Money& money) { money = Money(decoder.zigzag()); }
//   };
//
// A value has exactly one encoding, of at least one byte; decode() calls decoder.fail() for any
// other bytes. The value that it is given need not be empty.
template <class T>
struct Codec;

// A class that encodes itself.
template <class T>
concept CodesItself = requires(const T& value, Writer& writer) { value.encode_to(writer); };
// A type for which somebody has specialised Codec.
template <class T>
concept HasCodec = requires(const T& value, Writer& writer) { Codec<T>::encode(writer, value); };

namespace codec_detail {

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsArray : std::false_type {};
template <class T, std::size_t n>
struct IsArray<std::array<T, n>> : std::true_type {};
template <class T>
struct IsMap : std::false_type {};
template <class K, class V>
struct IsMap<std::map<K, V>> : std::true_type {};
template <class T>
struct IsDuration : std::false_type {};
template <class R, class P>
struct IsDuration<std::chrono::duration<R, P>> : std::true_type {};
template <class T>
inline constexpr bool is_float = std::same_as<T, float> || std::same_as<T, double>;
// Of one value, without a look inside.
template <class T>
inline constexpr bool is_leaf =
    std::integral<T> || std::is_enum_v<T> || is_float<T> || std::same_as<T, std::string> ||
    IsDuration<T>::value || std::same_as<T, WallTime> || CodesItself<T> || HasCodec<T>;

// --- C arrays, which Boost.PFR takes for so many fields ---
// Parentheses initialise an aggregate member by member and can't fill an array, braces can: what
// takes more values in braces has an array.

template <class T>
struct AnyField {
  template <class U>
    requires(!std::same_as<U, T>)
  operator U() const;  // never called  // NOLINT(google-explicit-constructor)
};
template <class T, std::size_t>
using AnyAt = AnyField<T>;

template <class T, std::size_t... i>
constexpr bool made_of(std::index_sequence<i...>) {
  return requires { T(AnyAt<T, i>{}...); };
}
template <class T, std::size_t... i>
constexpr bool braced_of(std::index_sequence<i...>) {
  return requires { T{AnyAt<T, i>{}...}; };
}
template <class T, std::size_t n = 0>
constexpr std::size_t members_made() {
  if constexpr (made_of<T>(std::make_index_sequence<n + 1>())) {
    return members_made<T, n + 1>();
  } else {
    return n;
  }
}
template <class T>
inline constexpr bool has_c_array = braced_of<T>(std::make_index_sequence<members_made<T>() + 1>());

// --- Can it travel, and if not, what is wrong ---

template <class T>
struct CArrayIn {};  // stands for the array, whose own type nobody can name

template <class T, std::size_t i = 0>
constexpr auto wrong_field();

// std::type_identity of the first type in T that can't travel, or of void.
template <class T>
constexpr auto wrong_in() {
  if constexpr (is_leaf<T>) {
    return std::type_identity<void>();
  } else if constexpr (IsOptional<T>::value || IsVector<T>::value || IsArray<T>::value) {
    return wrong_in<typename T::value_type>();
  } else if constexpr (IsMap<T>::value) {
    using Key = typename decltype(wrong_in<typename T::key_type>())::type;
    if constexpr (std::is_void_v<Key>) {
      return wrong_in<typename T::mapped_type>();
    } else {
      return std::type_identity<Key>();
    }
  } else if constexpr (!std::is_aggregate_v<T> || std::is_union_v<T> || std::is_array_v<T>) {
    return std::type_identity<T>();
  } else if constexpr (has_c_array<T>) {
    return std::type_identity<CArrayIn<T>>();
  } else {
    return wrong_field<T>();
  }
}

template <class T, std::size_t i>
constexpr auto wrong_field() {
  if constexpr (i == boost::pfr::tuple_size_v<T>) {
    return std::type_identity<void>();
  } else {
    using Wrong = typename decltype(wrong_in<boost::pfr::tuple_element_t<i, T>>())::type;
    if constexpr (std::is_void_v<Wrong>) {
      return wrong_field<T, i + 1>();
    } else {
      return std::type_identity<Wrong>();
    }
  }
}

template <class T>
using WrongIn = typename decltype(wrong_in<T>())::type;

// Instantiated once, so that a wrong field is said once: the compiler's line above the error names
// the message and the type.
template <class Message, class Field>
struct FieldOf {
  static_assert(std::is_void_v<Field>,
                "a message has a field of a type that can't travel; FieldOf<message, type> above "
                "names both (docs/WIRE.md, \"Values\"; std_types.h has more; or specialise Codec)");
};

}  // namespace codec_detail

// Whether values of type T can be encoded and decoded.
template <class T>
inline constexpr bool travels = std::is_void_v<codec_detail::WrongIn<T>>;

// Does not compile unless T travels: with one error, which names T and the type in it that cannot.
template <class T>
constexpr void check_travels() {
  [[maybe_unused]] const codec_detail::FieldOf<T, codec_detail::WrongIn<T>> checked;
}

namespace codec_detail {

template <class T>
using FloatBits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

template <class T>
constexpr FloatBits<T> one_nan() {
  return std::bit_cast<FloatBits<T>>(std::numeric_limits<T>::quiet_NaN()) &
         ~(FloatBits<T>{1} << (8 * sizeof(T) - 1));
}

// The bits of IEEE 754; all NaNs become one.
template <class T>
void encode_float(Writer& writer, T value) {
  static_assert(std::numeric_limits<T>::is_iec559);
  const auto bits = value != value ? one_nan<T>() : std::bit_cast<FloatBits<T>>(value);
  if constexpr (sizeof(T) == 4) {
    writer.u32(bits);
  } else {
    writer.u64(bits);
  }
}

}  // namespace codec_detail

// Appends the encoding of `value`.
template <class T>
void encode(Writer& writer, const T& value) {
  using namespace codec_detail;
  if constexpr (CodesItself<T>) {
    value.encode_to(writer);
  } else if constexpr (std::same_as<T, bool>) {
    writer.u8(value ? 1 : 0);
  } else if constexpr (std::is_enum_v<T>) {
    encode(writer, static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::unsigned_integral<T>) {
    writer.varint(value);
  } else if constexpr (std::signed_integral<T>) {
    writer.zigzag(value);
  } else if constexpr (std::same_as<T, std::string>) {
    writer.string(value);
  } else if constexpr (is_float<T>) {
    encode_float(writer, value);
  } else if constexpr (IsDuration<T>::value) {
    encode(writer, value.count());
  } else if constexpr (std::same_as<T, WallTime>) {
    writer.zigzag(value.time_since_epoch().count());
  } else if constexpr (IsOptional<T>::value) {
    writer.u8(value ? 1 : 0);
    if (value) encode(writer, *value);
  } else if constexpr (IsVector<T>::value) {
    writer.varint(value.size());
    for (const auto& item : value) encode(writer, item);
  } else if constexpr (IsArray<T>::value) {
    for (const auto& item : value) encode(writer, item);
  } else if constexpr (IsMap<T>::value) {
    writer.varint(value.size());
    for (const auto& [key, item] : value) {
      encode(writer, key);
      encode(writer, item);
    }
  } else if constexpr (HasCodec<T>) {
    Codec<T>::encode(writer, value);
  } else {
    check_travels<T>();
    if constexpr (travels<T>) {
      boost::pfr::for_each_field(value, [&writer](const auto& field) { encode(writer, field); });
    }
  }
}

// Decodes a value. If the bytes are none of type T, the decoder has failed() afterwards, and
// `value` is good for nothing.
template <class T>
void decode(Decoder& decoder, T& value);

namespace codec_detail {

template <class T>
void decode_unsigned(Decoder& decoder, T& value) {
  const std::uint64_t wide = decoder.varint();
  if (wide > std::numeric_limits<T>::max()) decoder.fail();
  value = static_cast<T>(wide);
}

template <class T>
void decode_signed(Decoder& decoder, T& value) {
  const std::int64_t wide = decoder.zigzag();
  if (wide > std::numeric_limits<T>::max() || wide < std::numeric_limits<T>::min()) decoder.fail();
  value = static_cast<T>(wide);
}

template <class T>
void decode_float(Decoder& decoder, T& value) {
  if constexpr (sizeof(T) == 4) {
    value = std::bit_cast<T>(decoder.u32());
  } else {
    value = std::bit_cast<T>(decoder.u64());
  }
  if (value != value && std::bit_cast<FloatBits<T>>(value) != one_nan<T>()) decoder.fail();
}

inline bool decode_flag(Decoder& decoder) {
  const std::uint8_t byte = decoder.u8();
  if (byte > 1) decoder.fail();
  return byte == 1;
}

// An element takes a byte at least, so that a length over what is left is a lie: refused before
// anything is allocated.
inline std::uint64_t decode_size(Decoder& decoder) {
  const std::uint64_t size = decoder.varint();
  if (size > decoder.rest().size()) return decoder.fail();
  return size;
}

template <class T>
void decode_vector(Decoder& decoder, std::vector<T>& value) {
  static_assert(!std::is_empty_v<T>, "elements without bytes can't be counted safely");
  const std::uint64_t size = decode_size(decoder);
  value.clear();
  for (std::uint64_t i = 0; i < size && !decoder.failed(); ++i) {
    T item{};
    decode(decoder, item);
    value.push_back(std::move(item));
  }
}

template <class K, class V>
void decode_map(Decoder& decoder, std::map<K, V>& value) {
  const std::uint64_t size = decode_size(decoder);
  value.clear();
  for (std::uint64_t i = 0; i < size && !decoder.failed(); ++i) {
    K key{};
    V item{};
    decode(decoder, key);
    decode(decoder, item);
    if (!value.empty() && !(value.rbegin()->first < key)) decoder.fail();  // one order only
    value.emplace_hint(value.end(), std::move(key), std::move(item));
  }
}

}  // namespace codec_detail

template <class T>
void decode(Decoder& decoder, T& value) {
  using namespace codec_detail;
  if constexpr (CodesItself<T>) {
    value.decode_from(decoder);
  } else if constexpr (std::same_as<T, bool>) {
    value = decode_flag(decoder);
  } else if constexpr (std::is_enum_v<T>) {
    std::underlying_type_t<T> number{};
    decode(decoder, number);
    value = static_cast<T>(number);
    if constexpr (requires { is_known(value); }) {
      if (!is_known(value)) decoder.fail();
    }
  } else if constexpr (std::unsigned_integral<T>) {
    decode_unsigned(decoder, value);
  } else if constexpr (std::signed_integral<T>) {
    decode_signed(decoder, value);
  } else if constexpr (std::same_as<T, std::string>) {
    value = decoder.string();
  } else if constexpr (is_float<T>) {
    decode_float(decoder, value);
  } else if constexpr (IsDuration<T>::value) {
    typename T::rep count{};
    decode(decoder, count);
    value = T(count);
  } else if constexpr (std::same_as<T, WallTime>) {
    value = WallTime(Duration(decoder.zigzag()));
  } else if constexpr (IsOptional<T>::value) {
    value.reset();
    if (decode_flag(decoder)) decode(decoder, value.emplace());
  } else if constexpr (IsVector<T>::value) {
    decode_vector(decoder, value);
  } else if constexpr (IsArray<T>::value) {
    for (auto& item : value) decode(decoder, item);
  } else if constexpr (IsMap<T>::value) {
    decode_map(decoder, value);
  } else if constexpr (HasCodec<T>) {
    Codec<T>::decode(decoder, value);
  } else {
    check_travels<T>();
    if constexpr (travels<T>) {
      boost::pfr::for_each_field(value, [&decoder](auto& field) { decode(decoder, field); });
    }
  }
}

// Decodes a value that takes all of `bytes`. False: they are no such value. `sender`: the node
// through which references in it will send.
template <class T>
[[nodiscard]] bool decode_all(ByteView bytes, T& value, Sender* sender = nullptr) {
  Decoder decoder(bytes, sender);
  decode(decoder, value);
  return decoder.complete();
}

// The encoding of `value` by itself.
template <class T>
Bytes encoded(const T& value) {
  Bytes bytes;
  Writer writer(bytes);
  encode(writer, value);
  return bytes;
}

// Appends the shape of an aggregate that has only the fields i of T.
template <class T, std::size_t... i>
void append_shape_of_fields(std::string& out, std::index_sequence<i...>);

// Appends the shape of T: a text that differs between types whose encodings differ, and is a part
// of a message's wire id.
template <class T>
void append_shape(std::string& out) {
  using namespace codec_detail;
  if constexpr (CodesItself<T>) {
    static_assert(
        requires { std::string_view(T::wire_shape); },
        "a class with encode_to() that travels in messages needs a wire_shape");
    out += '@';
    out += T::wire_shape;
    out += ';';
  } else if constexpr (std::same_as<T, bool>) {
    out += 'b';
  } else if constexpr (std::is_enum_v<T>) {
    append_shape<std::underlying_type_t<T>>(out);
  } else if constexpr (std::integral<T>) {
    out += std::unsigned_integral<T> ? 'u' : 'i';
    out += static_cast<char>('0' + sizeof(T));
  } else if constexpr (is_float<T>) {
    out += 'f';
    out += static_cast<char>('0' + sizeof(T));
  } else if constexpr (std::same_as<T, std::string>) {
    out += 's';
  } else if constexpr (std::same_as<T, Duration> || std::same_as<T, WallTime>) {
    out += 't';
  } else if constexpr (IsDuration<T>::value) {
    out += "t" + std::to_string(T::period::num) + "/" + std::to_string(T::period::den);
    append_shape<typename T::rep>(out);
  } else if constexpr (IsOptional<T>::value) {
    out += '?';
    append_shape<typename T::value_type>(out);
  } else if constexpr (IsVector<T>::value || IsArray<T>::value) {
    out += '[';
    append_shape<typename T::value_type>(out);
  } else if constexpr (IsMap<T>::value) {
    out += '<';
    append_shape<typename T::key_type>(out);
    append_shape<typename T::mapped_type>(out);
  } else if constexpr (HasCodec<T>) {
    Codec<T>::shape(out);
  } else {
    check_travels<T>();
    if constexpr (travels<T>) {
      append_shape_of_fields<T>(out, std::make_index_sequence<boost::pfr::tuple_size_v<T>>());
    }
  }
}

template <class T, std::size_t... i>
void append_shape_of_fields(std::string& out, std::index_sequence<i...>) {
  out += '{';
  (append_shape<boost::pfr::tuple_element_t<i, T>>(out), ...);
  out += '}';
}

}  // namespace noex
