// More types of the standard library as fields of messages: set, unordered_set, unordered_map,
// pair, tuple and variant. Include it where they are sent.
//
// They are not in codec.h, so that only those compile them who send them. An unordered container
// travels in the order of its keys, exactly as the ordered one does, so that equal values have
// equal bytes whatever the hash: its keys need a <. Containers are those with std::less or
// std::hash, and the standard allocator.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "noex/runtime/message/codec.h"

namespace noex {

namespace codec_detail {

template <class... T>
concept AllTravel = (travels<T> && ...);

// Pointers to the items of an unordered container, by key.
template <class Container, class KeyOf>
auto sorted(const Container& value, KeyOf key_of) {
  std::vector<const typename Container::value_type*> items;
  items.reserve(value.size());
  for (const auto& item : value) items.push_back(&item);
  std::ranges::sort(items, [&](const auto* a, const auto* b) { return key_of(*a) < key_of(*b); });
  return items;
}

// Strictly ascending keys only: `decode_item` gives a pointer to the key that it has put in, or
// nullptr for one that is there already.
template <class Key, class DecodeItem>
void decode_ascending(Decoder& decoder, DecodeItem decode_item) {
  const std::uint64_t size = decode_size(decoder);
  const Key* last = nullptr;
  for (std::uint64_t i = 0; i < size && !decoder.failed(); ++i) {
    const Key* key = decode_item();
    if (key == nullptr || (last != nullptr && !(*last < *key))) {
      decoder.fail();
      return;
    }
    last = key;
  }
}

template <class Set>
void decode_set(Decoder& decoder, Set& value) {
  using Key = typename Set::key_type;
  static_assert(!std::is_empty_v<Key>, "elements without bytes can't be counted safely");
  value.clear();
  decode_ascending<Key>(decoder, [&]() -> const Key* {
    Key key{};
    decode(decoder, key);
    const auto [at, fresh] = value.insert(std::move(key));
    return fresh ? &*at : nullptr;
  });
}

template <class Key>
void set_shape(std::string& out) {
  out += '(';
  append_shape<Key>(out);
}

}  // namespace codec_detail

// As a vector of the keys, ascending.
template <class Key>
  requires codec_detail::AllTravel<Key>
struct Codec<std::set<Key>> {
  static void shape(std::string& out) { codec_detail::set_shape<Key>(out); }
  static void encode(Writer& writer, const std::set<Key>& value) {
    writer.varint(value.size());
    for (const Key& key : value) noex::encode(writer, key);
  }
  static void decode(Decoder& decoder, std::set<Key>& value) {
    codec_detail::decode_set(decoder, value);
  }
};

// As a std::set.
template <class Key>
  requires codec_detail::AllTravel<Key>
struct Codec<std::unordered_set<Key>> {
  static void shape(std::string& out) { codec_detail::set_shape<Key>(out); }
  static void encode(Writer& writer, const std::unordered_set<Key>& value) {
    writer.varint(value.size());
    const auto itself = [](const Key& key) -> const Key& { return key; };
    for (const Key* key : codec_detail::sorted(value, itself)) noex::encode(writer, *key);
  }
  static void decode(Decoder& decoder, std::unordered_set<Key>& value) {
    codec_detail::decode_set(decoder, value);
  }
};

// As a std::map.
template <class Key, class Item>
  requires codec_detail::AllTravel<Key, Item>
struct Codec<std::unordered_map<Key, Item>> {
  using Map = std::unordered_map<Key, Item>;
  static void shape(std::string& out) { append_shape<std::map<Key, Item>>(out); }
  static void encode(Writer& writer, const Map& value) {
    writer.varint(value.size());
    const auto key_of = [](const auto& item) -> const Key& { return item.first; };
    for (const auto* item : codec_detail::sorted(value, key_of)) {
      noex::encode(writer, item->first);
      noex::encode(writer, item->second);
    }
  }
  static void decode(Decoder& decoder, Map& value) {
    value.clear();
    codec_detail::decode_ascending<Key>(decoder, [&]() -> const Key* {
      Key key{};
      Item item{};
      noex::decode(decoder, key);
      noex::decode(decoder, item);
      const auto [at, fresh] = value.try_emplace(std::move(key), std::move(item));
      return fresh ? &at->first : nullptr;
    });
  }
};

// As an aggregate of the two.
template <class A, class B>
  requires codec_detail::AllTravel<A, B>
struct Codec<std::pair<A, B>> {
  static void shape(std::string& out) {
    out += '{';
    append_shape<A>(out);
    append_shape<B>(out);
    out += '}';
  }
  static void encode(Writer& writer, const std::pair<A, B>& value) {
    noex::encode(writer, value.first);
    noex::encode(writer, value.second);
  }
  static void decode(Decoder& decoder, std::pair<A, B>& value) {
    noex::decode(decoder, value.first);
    noex::decode(decoder, value.second);
  }
};

// As an aggregate of its elements.
template <class... T>
  requires codec_detail::AllTravel<T...>
struct Codec<std::tuple<T...>> {
  static void shape(std::string& out) {
    out += '{';
    (append_shape<T>(out), ...);
    out += '}';
  }
  static void encode(Writer& writer, const std::tuple<T...>& value) {
    std::apply([&writer](const auto&... each) { (noex::encode(writer, each), ...); }, value);
  }
  static void decode(Decoder& decoder, std::tuple<T...>& value) {
    std::apply([&decoder](auto&... each) { (noex::decode(decoder, each), ...); }, value);
  }
};

// The number of the alternative, then the alternative. A valueless variant throws
// std::bad_variant_access where it is sent.
template <class... T>
  requires codec_detail::AllTravel<T...>
struct Codec<std::variant<T...>> {
  using Variant = std::variant<T...>;
  static void shape(std::string& out) {
    out += '|';
    (append_shape<T>(out), ...);
    out += ';';
  }
  static void encode(Writer& writer, const Variant& value) {
    std::visit(
        [&](const auto& held) {
          writer.varint(value.index());
          noex::encode(writer, held);
        },
        value);
  }
  static void decode(Decoder& decoder, Variant& value) {
    const std::uint64_t index = decoder.varint();
    if (index >= sizeof...(T)) {
      decoder.fail();
      return;
    }
    decode_at(decoder, value, index, std::index_sequence_for<T...>());
  }

 private:
  template <std::size_t... i>
  static void decode_at(Decoder& decoder, Variant& value, std::uint64_t index,
                        std::index_sequence<i...>) {
    ((i == index ? noex::decode(decoder, value.template emplace<i>()) : void()), ...);
  }
};

}  // namespace noex
