// The codec of all messages: plain aggregates, field by field, reflected by Boost.PFR.
//
// encode(writer, value) and decode(decoder, value) know integers, bool, enums, strings, durations
// and wall times, optional, vector, array, ordered map, and aggregates of these (docs/WIRE.md,
// "Values"). A class with encode_to(Writer&) const and decode_from(Decoder& or Reader&) codes
// itself. Every value has exactly one encoding; decoding is total: bad bytes fail the reader,
// never throw, and never allocate more than a small multiple of the bytes that are there.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/pfr/core.hpp>

#include "noex/transport/base/bytes.h"
#include "noex/transport/base/time.h"

namespace noex {

class Sender;

// A reader that knows through which node the references it reads will send.
class Decoder : public Reader {
 public:
  explicit Decoder(ByteView in, Sender* sender = nullptr) : Reader(in), sender_(sender) {}
  Sender* sender() const { return sender_; }

 private:
  Sender* sender_;
};

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

}  // namespace codec_detail

template <class T>
concept CodesItself = requires(const T& value, Writer& writer) { value.encode_to(writer); };

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
  } else if constexpr (std::same_as<T, Duration>) {
    writer.zigzag(value.count());
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
  } else {
    static_assert(std::is_aggregate_v<T>, "a message field of a type that the codec can't code");
    boost::pfr::for_each_field(value, [&writer](const auto& field) { encode(writer, field); });
  }
}

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
  } else if constexpr (std::same_as<T, Duration>) {
    value = Duration(decoder.zigzag());
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
  } else {
    static_assert(std::is_aggregate_v<T>, "a message field of a type that the codec can't code");
    boost::pfr::for_each_field(value, [&decoder](auto& field) { decode(decoder, field); });
  }
}

// Decodes a whole value; nothing may be left over.
template <class T>
[[nodiscard]] bool decode_all(ByteView bytes, T& value, Sender* sender = nullptr) {
  Decoder decoder(bytes, sender);
  decode(decoder, value);
  return decoder.complete();
}

template <class T>
Bytes encoded(const T& value) {
  Bytes bytes;
  Writer writer(bytes);
  encode(writer, value);
  return bytes;
}

// Appends a text that differs between types whose encodings differ; part of a message's wire id.
template <class T>
void append_shape(std::string& out) {
  using namespace codec_detail;
  if constexpr (CodesItself<T>) {
    out += 'R';
  } else if constexpr (std::same_as<T, bool>) {
    out += 'b';
  } else if constexpr (std::is_enum_v<T>) {
    append_shape<std::underlying_type_t<T>>(out);
  } else if constexpr (std::integral<T>) {
    out += std::unsigned_integral<T> ? 'u' : 'i';
    out += static_cast<char>('0' + sizeof(T));
  } else if constexpr (std::same_as<T, std::string>) {
    out += 's';
  } else if constexpr (std::same_as<T, Duration> || std::same_as<T, WallTime>) {
    out += 't';
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
  } else {
    out += '{';
    [&out]<std::size_t... i>(std::index_sequence<i...>) {
      (append_shape<boost::pfr::tuple_element_t<i, T>>(out), ...);
    }(std::make_index_sequence<boost::pfr::tuple_size_v<T>>());
    out += '}';
  }
}

}  // namespace noex
