// What holds of every type that travels: one value, one encoding, and no other bytes.
#pragma once

#include <string>

#include <rapidcheck.h>

#include "noex/runtime/message/codec.h"

namespace noex::tests {

template <class T>
std::string shape_of() {
  std::string shape;
  append_shape<T>(shape);
  return shape;
}

// What was encoded is decoded to the same bytes, and no byte may be missing or more.
template <class T>
void expect_one_encoding(const T& value) {
  const Bytes bytes = encoded(value);
  T decoded{};
  RC_ASSERT(decode_all(bytes, decoded));
  RC_ASSERT(encoded(decoded) == bytes);
  T other{};
  RC_ASSERT(!decode_all(bytes + '\0', other));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    RC_ASSERT(!decode_all(ByteView(bytes).substr(0, size), other));
  }
}

// Whatever the bytes are: either they are refused, or they are the encoding of what they give.
template <class T>
void expect_total(const Bytes& bytes) {
  T decoded{};
  if (decode_all(bytes, decoded)) RC_ASSERT(encoded(decoded) == bytes);
}

}  // namespace noex::tests
