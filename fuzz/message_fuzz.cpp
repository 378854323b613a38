// Fuzzes include/noex/runtime/message/codec.h with every data message of the runtime and every
// message of the chat.
//
// The first byte chooses the type, the rest is the encoding. What is accepted has exactly one
// encoding; nothing is allocated beyond a small multiple of the input (the sanitizer's limit).
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "chat/messages.h"
#include "noex/runtime/message/codec.h"
#include "noex/runtime/message/std_types.h"
#include "noex/runtime/remote/wire.h"
#include "noex/transport/base/check.h"

namespace {

using noex::ByteView;

// Every kind of field that the codec knows.
struct Everything {
  bool flag = false;
  std::uint8_t small = 0;
  std::int16_t sign = 0;
  std::int64_t wide = 0;
  std::uint64_t count = 0;
  std::string text;
  noex::Duration duration{};
  noex::WallTime wall;
  std::optional<std::string> maybe;
  std::vector<std::uint32_t> list;
  std::array<std::uint16_t, 3> three{};
  std::map<std::string, std::int32_t> map;
  double real = 0;
  float small_real = 0;
  std::chrono::milliseconds milliseconds{};
  std::set<std::string> set;
  std::unordered_map<std::string, bool> hash_map;
  std::unordered_set<std::uint32_t> hash_set;
  std::pair<std::string, std::uint8_t> pair;
  std::tuple<std::int32_t, std::string> tuple;
  std::variant<std::monostate, std::string, std::vector<std::uint8_t>> variant;
  noex::ExitReason reason;
  noex::Ref ref;
};

template <class T>
void round_trip(ByteView bytes) {
  T value{};
  if (!noex::decode_all(bytes, value)) return;
  NOEX_CHECK(noex::encoded(value) == bytes, "a second encoding was accepted");
  std::string shape;
  noex::append_shape<T>(shape);
  NOEX_CHECK(!shape.empty());
}

template <class... T>
void round_trip_one_of(std::size_t index, ByteView bytes) {
  using Trip = void (*)(ByteView);
  constexpr std::array<Trip, sizeof...(T)> trips{&round_trip<T>...};
  trips[index % trips.size()](bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  namespace wire = noex::wire;
  namespace chat = noex::chat;
  round_trip_one_of<Everything, wire::Cast, wire::Multicast, wire::Call, wire::Reply,
                    wire::ReplyError, wire::Monitor, wire::Demonitor, wire::MonitorDown,
                    wire::MonitorOverflow, wire::Exit, wire::Spawn, wire::SpawnReply,
                    wire::SpawnConfirm, wire::SpawnCancel, noex::NodeId, chat::Message,
                    chat::Welcome, chat::Join, chat::Posted, chat::Post, chat::Users, chat::Deliver,
                    chat::Notice, wire::ProcessLink, wire::ProcessUnlink, wire::ProcessLinkExit,
                    wire::Cancel, wire::ExitBy>(data[0], bytes);
  return 0;
}
