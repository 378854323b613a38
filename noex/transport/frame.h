// Frame: how messages are cut into the byte stream and joined again. Sans-IO.
//
// A frame is a header of 4 bytes and 1 to 65536 bytes of payload, on one of two lanes: control
// (one frame is one message) or data (a message is one frame or several, contiguous within the
// lane, so that control frames overtake between them). Never knows what a message means.
// The formats are in docs/WIRE.md, "Frame".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "noex/transport/base/bytes.h"

namespace noex {

inline constexpr std::size_t frame_header_bytes = 4;
// Small enough that a heartbeat never waits long behind one, large enough that headers are cheap.
inline constexpr std::size_t frame_payload_max = 64 * 1024;
// Before the handshake is over nobody has reason to send more, and everybody may have connected.
inline constexpr std::size_t handshake_payload_max = 4096;

enum class Lane : std::uint8_t { data, control };

struct Frame {
  Lane lane = Lane::data;
  bool more = false;  // a further fragment of the same message follows on the data lane
  ByteView payload;
};

// Appends one control message as one frame. 1..frame_payload_max bytes.
void append_control_frame(Bytes& out, ByteView payload);
// Appends one data message, cut into as many frames as it takes. 1 byte or more.
void append_data_frames(Bytes& out, ByteView message);
// Bytes that the message takes on the wire.
std::size_t framed_bytes(std::size_t message_bytes);
// The largest prefix of `frames` (whole frames, encoded here) of at most `limit` bytes that ends
// between two frames; 0 if the first frame is larger.
std::size_t whole_frames(ByteView frames, std::size_t limit);

// Decodes frames out of bytes in any chunking.
// A frame that lies whole in the pushed chunk is a view into it; only one that spans chunks is
// copied. Errors: malformed (length 0 or over the limit, unknown flags, a fragmented control
// message); the decoder is then dead: next() gives nothing any more.
class FrameDecoder {
 public:
  // Until this is called, payloads are limited to handshake_payload_max.
  void set_established() { payload_max_ = frame_payload_max; }

  // `chunk` must stay valid until next() has returned nullopt.
  void push(ByteView chunk);
  // The view is valid until the next call of next() or push(), and no longer than the chunk.
  std::optional<Frame> next();

  // Something of the chunk was not looked at yet.
  bool has_more() const { return !chunk_.empty(); }
  // Moves that to `storage`, which outlives its use here, so that the chunk may go.
  void keep_in(Bytes& storage) {
    storage.assign(chunk_);
    chunk_ = storage;
  }

  bool malformed() const { return !error_.empty(); }
  // For a log line; empty while all is well.
  std::string_view error() const { return error_; }
  // Malformed, since these are the first bytes of somebody who encrypts.
  bool speaks_tls() const { return speaks_tls_; }

 private:
  bool parse_header(ByteView header, Frame& frame, std::size_t& size);
  bool fill(std::size_t size);

  std::size_t payload_max_ = handshake_payload_max;
  ByteView chunk_;      // what next() has not seen yet
  Bytes partial_;       // the beginning of a frame that spans chunks
  bool given_ = false;  // partial_ was handed out and is to be cleared
  std::string_view error_;
  bool speaks_tls_ = false;
};

// Joins the data frames of one message.
class MessageAssembler {
 public:
  explicit MessageAssembler(std::size_t message_bytes_max) : message_max_(message_bytes_max) {}

  // A whole message, or nothing yet. The view is valid until the next add(), and no longer than
  // the frame. Errors: a message over the limit; the assembler is then dead.
  std::optional<ByteView> add(const Frame& frame);
  bool malformed() const { return malformed_; }

 private:
  std::size_t message_max_;
  Bytes joined_;
  bool given_ = false;
  bool malformed_ = false;
};

}  // namespace noex
