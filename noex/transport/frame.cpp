#include "noex/transport/frame.h"

#include <algorithm>

#include "noex/transport/base/check.h"

namespace noex {

namespace {

constexpr std::uint32_t flag_control = 1;
constexpr std::uint32_t flag_more = 2;
constexpr int flags_shift = 24;

// A large message was joined once: its memory is given back, a usual one's is kept.
constexpr std::size_t kept_bytes_max = 1024 * 1024;

void append_frame(Bytes& out, std::uint32_t flags, ByteView payload) {
  const auto header = static_cast<std::uint32_t>(payload.size()) | flags << flags_shift;
  const char bytes[frame_header_bytes] = {static_cast<char>(header), static_cast<char>(header >> 8),
                                          static_cast<char>(header >> 16),
                                          static_cast<char>(header >> 24)};
  out.append(bytes, frame_header_bytes);
  out.append(payload);
}

// By hand, since every received frame passes here: it becomes one load.
std::uint32_t read_header(ByteView bytes) {
  const auto byte = [bytes](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[i])) << (8 * i);
  };
  return byte(0) | byte(1) | byte(2) | byte(3);
}

// A record of RFC 8446, section 5.1: an alert or a handshake message, of version 3.x. As a frame
// it is always over the limit, so that nothing well-formed is ever taken for it.
bool is_tls(std::uint32_t header) {
  const std::uint32_t type = header & 0xff;
  return (type == 21 || type == 22) && (header >> 8 & 0xff) == 3;
}

std::size_t payload_size(std::uint32_t header) {
  return header & ((1U << flags_shift) - 1);
}

}  // namespace

void append_control_frame(Bytes& out, ByteView payload) {
  NOEX_CHECK(!payload.empty() && payload.size() <= frame_payload_max, "{}", payload.size());
  append_frame(out, flag_control, payload);
}

void append_data_frames(Bytes& out, ByteView message) {
  NOEX_CHECK(!message.empty());
  while (message.size() > frame_payload_max) {
    append_frame(out, flag_more, message.substr(0, frame_payload_max));
    message.remove_prefix(frame_payload_max);
  }
  append_frame(out, 0, message);
}

std::size_t framed_bytes(std::size_t message_bytes) {
  const std::size_t frames = (message_bytes + frame_payload_max - 1) / frame_payload_max;
  return message_bytes + frames * frame_header_bytes;
}

std::size_t whole_frames(ByteView frames, std::size_t limit) {
  std::size_t end = 0;
  while (frames.size() - end >= frame_header_bytes) {
    const std::size_t size =
        frame_header_bytes + payload_size(read_header(frames.substr(end, frame_header_bytes)));
    if (end + size > limit || end + size > frames.size()) break;
    end += size;
  }
  return end;
}

void FrameDecoder::push(ByteView chunk) {
  NOEX_CHECK(chunk_.empty() || malformed(), "{} bytes were not taken", chunk_.size());
  chunk_ = chunk;
}

std::optional<Frame> FrameDecoder::next() {
  if (malformed()) return std::nullopt;
  if (given_) {
    partial_.clear();
    given_ = false;
  }
  Frame frame;
  std::size_t size = 0;
  if (partial_.empty() && chunk_.size() >= frame_header_bytes) {
    if (!parse_header(chunk_, frame, size)) return std::nullopt;
    if (chunk_.size() >= size) {
      frame.payload = chunk_.substr(frame_header_bytes, size - frame_header_bytes);
      chunk_.remove_prefix(size);
      return frame;
    }
  }
  if (!fill(frame_header_bytes) || !parse_header(partial_, frame, size)) return std::nullopt;
  if (!fill(size)) return std::nullopt;
  given_ = true;
  frame.payload = ByteView(partial_).substr(frame_header_bytes);
  return frame;
}

bool FrameDecoder::parse_header(ByteView bytes, Frame& frame, std::size_t& size) {
  const std::uint32_t header = read_header(bytes);
  const std::uint32_t flags = header >> flags_shift;
  const std::size_t payload = payload_size(header);
  if ((flags & ~(flag_control | flag_more)) != 0) {
    error_ = "unknown frame flags";
  } else if (payload == 0) {
    error_ = "empty frame";
  } else if (payload > payload_max_) {
    speaks_tls_ = payload_max_ == handshake_payload_max && is_tls(header);
    error_ = speaks_tls_ ? "it encrypts, and this node does not: give both the same secret, or none"
                         : "frame over the limit";
  } else if (flags == (flag_control | flag_more)) {
    error_ = "fragmented control message";
  }
  frame.lane = (flags & flag_control) != 0 ? Lane::control : Lane::data;
  frame.more = (flags & flag_more) != 0;
  size = frame_header_bytes + payload;
  return error_.empty();
}

// True once partial_ has `size` bytes.
bool FrameDecoder::fill(std::size_t size) {
  if (partial_.size() < size) {
    const std::size_t taken = std::min(size - partial_.size(), chunk_.size());
    partial_.append(chunk_.substr(0, taken));
    chunk_.remove_prefix(taken);
  }
  return partial_.size() >= size;
}

std::optional<ByteView> MessageAssembler::add(const Frame& frame) {
  if (malformed_) return std::nullopt;
  if (given_) {
    if (joined_.capacity() > kept_bytes_max) joined_ = Bytes();
    joined_.clear();
    given_ = false;
  }
  if (joined_.size() + frame.payload.size() > message_max_) {
    malformed_ = true;
    return std::nullopt;
  }
  if (!frame.more && joined_.empty()) return frame.payload;
  joined_.append(frame.payload);
  if (frame.more) return std::nullopt;
  given_ = true;
  return ByteView(joined_);
}

}  // namespace noex
