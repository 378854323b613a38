// DialSchedule: who is dialled, and when.
//
// Owns the pauses between dials and the dials under way. Whoever should be linked and is not is
// dialled for ever, unless it left (a seed even then). Never says what a failed dial means for the
// node: FailureDetector does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>

#include "noex/runtime/core/bound.h"
#include "noex/runtime/core/options.h"
#include "noex/runtime/membership/actions.h"
#include "noex/runtime/membership/member_table.h"
#include "noex/runtime/membership/overlay.h"
#include "noex/transport/base/random.h"
#include "noex/transport/base/time.h"
#include "noex/transport/node_id.h"

namespace noex {

// Dials at the same time; the rest wait for their turn. Bounds what a table full of dead nodes
// can cost.
inline constexpr std::size_t dials_max = 64;

enum class DialFailure : std::uint8_t {
  refused,       // nobody listens there, or another node or boot does: that one is not running
  silent,        // no answer, a broken handshake, no such host: nothing is known
  unfinished,    // it was heard, or we spoke too late for it to answer: nothing against it
  simultaneous,  // the peer's own dial goes first: its link is about to come
  left,          // it said that it leaves
  self,          // the address is our own: who was said to be there is not, or not any more
};

class DialSchedule {
 public:
  DialSchedule(const Options& options, Random& random, MemberTable& table, Overlay& overlay,
               MembershipActions& actions)
      : options_(options), random_(random), table_(table), overlay_(overlay), actions_(actions) {}

  // --- Who should be linked ---
  // After each change of a member's entry; `lived`: before it. In the middle of a message (between
  // begin_message() and end_message()) what follows waits for its end: one that tells of a hundred
  // nodes may change the shape of the cluster with each, and then everybody has to be looked at.
  void on_entry_changed(MemberRecord& record, bool lived, Instant now);
  void begin_message() { in_message_ = true; }
  void end_message(Instant now);
  void add_seed(MemberRecord& seed);

  // --- Dials ---
  // At once, wanted or not. The member is neither linked nor dialled.
  void begin(MemberRecord& record);
  // Begins all whose time has come, as far as there is room.
  void begin_due(Instant now);
  // Nobody needs it any more: it is linked, or left.
  void stop(MemberRecord& record);
  // Dials it anew.
  void restart(MemberRecord& record);
  void on_failed(MemberRecord& record, DialFailure failure, Instant now);
  // The next dial, if the member is_dialled() then.
  void set(MemberRecord& record, Instant at);
  // ... after the pause that so many attempts make.
  void set_after_pause(MemberRecord& record, std::uint32_t attempts, Instant now);
  // After every change of what is_dialled() looks at: status, links.
  void review(MemberRecord& record);
  // The member is about to be forgotten.
  void forget(MemberRecord& record);
  bool has_room() const { return dials_ < dials_max; }
  // Max: none waits.
  Instant next_deadline() const;

  void check_invariants() const;
  void digest(Writer& writer, const MemberRecord& record, Instant now) const;

 private:
  Duration pause_max(std::uint32_t attempts) const;
  bool is_dialled(const MemberRecord& record) const;
  bool is_tried_in_turn(const MemberRecord& record) const;
  void begin_in_turn(Instant now);
  void review_wanted(MemberRecord& record, Instant now);

  Bound<const Options> options_;
  Bound<Random> random_;
  Bound<MemberTable> table_;
  Bound<Overlay> overlay_;
  Bound<MembershipActions> actions_;
  std::set<std::pair<Instant, MemberIndex>> waiting_;  // who is_dialled(), by next_dial
  std::set<MemberIndex> in_turn_;                      // who is_tried_in_turn()
  MemberIndex last_in_turn_ = 0;
  Instant next_in_turn_{};
  std::size_t dials_ = 0;
  bool in_message_ = false;
};

}  // namespace noex
