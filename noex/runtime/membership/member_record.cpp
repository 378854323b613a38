#include "noex/runtime/membership/member_record.h"

#include "noex/runtime/message/codec.h"
#include "noex/transport/base/check.h"

namespace noex {

void MemberRecord::check_invariants() const {
  const std::string_view name = id().name();
  NOEX_CHECK(!(is(MemberStatus::left) && said_leave && linked), "{}", name);
  NOEX_CHECK(!up || (lives() && registry_known), "{}", name);
  NOEX_CHECK(!up || tried || (linked && untold), "{}", name);
  NOEX_CHECK(!missed || (is(MemberStatus::alive) && !linked), "{}", name);
  NOEX_CHECK(!linked || (known() && !dialing), "{}", name);
}

void MemberRecord::digest(Writer& writer, Instant now) const {
  encode(writer, entry);
  for (const bool flag : {up, registry_known, tried, missed, refused, was_linked, said_leave}) {
    writer.u8(flag ? 1 : 0);
  }
  if (missed) writer.u8(static_cast<std::uint8_t>(evidence));
  writer.u8(said_left ? 1 : 0);
  if (said_left) writer.zigzag((said_left->at - now).count());
}

}  // namespace noex
