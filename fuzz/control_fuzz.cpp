// Fuzzes noex/runtime/membership/control.cpp: control messages of a linked peer. What is accepted
// has exactly one encoding.
#include <cstddef>
#include <cstdint>

#include "noex/runtime/membership/control.h"
#include "noex/transport/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const noex::ByteView payload(reinterpret_cast<const char*>(data), size);
  const auto message = noex::decode_control(payload);
  if (message) NOEX_CHECK(noex::encode_control(*message) == payload);
  return 0;
}
