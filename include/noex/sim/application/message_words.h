// MessageWords: how one type of message is shown in the story: by its wire name and fields, through
// the reflection that encodes it, or in words of its own.
//
//   std::vector<MessageWords> messages() const override {
//     return {message_words<Put>(), message_words<Get>()};  // kv:put key="k7" value="v"
//   }
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/pfr/core.hpp>
#include <fmt/format.h>

#include "noex/runtime/core/ids.h"
#include "noex/runtime/message/codec.h"
#include "noex/runtime/message/exit_reason.h"
#include "noex/runtime/message/message.h"
#include "noex/runtime/message/ref.h"
#include "noex/sim/application/field_names.h"

namespace noex::sim {

// One message, in words.
struct SaidWords {
  std::string text;      // for people
  ProcessId sender = 0;  // the process that sent it; 0: the message does not tell
};

// How messages of one type are put in words; a value.
struct MessageWords {
  TypeId type = 0;             // of the message
  std::string_view wire_name;  // the type's own
  // Puts a message in words; nullopt: the bytes are no such message.
  std::optional<SaidWords> (*say)(ByteView body) = nullptr;
  // Does the same with the answer to a call; nullptr: the message is a cast.
  std::optional<SaidWords> (*say_reply)(ByteView body) = nullptr;
};

// The text in quotes, cut to a length that fits a line of the story.
std::string quote_text(std::string_view text);

namespace words_detail {

inline constexpr std::size_t items_max = 8;  // of a list

template <class T>
void append_value(std::string& out, const T& value);

template <class List>
void append_list(std::string& out, const List& list) {
  std::size_t count = 0;
  out += '[';
  for (const auto& item : list) {
    if (count > 0) out += ", ";
    if (++count > items_max) {
      out += fmt::format("and {} more", list.size() - items_max);
      break;
    }
    append_value(out, item);
  }
  out += ']';
}

template <class T>
void append_fields(std::string& out, const T& value) {
  [&]<std::size_t... i>(std::index_sequence<i...>) {
    [[maybe_unused]] const auto append = [&out](std::string_view name, const auto& field) {
      if (!out.empty() && out.back() != '{') out += ' ';
      out += name;
      out += '=';
      append_value(out, field);
    };
    (append(field_name<T, i>, boost::pfr::get<i>(value)), ...);
  }(std::make_index_sequence<boost::pfr::tuple_size_v<T>>());
}

template <class T>
void append_value(std::string& out, const T& value) {
  using namespace codec_detail;
  if constexpr (std::same_as<T, Ref>) {
    out += value.text();
  } else if constexpr (std::same_as<T, NodeId>) {
    out += value.name();
  } else if constexpr (std::same_as<T, ExitReason>) {
    out += value.describe();
  } else if constexpr (std::same_as<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_enum_v<T>) {
    out += fmt::format("{}", static_cast<std::int64_t>(value));
  } else if constexpr (std::is_arithmetic_v<T>) {
    out += fmt::format("{}", value);
  } else if constexpr (std::convertible_to<T, std::string_view>) {
    out += quote_text(value);
  } else if constexpr (std::same_as<T, Duration>) {
    out += fmt::format("{} ns", value.count());
  } else if constexpr (IsOptional<T>::value) {
    if (value) {
      append_value(out, *value);
    } else {
      out += "none";
    }
  } else if constexpr (IsVector<T>::value || IsArray<T>::value) {
    append_list(out, value);
  } else if constexpr (std::is_aggregate_v<T>) {
    out += '{';
    append_fields(out, value);
    out += '}';
  } else {
    out += fmt::format("({} bytes)", encoded(value).size());
  }
}

template <class T>
std::optional<SaidWords> say(std::string_view before, ByteView body) {
  T value{};
  Decoder bytes(body);
  if (decode_body(bytes, value) != Body::whole) return std::nullopt;
  SaidWords words{std::string(before), 0};
  if constexpr (std::is_aggregate_v<T> && !CodesItself<T>) {
    append_fields(words.text, value);
  } else {
    words.text += ' ';
    append_value(words.text, value);
  }
  return words;
}

}  // namespace words_detail

// Shows a message as 'kv:put key="k7" value="v"', and its answer as 'kv:put -> done=true'.
template <Message M>
MessageWords message_words() {
  MessageWords words{type_id<M>(), M::wire_name, nullptr, nullptr};
  words.say = [](ByteView body) { return words_detail::say<M>(M::wire_name, body); };
  if constexpr (CallMessage<M>) {
    words.say_reply = [](ByteView body) {
      return words_detail::say<typename M::reply>(fmt::format("{} ->", M::wire_name), body);
    };
  }
  return words;
}

}  // namespace noex::sim
