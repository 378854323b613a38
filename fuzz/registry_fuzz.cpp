// Fuzzes noex/runtime/registry/registry_wire.cpp: registry messages of a linked peer. What is
// accepted has exactly one encoding, and survives the way to values and back.
#include <cstddef>
#include <cstdint>

#include "noex/runtime/registry/registry_wire.h"
#include "noex/transport/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const noex::ByteView bytes(reinterpret_cast<const char*>(data), size);
  const auto received = noex::decode_registry_message(bytes);
  if (!received) return 0;
  const noex::NodeId node("node1", "127.0.0.1", 4369);
  const noex::Stamp sent{received->sent.wall, received->sent.counter, node};
  NOEX_CHECK(noex::encode_registry_message(received->message, sent) == bytes);
  if (const auto* refuse = std::get_if<noex::ClaimRefuse>(&received->message)) {
    if (refuse->holder) {
      NOEX_CHECK(noex::to_wire(noex::from_wire(*refuse->holder)) == *refuse->holder);
    }
  }
  if (const auto* claim = std::get_if<noex::NameClaim>(&received->message)) {
    NOEX_CHECK(noex::to_wire(noex::from_wire(claim->entry, node)) == claim->entry);
  }
  return 0;
}
