#include "runtime/membership.h"

#include <algorithm>
#include <utility>

#include <xxhash.h>

#include "runtime/codec.h"
#include "transport/base/check.h"

namespace noex {

namespace {

// Dials at the same time; the rest wait for their turn. Bounds what a table full of dead nodes
// can cost.
constexpr std::size_t dials_max = 64;

}  // namespace

Membership::Membership(Incarnation self, std::span<const NodeId> seeds, const Options& options,
                       Random random)
    : self_(std::move(self)), options_(options), random_(random), joined_(seeds.empty()) {
  for (const auto& seed : seeds) {
    Record* record = seed == self_.id ? nullptr : find_or_add(seed);
    if (record != nullptr) record->seed = true;
  }
}

// --- Events ---

void Membership::start(Instant now) {
  next_heartbeat_ = now + options_.heartbeat_interval;
  for (auto& [id, record] : records_) record.next_dial = now;
  start_due_dials(now);
}

void Membership::on_time(Instant now) {
  if (now > next_heartbeat_ + options_.heartbeat_interval) forgive(now);
  if (now >= next_heartbeat_) {
    actions_.emplace_back(SendHeartbeats{});
    next_heartbeat_ += options_.heartbeat_interval;
    if (next_heartbeat_ <= now) next_heartbeat_ = now + options_.heartbeat_interval;
  }
  check_silence(now);
  check_suspects(now);
  start_due_dials(now);
}

void Membership::heard(const NodeId& id, Instant at) {
  const auto found = records_.find(id);
  if (found == records_.end() || !found->second.linked) return;
  found->second.heard_at = std::max(found->second.heard_at, at);
}

bool Membership::on_linked(const Incarnation& peer, Instant now) {
  if (!welcome(peer).ok()) return false;
  Record& record = *find_or_add(peer.id);
  if (peer.boot > record.boot) replace_boot(peer.id, record, peer.boot);
  stop_dial(peer.id, record);
  record.linked = true;
  record.linked_at = now;
  record.heard_at = now;
  joined_ = true;
  actions_.emplace_back(SendTable{peer.id});
  return true;
}

void Membership::on_link_closed(const Incarnation& peer, Instant now) {
  Record* record = find(peer);
  if (record == nullptr || !record->linked) return;
  lose_link(*record, DownReason::connection_closed, now);
  start_due_dials(now);
}

void Membership::on_dial_failed(const NodeId& id, DialFailure failure, Instant now) {
  const auto found = records_.find(id);
  if (found == records_.end() || !found->second.dialing) return;
  Record& record = found->second;
  record.dialing = false;
  --dials_;
  record.next_dial = now + backoff(record.attempts);
  switch (failure) {
    case DialFailure::refused:
      if (record.suspect()) down(id, record, record.evidence);
      break;
    case DialFailure::silent:
      break;
    case DialFailure::simultaneous:
      record.next_dial = std::max(record.next_dial, now + options_.dial_timeout);
      return;
    case DialFailure::left:
      mark_left(id, record, now);
      return;
    case DialFailure::self:
      set_tried(record, true);
      records_.erase(found);
      return;
  }
  set_tried(record, true);
}

void Membership::on_left(const Incarnation& peer, Instant now) {
  Record* record = find(peer);
  if (record != nullptr && !record->left) mark_left(peer.id, *record, now);
}

void Membership::on_registry_known(const Incarnation& peer) {
  Record* record = find(peer);
  if (record == nullptr || !record->linked) return;
  set_tried(*record, true);
  if (record->up) return;
  record->up = true;
  actions_.emplace_back(AnnounceUp{peer});
}

void Membership::on_table(const Table& table, Instant now) {
  for (const auto& entry : table.entries) learn(entry, now);
  start_due_dials(now);
}

void Membership::on_table_hash(const NodeId& from, std::uint64_t hash) {
  if (hash != table_hash()) actions_.emplace_back(SendTable{from});
}

void Membership::on_own_boot_seen(Boot boot) {
  if (boot > self_.boot && boot < boot_max) actions_.emplace_back(BootTooLow{boot + 1});
}

// --- Records ---

Membership::Record* Membership::find(const Incarnation& peer) {
  const auto found = records_.find(peer.id);
  if (found == records_.end() || found->second.boot != peer.boot) return nullptr;
  return &found->second;
}

Membership::Record* Membership::find_or_add(const NodeId& id) {
  const auto found = records_.find(id);
  if (found != records_.end()) return &found->second;
  if (records_.size() >= options_.members_max) {
    if (!std::exchange(told_full_, true)) actions_.emplace_back(TableFull{id});
    return nullptr;
  }
  ++untried_;
  return &records_[id];
}

void Membership::learn(const TableEntry& entry, Instant now) {
  if (entry.id == self_.id) {
    on_own_boot_seen(entry.boot);
    return;
  }
  Record* record = find_or_add(entry.id);
  if (record == nullptr || entry.boot < record->boot) return;
  if (entry.boot > record->boot) {
    replace_boot(entry.id, *record, entry.boot);
    record->next_dial = now;
  }
  // A link that stands brings the leaving node's last messages and its own word, in order.
  if (entry.left && !record->left && !record->linked) mark_left(entry.id, *record, now);
}

void Membership::replace_boot(const NodeId& id, Record& record, Boot boot) {
  const auto reason = record.suspect() ? record.evidence : DownReason::restarted;
  if (record.linked) close_link(id, record, false);
  if (record.up) down(id, record, reason);
  record.boot = boot;
  record.left = false;
  record.attempts = 0;
  set_tried(record, false);
  hash_.reset();
}

void Membership::mark_left(const NodeId& id, Record& record, Instant now) {
  const auto reason = record.suspect() ? record.evidence : DownReason::graceful_shutdown;
  if (record.linked) close_link(id, record, false);
  if (record.up) down(id, record, reason);
  stop_dial(id, record);
  record.left = true;
  record.attempts = 1;
  record.next_dial = now + backoff(record.attempts);  // seeds only: it may come back
  set_tried(record, true);
  hash_.reset();
}

void Membership::set_tried(Record& record, bool tried) {
  if (record.tried == tried) return;
  record.tried = tried;
  untried_ += tried ? std::size_t(-1) : std::size_t(1);
}

void Membership::down(const NodeId& id, Record& record, DownReason reason) {
  NOEX_CHECK(record.up, "{}", id.text());
  record.up = false;
  actions_.emplace_back(AnnounceDown{Incarnation{id, record.boot}, reason});
}

void Membership::close_link(const NodeId& id, Record& record, bool silent) {
  record.linked = false;
  actions_.emplace_back(CloseLink{Incarnation{id, record.boot}, silent});
}

// A link that stood for a while earns a redial at once; one that keeps breaking does not.
void Membership::lose_link(Record& record, DownReason evidence, Instant now) {
  record.linked = false;
  record.evidence = evidence;
  record.suspect_until = now + options_.suspicion_timeout;
  if (now - record.linked_at >= options_.heartbeat_interval) record.attempts = 0;
  record.next_dial = record.attempts == 0 ? now : now + backoff(record.attempts);
  set_tried(record, true);
}

// --- Dials ---

Duration Membership::full_backoff(std::uint32_t attempts) const {
  const std::uint32_t doublings = std::min(std::max(attempts, 1U) - 1, 20U);
  return std::min(options_.redial_min * (1U << doublings), options_.redial_max);
}

Duration Membership::backoff(std::uint32_t attempts) {
  const Duration full = full_backoff(attempts);
  return Duration(random_.between(full.count() / 2, full.count()));
}

void Membership::start_due_dials(Instant now) {
  std::vector<std::pair<Instant, NodeId>> due;
  for (const auto& [id, record] : records_) {
    if (record.dialled() && record.next_dial <= now) due.emplace_back(record.next_dial, id);
  }
  std::ranges::sort(due);
  for (const auto& [at, id] : due) {
    if (dials_ >= dials_max) return;
    Record& record = records_.at(id);
    record.dialing = true;
    ++record.attempts;
    ++dials_;
    actions_.emplace_back(StartDial{id});
  }
}

void Membership::stop_dial(const NodeId& id, Record& record) {
  if (!record.dialing) return;
  record.dialing = false;
  --dials_;
  actions_.emplace_back(StopDial{id});
}

// --- Time ---

// This node itself stood still: its silence timers say nothing about the others.
void Membership::forgive(Instant now) {
  for (auto& [id, record] : records_) {
    if (record.linked) record.heard_at = now;
    if (record.suspect()) record.suspect_until = now + options_.suspicion_timeout;
  }
}

void Membership::check_silence(Instant now) {
  for (auto& [id, record] : records_) {
    if (!record.linked || now < record.heard_at + options_.suspicion_after) continue;
    close_link(id, record, true);
    lose_link(record, DownReason::heartbeat_timeout, now);
  }
}

void Membership::check_suspects(Instant now) {
  for (auto& [id, record] : records_) {
    if (record.suspect() && now >= record.suspect_until) down(id, record, record.evidence);
  }
}

Instant Membership::next_deadline() const {
  Instant next = next_heartbeat_;
  for (const auto& [id, record] : records_) {
    if (record.linked) next = std::min(next, record.heard_at + options_.suspicion_after);
    if (record.suspect()) next = std::min(next, record.suspect_until);
    if (record.dialled() && dials_ < dials_max) next = std::min(next, record.next_dial);
  }
  return next;
}

std::vector<MembershipAction> Membership::take_actions() {
  return std::exchange(actions_, {});
}

// --- Views ---

Membership::Welcome Membership::welcome(const Incarnation& peer) const {
  Welcome welcome;
  const auto found = records_.find(peer.id);
  if (found == records_.end()) {
    welcome.full = records_.size() >= options_.members_max;
    return welcome;
  }
  const Record& record = found->second;
  welcome.too_low = peer.boot < record.boot;
  welcome.left = record.left && peer.boot == record.boot;
  return welcome;
}

Boot Membership::known_boot(const NodeId& id) const {
  const auto found = records_.find(id);
  return found == records_.end() ? 0 : found->second.boot;
}

std::vector<NodeId> Membership::living_namesakes(const NodeId& id) const {
  std::vector<NodeId> found;
  for (auto it = records_.lower_bound(NodeId(id.name(), "", 0)); it != records_.end(); ++it) {
    if (it->first.name() != id.name()) break;
    if (it->first != id && (it->second.up || it->second.linked)) found.push_back(it->first);
  }
  return found;
}

std::uint64_t Membership::table_hash() const {
  if (!hash_) {
    std::uint64_t hash = 0;
    for (const auto& part : table()) {
      const Bytes bytes = encoded(part);
      hash = XXH3_64bits_withSeed(bytes.data(), bytes.size(), hash);
    }
    hash_ = hash;
  }
  return *hash_;
}

std::vector<Table> Membership::table() const {
  std::vector<TableEntry> all;
  for (const auto& [id, record] : records_) {
    if (record.boot != 0) all.push_back(TableEntry{id, record.boot, record.left});
  }
  const auto place = std::ranges::lower_bound(all, self_.id, {}, &TableEntry::id);
  all.insert(place, TableEntry{self_.id, self_.boot, false});
  std::vector<Table> parts;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i % table_entries_max == 0) parts.emplace_back();
    parts.back().entries.push_back(std::move(all[i]));
  }
  return parts;
}

