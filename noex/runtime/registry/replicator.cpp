#include "noex/runtime/registry/replicator.h"

#include <algorithm>

#include "noex/transport/base/check.h"

namespace noex {

namespace {

constexpr std::size_t sources_max = 3;  // to be asked in turn, after the first
// More changes than an owner makes in years: hearsay that is further ahead is a lie.
constexpr std::uint64_t sequence_ahead_max = std::uint64_t{1} << 40;

}  // namespace

Replicator::Replicator(const Options& options, RegistryPeers& peers, NameTable& table,
                       RegistryPorts& ports)
    : options_(options), peers_(peers), table_(table), ports_(ports) {}

Replicator::Replicator(const Replicator& other, RegistryPeers& peers, NameTable& table,
                       RegistryPorts& ports)
    : options_(other.options_),
      peers_(peers),
      table_(table),
      ports_(ports),
      pulls_(other.pulls_),
      by_deadline_(other.by_deadline_),
      by_source_(other.by_source_),
      news_(other.news_),
      news_due_(other.news_due_),
      now_(other.now_) {
  NOEX_CHECK(other.asks_.empty());
}

// --- What is acceptable ---

namespace {

// Our names are ours to say, and over its own link a node speaks of its own boot only.
bool is_sayable(const Incarnation& self, const Incarnation& from, const Incarnation& owner) {
  return owner.id != self.id && (owner.id != from.id || owner.boot == from.boot);
}

}  // namespace

bool Replicator::is_acceptable(const Incarnation& from, const NamesSnapshot& snapshot) const {
  return is_sayable(peers_.self(), from, snapshot.owner);
}

bool Replicator::is_acceptable(const Incarnation& from, const NamesDelta& delta) const {
  if (!is_sayable(peers_.self(), from, delta.owner)) return false;
  // Another's word is held against what others said before, and any of them may be wrong.
  if (from != delta.owner || is_asked_anew(from)) return true;
  const bool is_next = table_.compare(delta.owner, delta.sequence - 1) == 0;
  return !is_next || table_.is_applicable(delta, snapshot_cost_max(options_));
}

// --- Sets and changes that come ---

// Of whom we have a link, its own word counts and nobody else's; of others what can be true.
bool Replicator::is_believable(const Incarnation& from, const OwnerVersion& said) const {
  const Incarnation& owner = said.owner;
  if (owner == from) return true;
  if (peers_.speaks_for_itself(owner.id) || owner.boot > boot_believed_max_) return false;
  const OwnerSet* set = table_.copy(owner.id);
  const std::uint64_t known = set != nullptr && set->boot == owner.boot ? set->sequence : 0;
  return said.sequence <= known || said.sequence - known <= sequence_ahead_max;
}

void Replicator::on_snapshot(const Incarnation& from, const NamesSnapshot& snapshot, Instant now) {
  now_ = std::max(now_, now);
  if (from == snapshot.owner) return on_own_snapshot(snapshot);
  if (!is_believable(from, {snapshot.owner, snapshot.sequence})) {
    return try_others(snapshot.owner.id, from.id);
  }
  if (table_.compare(snapshot.owner, snapshot.sequence) < 0) {
    take(from, snapshot);
    add_news(snapshot.owner.id, from.id);
  }
  const OwnerSet* set = table_.copy(snapshot.owner.id);
  if (set != nullptr && set->boot == snapshot.owner.boot) confirm(snapshot.owner, from.id);
  finish_pull(snapshot.owner);
  try_others(snapshot.owner.id, from.id);
}

// The owner's own word replaces whatever hearsay there was. What others had of the same boot may
// have overtaken it, though: then it is asked once more, and its answer to that is the truth.
void Replicator::on_own_snapshot(const NamesSnapshot& snapshot) {
  const Incarnation& owner = snapshot.owner;
  RegistryPeers::Link* link = peers_.link(owner);
  const auto order = table_.compare(owner, snapshot.sequence);
  const OwnerSet* held = table_.copy(owner.id);
  const bool is_ahead = order > 0 && held->boot == owner.boot;
  if (const auto pull = pulls_.find(owner.id); pull != pulls_.end()) erase(pull);
  if (is_ahead && link != nullptr && !std::exchange(link->doubted, true)) {
    link->asked_anew = true;
    asks_[owner.id].push_back(owner);
    return;
  }
  if (link != nullptr) link->asked_anew = false;
  take(owner, snapshot);
  const bool is_told = snapshot.direct && peers_.direct();
  if (order < 0 && !is_told) add_news(owner.id, owner.id);
  const OwnerSet* set = table_.copy(owner.id);
  if (set == nullptr || set->boot != owner.boot) return;
  table_.set_known(owner, true);
  ports_.known(owner);
}

// What it says meanwhile is in its answer, and believed before that where it fits the copy.
bool Replicator::is_asked_anew(const Incarnation& owner) const {
  const RegistryPeers::Link* link = peers_.link(owner);
  return link != nullptr && link->asked_anew;
}

// The pull that was asked of `source` is not over by its answer.
void Replicator::try_others(const NodeId& owner, const NodeId& source) {
  const auto pull = pulls_.find(owner);
  if (pull != pulls_.end() && pull->second.source == source) ask_next(pull, now_);
}

void Replicator::take(const Incarnation& from, const NamesSnapshot& snapshot) {
  const bool is_new = table_.copy(snapshot.owner.id) == nullptr;
  if (is_new && !table_.make_room(options_.members_max, from.id)) return;
  table_.replace_copy(snapshot);
  std::vector<std::string> names;
  for (const auto& [name, entry] : snapshot.names) names.push_back(name);
  if (peers_.is_up(snapshot.owner)) ports_.appeared(std::move(names));
}

void Replicator::on_delta(const Incarnation& from, const NamesDelta& delta, Instant now) {
  now_ = std::max(now_, now);
  if (!is_believable(from, {delta.owner, delta.sequence})) return;
  const auto order = table_.compare(delta.owner, delta.sequence);
  if (order >= 0) {
    if (order == 0) confirm(delta.owner, from.id);
    return;
  }
  if (!table_.is_applicable(delta, snapshot_cost_max(options_))) {
    if (!is_asked_anew(delta.owner)) want({delta.owner, delta.sequence}, from.id, now_);
    return;
  }
  table_.apply(delta);
  std::vector<std::string> names;
  for (const auto& [name, entry] : delta.put) names.push_back(name);
  if (peers_.is_up(delta.owner)) ports_.appeared(std::move(names));
  if (!delta.direct || !peers_.direct()) ports_.forward(delta, from.id, delta.owner.id);
  confirm(delta.owner, from.id);
  finish_pull(delta.owner);
}

// The copy is current, as `source` says. Those who have lost sight of the owner with us are told.
void Replicator::confirm(const Incarnation& owner, const NodeId& source) {
  if (!table_.is_known(owner)) {
    table_.set_known(owner, true);
    add_news(owner.id, source);
  }
  if (!peers_.is_up(owner)) ports_.known(owner);
}

// --- Versions ---

void Replicator::on_vector(const Incarnation& from, const NamesVector& vector, Instant now) {
  now_ = std::max(now_, now);
  std::vector<OwnerVersion> newer;
  // An honest one lists those that its sender remembers.
  std::size_t left = 2 * options_.members_max;
  for (const OwnerVersion& version : vector.versions) {
    if (left-- == 0) break;
    const Incarnation& owner = version.owner;
    if (owner.id == peers_.self().id) {
      const OwnerVersion own{peers_.self(), table_.own().sequence};
      const bool is_old = owner.boot < own.owner.boot ||
                          (owner.boot == own.owner.boot && version.sequence < own.sequence);
      if (is_old) newer.push_back(own);
      continue;
    }
    const auto order = table_.compare(owner, version.sequence);
    if (order == 0) {
      confirm(owner, from.id);
    } else if (order > 0) {
      newer.push_back(*held(owner.id));
    } else if (!is_believable(from, version)) {
      continue;
    } else if (version.sequence == 0) {
      const NamesSnapshot empty{owner, 0, false, {}, {}};
      if (is_acceptable(from, empty)) on_snapshot(from, empty, now);
    } else {
      want(version, from.id, now_);
    }
  }
  answer_newer(from, vector, std::move(newer));
}

void Replicator::answer_newer(const Incarnation& from, const NamesVector& vector,
                              std::vector<OwnerVersion> newer) {
  // One question of a few bytes is answered by thousands of versions: so often, and no more.
  RegistryPeers::Link* link = peers_.link(from);
  const bool too_soon =
      link != nullptr && link->told_all && now_ - *link->told_all < options_.heartbeat_interval / 2;
  if (vector.full && !too_soon) {
    if (link != nullptr) link->told_all = now_;
    auto said = vector.versions.begin();
    for (const OwnerVersion& version : table_.versions()) {
      while (said != vector.versions.end() && said->owner.id < version.owner.id) ++said;
      const bool is_said = said != vector.versions.end() && said->owner.id == version.owner.id;
      if (!is_said && version.owner.id != from.id) newer.push_back(version);
    }
    std::ranges::sort(newer, {}, [](const OwnerVersion& version) { return version.owner.id; });
  }
  send_versions(from, false, newer);
}

std::optional<OwnerVersion> Replicator::held(const NodeId& owner) const {
  const OwnerSet* set = table_.copy(owner);
  if (set == nullptr) return std::nullopt;
  return OwnerVersion{{owner, set->boot}, set->sequence};
}

void Replicator::send_versions(const Incarnation& to, bool full,
                               const std::vector<OwnerVersion>& versions) {
  const std::size_t most = versions_max(options_);
  for (std::size_t begin = 0; begin < versions.size(); begin += most) {
    const std::size_t end = std::min(begin + most, versions.size());
    NamesVector part{full && versions.size() <= most, {}};
    part.versions.assign(versions.begin() + static_cast<std::ptrdiff_t>(begin),
                         versions.begin() + static_cast<std::ptrdiff_t>(end));
    ports_.send(to, part);
  }
}

// One heartbeat that differs may have crossed a delta. With a newcomer there is something to find
// for sure, where not everybody is linked to everybody.
void Replicator::on_differs(const Incarnation& peer, Instant now) {
  now_ = std::max(now_, now);
  RegistryPeers::Link* link = peers_.link(peer);
  if (link == nullptr || !link->has_snapshot) return;
  if (!std::exchange(link->newcomer, false) || peers_.direct()) {
    const bool in_a_row =
        link->differed && now - *link->differed < options_.heartbeat_interval * 3 / 2;
    link->differed = now;
    if (!in_a_row || now < next_full_) return;
    next_full_ = now + options_.heartbeat_interval;
  }
  link->differed.reset();
  send_versions(peer, true, table_.versions());
}

// --- Pulls ---

// What went over a link arrives, or the link ends: nobody needs the same set again so soon.
void Replicator::on_pull(const Incarnation& from, const NamesPull& pull, Instant now) {
  now_ = std::max(now_, now);
  RegistryPeers::Link* link = peers_.link(from);
  if (link == nullptr) return;
  for (const Incarnation& owner : pull.owners) {
    const bool is_own = owner == peers_.self();
    const OwnerSet* set = is_own ? &table_.own() : table_.copy(owner.id);
    if (set == nullptr || set->boot < owner.boot || owner.id == from.id) continue;
    RegistryPeers::Served& served = link->served[owner.id];
    const bool is_same = served.boot == set->boot && served.sequence == set->sequence;
    if (is_same && now_ - served.at < options_.suspicion_after) continue;
    served = {set->boot, set->sequence, now_};
    ports_.send(from, snapshot_of({owner.id, set->boot}, *set));
  }
}

NamesSnapshot Replicator::snapshot_of(const Incarnation& owner, const OwnerSet& set) const {
  NamesSnapshot snapshot{owner, set.sequence, owner == peers_.self() && peers_.direct(), {}, {}};
  for (const auto& [name, entry] : set.names()) {
    snapshot.names.emplace_hint(snapshot.names.end(), name, to_wire(entry));
  }
  snapshot.members.assign(set.members().begin(), set.members().end());
  return snapshot;
}

// One pull of an owner is under way at most, whoever else offers it meanwhile.
void Replicator::want(const OwnerVersion& version, const NodeId& source, Instant now) {
  if (pulls_.size() >= options_.members_max && !pulls_.contains(version.owner.id)) return;
  const auto [at, is_new] = pulls_.try_emplace(version.owner.id);
  Pull& pull = at->second;
  if (is_new || pull.owner.boot < version.owner.boot) {
    pull.sequence = version.sequence;
  } else if (pull.owner.boot == version.owner.boot) {
    pull.sequence = std::max(pull.sequence, version.sequence);
  }
  pull.owner = std::max(pull.owner, version.owner);
  if (is_new) {
    ask(pull, source, now);
  } else if (pull.source != source && pull.others.size() < sources_max) {
    if (std::ranges::find(pull.others, source) == pull.others.end()) pull.others.push_back(source);
  }
}

void Replicator::ask(Pull& pull, const NodeId& source, Instant now) {
  by_deadline_.erase({pull.deadline, pull.owner.id});
  by_source_.remove(pull.source, pull.owner.id);
  pull.source = source;
  by_source_.add(source, pull.owner.id);
  pull.deadline = now + options_.suspicion_after;
  by_deadline_.emplace(pull.deadline, pull.owner.id);
  asks_[source].push_back(pull.owner);
}

// Where nobody is left to ask, the next heartbeat that differs begins anew.
void Replicator::ask_next(Pulls::iterator at, Instant now) {
  Pull& pull = at->second;
  while (!pull.others.empty()) {
    const NodeId source = pull.others.front();
    pull.others.erase(pull.others.begin());
    if (peers_.link_to_any(source) == nullptr) continue;
    ask(pull, source, now);
    return;
  }
  erase(at);
}

void Replicator::finish_pull(const Incarnation& owner) {
  const auto pull = pulls_.find(owner.id);
  if (pull == pulls_.end()) return;
  if (table_.compare(pull->second.owner, pull->second.sequence) >= 0) erase(pull);
}

void Replicator::erase(Pulls::iterator pull) {
  by_deadline_.erase({pull->second.deadline, pull->first});
  by_source_.remove(pull->second.source, pull->first);
  pulls_.erase(pull);
}

void Replicator::on_link_down(const NodeId& peer) {
  asks_.erase(peer);
  if (peers_.links().empty()) news_.clear();  // nobody is left to be told
  const auto owners = by_source_.of(peer);
  for (const NodeId& owner : owners) ask_next(pulls_.find(owner), now_);
}

void Replicator::on_time(Instant now) {
  now_ = std::max(now_, now);
  while (!by_deadline_.empty() && by_deadline_.begin()->first <= now) {
    ask_next(pulls_.find(by_deadline_.begin()->second), now);
  }
}

std::optional<Instant> Replicator::next_deadline() const {
  std::optional<Instant> next;
  if (!news_.empty()) next = news_due_;
  if (!by_deadline_.empty() && (!next || by_deadline_.begin()->first < *next)) {
    next = by_deadline_.begin()->first;
  }
  return next;
}

bool Replicator::uses_link(const NodeId& peer) const {
  return by_source_.has(peer);
}

// --- What leaves together ---

void Replicator::flush() {
  for (auto& [source, owners] : std::exchange(asks_, {})) {
    const RegistryPeers::Link* link = peers_.link_to_any(source);
    if (link == nullptr) continue;
    std::ranges::sort(owners);
    const auto same = [](const Incarnation& a, const Incarnation& b) { return a.id == b.id; };
    owners.erase(std::unique(owners.begin(), owners.end(), same), owners.end());
    ports_.send({source, link->boot}, NamesPull{owners});
  }
  if (!news_.empty() && news_due_ <= now_) send_news();
}

// Where hundreds of nodes start at once, each would otherwise tell of each of them by itself.
void Replicator::add_news(const NodeId& owner, const NodeId& source) {
  if (news_.empty()) news_due_ = now_ + options_.gossip_delay;
  news_.insert_or_assign(owner, source);
}

void Replicator::send_news() {
  const auto news = std::exchange(news_, {});
  for (const auto& [peer, link] : peers_.links()) {
    if (!peers_.is_on_route(peer)) continue;
    std::vector<OwnerVersion> versions;
    for (const auto& [owner, source] : news) {
      if (owner == peer || source == peer) continue;
      if (const auto version = held(owner)) versions.push_back(*version);
    }
    send_versions({peer, link.boot}, false, versions);
  }
}

void Replicator::check_invariants() const {
  NOEX_CHECK(by_deadline_.size() == pulls_.size() && by_source_.size() == pulls_.size());
  for (const auto& [owner, pull] : pulls_) {
    NOEX_CHECK(by_deadline_.contains({pull.deadline, owner}) && pull.owner.id == owner);
    NOEX_CHECK(by_source_.contains(pull.source, owner), "{}", owner.text());
    NOEX_CHECK(peers_.link_to_any(pull.source) != nullptr, "{} is asked", pull.source.text());
    NOEX_CHECK(table_.compare(pull.owner, pull.sequence) < 0, "{} is there", owner.text());
  }
}

void Replicator::digest(Writer& writer) const {
  NOEX_CHECK(asks_.empty());
  writer.varint(news_.size());
  for (const auto& [owner, source] : news_) {
    owner.encode_to(writer);
    source.encode_to(writer);
  }
  writer.varint(pulls_.size());
  for (const auto& [owner, pull] : pulls_) {
    encode(writer, pull.owner);
    writer.varint(pull.sequence);
    pull.source.encode_to(writer);
    writer.varint(pull.others.size());
    for (const NodeId& other : pull.others) other.encode_to(writer);
  }
}

}  // namespace noex
