// Fuzzes noex/transport/frame.cpp: bytes of a stranger in any chunking.
//
// The first byte chooses the chunk size and the limits, the rest is the stream. Whatever a decoder
// accepts must be the same in any chunking, and must encode to the bytes that it was read from.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "noex/transport/base/check.h"
#include "noex/transport/frame.h"

namespace {

using noex::Bytes;
using noex::ByteView;

struct Decoded {
  std::vector<Bytes> control;
  std::vector<Bytes> messages;
  Bytes again;  // what was accepted, encoded once more
  bool malformed = false;
  bool operator==(const Decoded&) const = default;
};

Decoded decode(ByteView stream, std::size_t chunk, bool established) {
  Decoded decoded;
  noex::FrameDecoder decoder;
  if (established) decoder.set_established();
  noex::MessageAssembler assembler(100'000);
  while (!stream.empty() && !decoder.malformed() && !assembler.malformed()) {
    decoder.push(stream.substr(0, chunk));
    stream.remove_prefix(std::min(chunk, stream.size()));
    while (const auto frame = decoder.next()) {
      NOEX_CHECK(!frame->payload.empty() && frame->payload.size() <= noex::frame_payload_max);
      if (frame->lane == noex::Lane::control) {
        decoded.control.emplace_back(frame->payload);
        noex::append_control_frame(decoded.again, frame->payload);
      } else if (const auto message = assembler.add(*frame)) {
        decoded.messages.emplace_back(*message);
        Bytes frames;
        noex::append_data_frames(frames, *message);
        NOEX_CHECK(frames.size() == noex::framed_bytes(message->size()));
        NOEX_CHECK(noex::whole_frames(frames, frames.size()) == frames.size());
        NOEX_CHECK(noex::whole_frames(frames, message->size() / 2) <= message->size() / 2);
      }
      if (assembler.malformed()) break;
    }
  }
  decoded.malformed = decoder.malformed() || assembler.malformed();
  NOEX_CHECK(!decoder.malformed() || !decoder.next());
  return decoded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView stream(reinterpret_cast<const char*>(data + 1), size - 1);
  const bool established = (data[0] & 1) != 0;
  const std::size_t chunk = 1 + (data[0] >> 1);
  const Decoded whole = decode(stream, stream.size() + 1, established);
  NOEX_CHECK(whole == decode(stream, chunk, established), "chunks of {} differ", chunk);
  // A long message, cut and joined again.
  Bytes message;
  for (int i = 0; i < data[0] % 4; ++i) message.append(stream.substr(0, 60'000));
  if (message.empty() || message.size() > 100'000) return 0;
  Bytes frames;
  noex::append_data_frames(frames, message);
  const Decoded joined = decode(frames, 1 + stream.size(), true);
  NOEX_CHECK(joined.messages.size() == 1 && joined.messages.front() == message);
  return 0;
}
