// ExitReason: why a process ended; travels in Down messages and exit signals.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "noex/runtime/message/ref.h"
#include "noex/transport/base/text.h"

namespace noex {

// The kinds of ends. The numbers travel and never change.
enum class ExitKind : std::uint8_t {
  normal = 1,         // it was done
  shutdown = 2,       // it was asked to end
  killed = 3,         // it was ended without being asked
  error = 4,          // a handler failed; the text says how
  name_conflict = 5,  // its name belongs to `winner` since two parts of the cluster met
  noproc = 6,         // it did not exist when it was to be monitored or linked
  noconnection = 7,   // nothing is known: the link to its node is gone
};
// Whether this build knows the number; a peer that sends another one is malformed.
constexpr bool is_known(ExitKind kind) {
  return kind >= ExitKind::normal && kind <= ExitKind::noconnection;
}

// The longest text of an exit reason, since one exit may be told to very many: a longer text is cut
// where it is made, and malformed where it arrives.
inline constexpr std::size_t exit_text_bytes_max = 1000;

// A value: why a process ended, or is to end.
class ExitReason {
 public:
  static constexpr std::string_view wire_shape = "exit";  // docs/WIRE.md, "Values"

  ExitReason() = default;
  // Cuts `text` at exit_text_bytes_max.
  explicit ExitReason(ExitKind kind, std::string text = {})
      : kind_(kind), text_(shortened(std::move(text), exit_text_bytes_max)) {}

  static ExitReason normal() { return ExitReason(ExitKind::normal); }      // ExitKind::normal
  static ExitReason shutdown() { return ExitReason(ExitKind::shutdown); }  // ExitKind::shutdown
  static ExitReason killed() { return ExitReason(ExitKind::killed); }      // ExitKind::killed
  // ExitKind::error; `text` says what went wrong, and is cut at exit_text_bytes_max.
  static ExitReason error(std::string text) { return ExitReason(ExitKind::error, std::move(text)); }
  static ExitReason noproc() { return ExitReason(ExitKind::noproc); }  // ExitKind::noproc
  // ExitKind::noconnection.
  static ExitReason noconnection() { return ExitReason(ExitKind::noconnection); }
  // ExitKind::name_conflict; text() is then the name.
  static ExitReason name_conflict(std::string name, Ref winner) {
    ExitReason reason(ExitKind::name_conflict, std::move(name));
    reason.winner_ = std::move(winner);
    return reason;
  }

  // What kind of end it was.
  ExitKind kind() const { return kind_; }
  // What went wrong, or the name of a name_conflict; else empty.
  const std::string& text() const& { return text_; }
  std::string text() && { return std::move(text_); }  // of a temporary: a view would dangle
  // With name_conflict: who holds the name now.
  const std::optional<Ref>& winner() const& { return winner_; }
  std::optional<Ref> winner() && { return std::move(winner_); }  // of a temporary
  // For people: "normal", "error: disk full".
  std::string describe() const;

  bool operator==(const ExitReason&) const = default;

  // Its wire form: docs/WIRE.md, "Values".
  void encode_to(Writer& writer) const;
  // Reads the wire form.
  void decode_from(Decoder& decoder);

 private:
  ExitKind kind_ = ExitKind::normal;
  std::string text_;
  std::optional<Ref> winner_;
};

}  // namespace noex
