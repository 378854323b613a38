#include "noex/runtime/membership/suspicion.h"

#include <algorithm>
#include <utility>

namespace noex {

namespace {

// log(c + 1) / log(k + 1) in thousandths, for c confirmations of k.
constexpr int progress[confirmations_max + 1][confirmations_max + 1] = {
    {1000, 1000, 1000, 1000}, {0, 1000, 1000, 1000}, {0, 631, 1000, 1000}, {0, 500, 792, 1000}};

}  // namespace

void LocalHealth::worsen(Instant now) {
  score_ = std::min(score_ + 1, worst);
  better_at_ = now + quiet_;
}

void LocalHealth::on_time(Instant now) {
  if (score_ == 0 || now < better_at_) return;
  --score_;
  better_at_ = now + quiet_;
}

void LocalHealth::digest(Writer& writer, Instant now) const {
  writer.varint(score_);
  if (score_ > 0) writer.zigzag((std::max(better_at_, now) - now).count());
}

Suspicions::Suspicions(const Options& options)
    : min_(options.suspicion_timeout),
      max_(options.suspicion_timeout * std::max(options.suspicion_spread, 1U)),
      health_(options.suspicion_after) {}

bool Suspicions::accuse(MemberIndex member, const NodeId& accuser) {
  auto& accusers = suspicions_[member].accusers;
  if (accusers.size() > confirmations_max || std::ranges::count(accusers, accuser) > 0) {
    return false;
  }
  accusers.push_back(accuser);
  next_.reset();
  return true;
}

std::vector<NodeId> Suspicions::accusers(MemberIndex member) const {
  const auto found = suspicions_.find(member);
  return found != suspicions_.end() ? found->second.accusers : std::vector<NodeId>();
}

void Suspicions::start(MemberIndex member, Instant now) {
  Suspicion& suspicion = suspicions_[member];
  if (suspicion.since) return;
  suspicion.since = now;
  ++running_;
  next_.reset();
}

void Suspicions::pause(MemberIndex member) {
  const auto found = suspicions_.find(member);
  if (found == suspicions_.end() || !found->second.since) return;
  found->second.since.reset();
  --running_;
  next_.reset();
}

void Suspicions::drop(MemberIndex member) {
  pause(member);
  suspicions_.erase(member);
}

void Suspicions::restart_all(Instant now) {
  for (auto& [member, suspicion] : suspicions_) {
    if (suspicion.since) suspicion.since = now;
  }
  next_.reset();
}

bool Suspicions::runs(MemberIndex member) const {
  const auto found = suspicions_.find(member);
  return found != suspicions_.end() && found->second.since;
}

void Suspicions::set_conditions(std::size_t others, const LocalHealth& health) {
  if (std::exchange(others_, others) != others || health_.score() != health.score()) next_.reset();
  health_ = health;
}

Duration Suspicions::timeout(const Suspicion& suspicion) const {
  const std::size_t most = std::min(others_, confirmations_max);
  const std::size_t confirmed = suspicion.accusers.empty() ? 0 : suspicion.accusers.size() - 1;
  const int done = progress[most][std::min(confirmed, most)];
  return health_.scaled(max_ - (max_ - min_) * done / 1000);
}

Instant Suspicions::next_deadline() const {
  if (next_) return *next_;
  next_ = Instant::max();
  if (running_ == 0) return *next_;
  for (const auto& [member, suspicion] : suspicions_) {
    if (suspicion.since) next_ = std::min(*next_, deadline(suspicion));
  }
  return *next_;
}

std::vector<MemberIndex> Suspicions::due(Instant now) const {
  std::vector<MemberIndex> due;
  if (next_deadline() > now) return due;
  for (const auto& [member, suspicion] : suspicions_) {
    if (suspicion.since && deadline(suspicion) <= now) due.push_back(member);
  }
  return due;
}

void Suspicions::digest(Writer& writer, MemberIndex member, Instant now) const {
  const auto found = suspicions_.find(member);
  writer.u8(found == suspicions_.end() ? 0 : found->second.since ? 2 : 1);
  if (found == suspicions_.end()) return;
  if (found->second.since) writer.zigzag((*found->second.since - now).count());
  writer.varint(found->second.accusers.size());
  for (const NodeId& accuser : found->second.accusers) accuser.encode_to(writer);
}

}  // namespace noex
