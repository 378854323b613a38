#include "noex/runtime/message/ref.h"

#include <fmt/format.h>

#include "noex/runtime/message/exit_reason.h"
#include "noex/transport/base/text.h"

namespace noex {

std::string Ref::text() const {
  return empty() ? "nobody" : fmt::format("{}/{}", node_.text(), process_);
}

// An empty reference is one zero byte; any other begins with its process id.
void Ref::encode_to(Writer& writer) const {
  Sender* sender = door_ != nullptr ? *door_ : nullptr;
  if (sender != nullptr && sender->renames()) {
    Ref renamed = *this;
    sender->to_outside(renamed);
    renamed.door_ = nullptr;
    return renamed.encode_to(writer);
  }
  writer.varint(process_);
  if (process_ == 0) return;
  writer.varint(boot_);
  node_.encode_to(writer);
}

void Ref::decode_from(Decoder& decoder) {
  *this = Ref();
  const ProcessId process = decoder.varint();
  if (process == 0) return;
  boot_ = decoder.varint();
  node_.decode_from(decoder);
  process_ = process;
  Sender* sender = decoder.sender();
  if (sender == nullptr) return;
  if (sender->renames()) sender->to_inside(*this);
  door_ = sender->door();
}

std::string ExitReason::describe() const {
  switch (kind_) {
    case ExitKind::normal:
      return "normal";
    case ExitKind::shutdown:
      return "shutdown";
    case ExitKind::killed:
      return "killed";
    case ExitKind::error:
      return fmt::format("error: {}", visible(text_, shown_bytes_max));
    case ExitKind::name_conflict:
      return fmt::format("name_conflict: \"{}\" belongs to {}", visible(text_, shown_bytes_max),
                         winner_ ? winner_->node().text() : "somebody else");
    case ExitKind::noproc:
      return "noproc";
    case ExitKind::noconnection:
      return "noconnection";
  }
  return "unknown";
}

void ExitReason::encode_to(Writer& writer) const {
  encode(writer, kind_);
  encode(writer, text_);
  encode(writer, winner_);
}

void ExitReason::decode_from(Decoder& decoder) {
  decode(decoder, kind_);
  decode(decoder, text_);
  if (text_.size() > exit_text_bytes_max) decoder.fail();
  decode(decoder, winner_);
}

}  // namespace noex
