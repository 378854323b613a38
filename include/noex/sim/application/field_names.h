// The names of an aggregate's fields, for people: what Boost.PFR has from 1.84 on (core_name.hpp).
//
// They are read from what the compiler calls a pointer to the field, so nothing but text for people
// may depend on them.
#pragma once

#include <cstddef>
#include <source_location>
#include <string_view>

#include <boost/pfr/core.hpp>

namespace noex::sim {

namespace field_names_detail {

template <class T>
struct Holder {
  T value;
};

// Never defined: only its address has a name.
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"  // of types in unnamed namespaces
#endif
template <class T>
extern const Holder<T> holder;

template <auto* field>
consteval std::string_view signature() {
  return std::source_location::current().function_name();
}

consteval bool is_in_name(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// "... [with auto* field = (& holder<Put>.Holder<Put>::value.Put::key); ...]" with g++,
// "... [field = &holder.value.key]" with clang.
consteval std::string_view last_name(std::string_view signature) {
  constexpr std::string_view mark = "field = ";
  std::string_view text = signature.substr(signature.find(mark) + mark.size());
  text = text.substr(0, text.find_first_of(";]"));
  while (!text.empty() && !is_in_name(text.back())) text.remove_suffix(1);
  std::size_t begin = text.size();
  while (begin > 0 && is_in_name(text[begin - 1])) --begin;
  return text.substr(begin);
}

template <class T, std::size_t i>
consteval std::string_view name() {
  return last_name(signature<&boost::pfr::get<i>(holder<T>.value)>());
}
#ifdef __clang__
#pragma clang diagnostic pop
#endif

}  // namespace field_names_detail

// The name of field i of the aggregate T.
template <class T, std::size_t i>
inline constexpr std::string_view field_name = field_names_detail::name<T, i>();

}  // namespace noex::sim
