// Suspicions: who accuses whom, and for how long each suspect may still refute.
//
// Owns the accusers of each suspect and one timer for each that runs. The more accusers, each by
// evidence of its own, the shorter the time; the less this node can trust itself, the longer.
// Source: Dadgar, Phillips and Currey, "Lifeguard", 2018. Integers only. Never knows who is linked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "noex/runtime/core/options.h"
#include "noex/runtime/membership/member_table.h"
#include "noex/transport/base/bytes.h"
#include "noex/transport/base/time.h"

namespace noex {

// How far this node trusts its own eyes: 0 is best. Raised when its turns come late, when it is
// accused itself, and when those whom it asked do not even answer; falls with quiet time.
class LocalHealth {
 public:
  static constexpr std::uint32_t worst = 2;

  explicit LocalHealth(Duration quiet) : quiet_(quiet) {}

  void worsen(Instant now);
  void on_time(Instant now);
  std::uint32_t score() const { return score_; }
  // 4/4 to 6/4 of it.
  Duration scaled(Duration time) const { return time * (4 + score_) / 4; }
  void digest(Writer& writer, Instant now) const;

 private:
  Duration quiet_;
  std::uint32_t score_ = 0;
  Instant better_at_{};
};

class Suspicions {
 public:
  explicit Suspicions(const Options& options);

  // Notes an accuser; true if that is news and still counts. Starts no timer.
  bool accuse(MemberIndex member, const NodeId& accuser);
  // The timer begins, unless it runs.
  void start(MemberIndex member, Instant now);
  // The suspect is linked: it will answer for itself.
  void pause(MemberIndex member);
  // It has refuted, or is dead.
  void drop(MemberIndex member);
  void restart_all(Instant now);
  bool runs(MemberIndex member) const;
  std::vector<NodeId> accusers(MemberIndex member) const;

  // `others`: how many could join in the accusation; `health` as it is now.
  void set_conditions(std::size_t others, const LocalHealth& health);
  // Max: none runs.
  Instant next_deadline() const;
  // Whose time is over; they stay until dropped.
  std::vector<MemberIndex> due(Instant now) const;
  void digest(Writer& writer, MemberIndex member, Instant now) const;

 private:
  struct Suspicion {
    std::optional<Instant> since;  // the timer runs
    std::vector<NodeId> accusers;
  };
  Duration timeout(const Suspicion& suspicion) const;
  Instant deadline(const Suspicion& suspicion) const {
    return *suspicion.since + timeout(suspicion);
  }

  Duration min_;
  Duration max_;
  std::size_t others_ = 0;
  LocalHealth health_;
  std::map<MemberIndex, Suspicion> suspicions_;
  std::size_t running_ = 0;
  mutable std::optional<Instant> next_;  // of those that run, if still right
};

// Accusers beyond the first that bring the time down to its minimum.
inline constexpr std::size_t confirmations_max = 3;

}  // namespace noex
