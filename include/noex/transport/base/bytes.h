// Byte strings, and the two cursors with which every format of the project is written and read.
//
// Owns the primitive encodings (docs/WIRE.md, "Primitives"): fixed little-endian integers, LEB128
// varints, zigzag for signed values, length-prefixed strings. Never knows a message.
//
// Reading never throws and never goes out of bounds: a reader that has met bad input is failed()
// for good and gives zeros, so that a decoder checks once, at its end.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace noex {

// Raw bytes; a std::string, because it is a growable buffer that is fast and moves for free.
using Bytes = std::string;
// Bytes that somebody else owns.
using ByteView = std::string_view;

// Appends primitives to a byte string.
class Writer {
 public:
  // `out` outlives it.
  explicit Writer(Bytes& out) : out_(out) {}

  // One byte.
  void u8(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  // Four bytes, little-endian.
  void u32(std::uint32_t value) { fixed(value, 4); }
  // Eight bytes, little-endian.
  void u64(std::uint64_t value) { fixed(value, 8); }
  // 1 to 10 bytes: short for small values.
  void varint(std::uint64_t value) {
    if (value < 0x80) return u8(static_cast<std::uint8_t>(value));
    char bytes[10];
    std::size_t size = 0;
    for (; value >= 0x80; value >>= 7) bytes[size++] = static_cast<char>(value | 0x80);
    bytes[size++] = static_cast<char>(value);
    out_.append(bytes, size);
  }
  // 1 to 10 bytes: short for small magnitudes of either sign.
  void zigzag(std::int64_t value) {
    varint((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  // The bytes as they are.
  void raw(ByteView bytes) { out_.append(bytes); }
  // Their number, then the bytes.
  void string(ByteView bytes) {
    varint(bytes.size());
    raw(bytes);
  }
  // What it appends to.
  Bytes& out() { return out_; }

 private:
  void fixed(std::uint64_t value, std::size_t size) {
    char bytes[8];
    for (std::size_t i = 0; i < sizeof(bytes); ++i) bytes[i] = static_cast<char>(value >> (8 * i));
    out_.append(bytes, size);
  }

  Bytes& out_;
};

// Reads primitives, from the front to the end. Each function gives 0, or nothing, once it has
// failed().
class Reader {
 public:
  // `in` outlives it, and the views that it gives.
  explicit Reader(ByteView in) : in_(in) {}
  // A temporary would be gone before it is read.
  template <std::same_as<Bytes> Temporary>
  explicit Reader(Temporary&&) = delete;

  // One byte.
  std::uint8_t u8() {
    if (in_.empty()) return static_cast<std::uint8_t>(fail());
    const auto value = static_cast<std::uint8_t>(in_.front());
    in_.remove_prefix(1);
    return value;
  }
  // Four bytes, little-endian.
  std::uint32_t u32() { return static_cast<std::uint32_t>(fixed(4)); }
  // Eight bytes, little-endian.
  std::uint64_t u64() { return fixed(8); }
  // At most 10 bytes. The shortest form only, so that every value has one encoding.
  std::uint64_t varint() {
    if (!in_.empty() && static_cast<std::uint8_t>(in_.front()) < 0x80) return u8();
    std::uint64_t value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      const std::uint64_t byte = u8();
      if (failed_) return 0;
      if (shift == 63 && byte > 1) return fail();
      value |= (byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return byte == 0 && shift != 0 ? fail() : value;
    }
    return fail();
  }
  // See Writer::zigzag().
  std::int64_t zigzag() {
    const std::uint64_t value = varint();
    return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
  }
  // The next `size` bytes; the view is valid as long as the input is.
  ByteView raw(std::uint64_t size) {
    if (size > in_.size()) {
      fail();
      return {};
    }
    const ByteView bytes = in_.substr(0, size);
    in_.remove_prefix(size);
    return bytes;
  }
  // As many bytes as the number in front of them says; the view is valid as long as the input is.
  ByteView string() { return raw(varint()); }

  // For a decoder that finds a value it does not take. Gives 0.
  std::uint64_t fail() {
    failed_ = true;
    in_ = {};
    return 0;
  }
  // Whether the input has been bad so far.
  bool failed() const { return failed_; }
  // What has not been read yet; empty once it has failed.
  ByteView rest() const { return in_; }
  // Whether everything was well formed and nothing is left over.
  bool complete() const { return !failed_ && in_.empty(); }

 private:
  std::uint64_t fixed(std::uint64_t bytes) {
    const ByteView view = raw(bytes);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < view.size(); ++i) {
      value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(view[i])) << (8 * i);
    }
    return value;
  }

  ByteView in_;
  bool failed_ = false;
};

}  // namespace noex