std::vector<Member> Membership::members() const {
  std::vector<Member> members;
  for (const auto& [id, record] : records_) {
    if (record.boot == 0 || record.left) continue;
    members.push_back(Member{Incarnation{id, record.boot}, record.up, record.linked});
  }
  return members;
}

void Membership::check_invariants() const {
  std::size_t untried = 0;
  std::size_t dials = 0;
  for (const auto& [id, record] : records_) {
    untried += record.tried ? 0 : 1;
    dials += record.dialing ? 1 : 0;
    NOEX_CHECK(!(record.linked && record.dialing), "{}", id.text());
    NOEX_CHECK(!(record.left && (record.up || record.linked)), "{}", id.text());
    NOEX_CHECK(!(record.up || record.linked) || record.boot != 0, "{}", id.text());
    NOEX_CHECK(!record.up || record.tried, "{}", id.text());
  }
  NOEX_CHECK(untried == untried_, "{} {}", untried, untried_);
  NOEX_CHECK(dials == dials_ && dials <= dials_max, "{} {}", dials, dials_);
  NOEX_CHECK(records_.size() <= options_.members_max, "{}", records_.size());
}

void Membership::digest(Writer& writer, Instant now) const {
  NOEX_CHECK(actions_.empty());
  const auto distance = [&writer, now](Instant at) { writer.zigzag((at - now).count()); };
  encode(writer, self_);
  writer.u8(static_cast<std::uint8_t>((joined_ ? 1 : 0) | (told_full_ ? 2 : 0)));
  distance(next_heartbeat_);
  writer.varint(records_.size());
  for (const auto& [id, record] : records_) {
    id.encode_to(writer);
    writer.varint(record.boot);
    const bool flags[] = {record.seed,   record.left,    record.up,
                          record.linked, record.dialing, record.tried};
    for (const bool flag : flags) writer.u8(flag ? 1 : 0);
    // Beyond the longest pause, further attempts change nothing.
    std::uint32_t attempts = std::min(record.attempts, 22U);
    while (attempts > 1 && full_backoff(attempts - 1) == full_backoff(attempts)) --attempts;
    writer.varint(attempts);
    if (record.linked) {
      distance(std::max(record.linked_at, now - options_.heartbeat_interval));
      distance(record.heard_at);
    }
    if (record.suspect()) {
      writer.u8(static_cast<std::uint8_t>(record.evidence));
      distance(record.suspect_until);
    }
    if (record.dialled()) distance(std::max(record.next_dial, now));
  }
}

}  // namespace noex
