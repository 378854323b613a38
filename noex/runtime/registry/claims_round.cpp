// Claims, the round: whom a claim asks, who is waited for, and when enough have answered.
//
// All who answer have to grant, a majority of those asked at least. A claim that fewer answer than
// that gives back what it was granted: it would only keep the name from others.
#include <algorithm>

#include "noex/runtime/registry/claims.h"
#include "noex/transport/base/check.h"

namespace noex {

namespace {

// How often claim_grace an arbiter that holds a claim is waited for. Who cannot get its majority
// gives back after one; who keeps a promise for much longer stands still.
constexpr int held_graces = 3;

}  // namespace

// Those that an event concerns, and those for which the time has come meanwhile; who could not be
// asked before is tried again for all.
void Claims::advance(std::set<std::uint64_t> requests) {
  for (auto due = by_wake_.begin(); due != by_wake_.end() && due->first <= now_; ++due) {
    requests.insert(due->second);
  }
  for (const std::uint64_t request : requests) advance(request);
  for (const auto& [id, unasked] : unsent_.groups()) ports_.reach(id);
}

// Brings a claim as far as what is known allows; called whenever more is known.
void Claims::advance(std::uint64_t request) {
  const auto claim = claims_.find(request);
  if (claim == claims_.end()) return;
  if (claim->second.phase == Phase::waiting && settled_) begin_asking(request, claim->second);
  if (claim->second.phase == Phase::asking) {
    ask_all(request, claim->second);
    ask_released(request, claim->second);
    publish_if_granted(claim);
  } else if (claim->second.phase == Phase::applying) {
    finish_if_applied(claim);
  }
  rearm(request);
}

void Claims::begin_asking(std::uint64_t request, Claim& claim) {
  claim.phase = Phase::asking;
  claim.rank = ranks_.size();
  ranks_.push_back(Rank{request, arbiter_hash(claim.name), 0});
}

// The last one takes its place.
void Claims::end_asking(Claim& claim) {
  claims_.at(ranks_.back().request).rank = claim.rank;
  ranks_[claim.rank] = ranks_.back();
  ranks_.pop_back();
}

// Those asked before stay asked while they are up, also if a new member ranks higher: every grant
// more is one more that no rival can have.
void Claims::ask_all(std::uint64_t request, Claim& claim) {
  const std::vector<Incarnation> arbiters = peers_.arbiters(claim.name);
  if (arbiters.size() == arbiters_max) {
    Rank& rank = ranks_[claim.rank];
    rank.score_min = arbiter_score(rank.name_hash, arbiter_hash(arbiters.back().id.text()));
  } else {
    ranks_[claim.rank].score_min = 0;
  }
  for (const Incarnation& arbiter : arbiters) {
    Ask& asked = claim.asks[arbiter.id];
    NOEX_CHECK(asked.boot == 0 || asked.boot == arbiter.boot, "{}", arbiter.id.text());
    asked.boot = arbiter.boot;
  }
  for (auto& [id, asked] : claim.asks) {
    if (asked.answer != Answer::unsent) continue;
    if (peers_.is_reachable({id, asked.boot})) {
      send_ask(request, claim, id, asked);
    } else {
      ports_.reach(id);
    }
  }
}

void Claims::send_ask(std::uint64_t request, Claim& claim, const NodeId& id, Ask& asked) {
  asked.answer = Answer::awaited;
  asked.number = ++last_number_;
  asked.patience.reset();
  by_number_.emplace(asked.number, request);
  ports_.send({id, asked.boot}, NameClaim{asked.number, claim.name, to_wire(claim.entry)});
}

// What was asked there, or granted, is given up.
void Claims::take_back(const NodeId& id, Ask& asked, Answer answer) {
  if (asked.is_sent()) ports_.send({id, asked.boot}, ClaimAbort{asked.number});
  unsend(asked, answer);
}

void Claims::unsend(Ask& asked, Answer answer) {
  if (asked.is_sent()) by_number_.erase(asked.number);
  asked.answer = answer;
  asked.patience.reset();
}

std::size_t Claims::count(const Claim& claim, Answer answer) {
  return static_cast<std::size_t>(std::ranges::count_if(
      claim.asks, [answer](const auto& item) { return item.second.answer == answer; }));
}

std::size_t Claims::answering(const Claim& claim) {
  return static_cast<std::size_t>(std::ranges::count_if(
      claim.asks, [](const auto& item) { return item.second.has_answered(); }));
}

// --- Who is waited for ---

bool Claims::waits_for(const Claim& claim, const Ask& asked) {
  if (claim.phase == Phase::applying) return asked.answer == Answer::granted;
  return claim.phase == Phase::asking && asked.answer != Answer::granted &&
         asked.answer != Answer::released;
}

bool Claims::is_awaited(const Claim& claim, const Ask& asked) const {
  return waits_for(claim, asked) && (!asked.patience || *asked.patience > now_);
}

// Somebody may still answer in time.
bool Claims::is_patient(const Claim& claim) const {
  return std::ranges::any_of(claim.asks,
                             [&](const auto& item) { return is_awaited(claim, item.second); });
}

// Enough have answered for a majority, or may do so in time.
bool Claims::is_able(const Claim& claim) const {
  const auto may_answer = [&](const auto& item) {
    return item.second.has_answered() || is_awaited(claim, item.second);
  };
  return static_cast<std::size_t>(std::ranges::count_if(claim.asks, may_answer)) >= majority(claim);
}

// The time is known now.
void Claims::begin_waits(Claim& claim) {
  for (auto& [id, asked] : claim.asks) {
    if (asked.patience || !waits_for(claim, asked)) continue;
    asked.patience = now_ + (asked.answer == Answer::held ? held_graces * grace_ : grace_);
  }
}

// After all that happens to a claim. A wait that has not begun needs the time at once.
void Claims::rearm(std::uint64_t request) {
  const auto found = claims_.find(request);
  if (found == claims_.end()) return;
  Claim& claim = found->second;
  index_asks(request, claim);
  Instant wake = claim.deadline;
  for (const auto& [id, asked] : claim.asks) {
    if (is_awaited(claim, asked)) wake = std::min(wake, asked.patience.value_or(now_));
  }
  if (wake == claim.wake) return;
  by_wake_.erase({claim.wake, request});
  claim.wake = wake;
  by_wake_.emplace(wake, request);
}

void Claims::index_asks(std::uint64_t request, const Claim& claim) {
  if (claim.phase != Phase::waiting) waiting_.erase(request);
  for (const auto& [id, asked] : claim.asks) {
    const bool is_unsent = claim.phase == Phase::asking && asked.answer == Answer::unsent;
    asked_.add(id, request);
    awaited_.set(id, request, asked.answer != Answer::shown);
    unsent_.set(id, request, is_unsent);
  }
}

void Claims::forget_ask(std::uint64_t request, const NodeId& id) {
  asked_.remove(id, request);
  awaited_.remove(id, request);
  unsent_.remove(id, request);
}

// --- When it is enough ---

// As many answer as a majority needs, so that it is worth while to stand in their way.
void Claims::ask_released(std::uint64_t request, Claim& claim) {
  if (answering(claim) < majority(claim)) return;
  for (auto& [id, asked] : claim.asks) {
    if (asked.answer == Answer::released) send_ask(request, claim, id, asked);
  }
}

void Claims::publish_if_granted(ClaimMap::iterator at) {
  Claim& claim = at->second;
  if (!is_able(claim)) {
    for (auto& [id, asked] : claim.asks) {
      if (asked.has_answered()) take_back(id, asked, Answer::released);
    }
  } else if (!is_patient(claim) && count(claim, Answer::granted) >= majority(claim)) {
    publish(at);
  }
}

void Claims::publish(ClaimMap::iterator at) {
  Claim& claim = at->second;
  if (const NameHolder* holder = table_.winner(claim.name); holder != nullptr) {
    give_up(at, ErrorCode::name_taken, *holder);
    return;
  }
  for (auto& [id, asked] : claim.asks) {
    if (asked.answer != Answer::granted) take_back(id, asked, Answer::unsent);
    asked.patience.reset();
  }
  end_asking(claim);
  claim.phase = Phase::applying;
  claim.sequence = ports_.publish(claim.name, claim.entry);
  applying_.emplace(claim.sequence, at->first);
}

// Those who went down are asked nothing any more.
void Claims::finish_if_applied(ClaimMap::iterator at) {
  const Claim& claim = at->second;
  const bool enough = count(claim, Answer::shown) >= majority(claim) || claim.asks.empty();
  if (enough && !is_patient(claim)) succeed(at);
}

}  // namespace noex
