#include "runtime/replicator.h"

#include <algorithm>

#include "transport/base/check.h"

namespace noex {

namespace {

constexpr std::size_t sources_max = 3;  // to be asked in turn, after the first

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
  const bool is_next = table_.compare(delta.owner, delta.sequence - 1) == 0;
  return !is_next || table_.is_applicable(delta, snapshot_cost_max(options_));
}

// --- Sets and changes that come ---

void Replicator::on_snapshot(const Incarnation& from, const NamesSnapshot& snapshot, Instant now) {
  now_ = std::max(now_, now);
  const auto order = table_.compare(snapshot.owner, snapshot.sequence);
  const bool is_owners = from == snapshot.owner;
  if (order < 0 || (order == 0 && is_owners)) {
    take(from, snapshot);
    const bool is_told = is_owners && snapshot.direct && peers_.direct();
    if (order < 0 && !is_told) add_news(snapshot.owner.id, from.id);
  }
  const OwnerSet* set = table_.copy(snapshot.owner.id);
  if (set != nullptr && set->boot == snapshot.owner.boot) {
    if (is_owners) {
      table_.set_known(from, true);
      ports_.known(from);
    } else {
      confirm(snapshot.owner, from.id);
    }
  }
  finish_pull(snapshot.owner);
  const auto pull = pulls_.find(snapshot.owner.id);
  if (pull != pulls_.end() && pull->second.source == from.id) ask_next(pull, now_);
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
  const auto order = table_.compare(delta.owner, delta.sequence);
  if (order >= 0) {
    if (order == 0) confirm(delta.owner, from.id);
    return;
  }
  if (table_.compare(delta.owner, delta.sequence - 1) != 0) {
    want({delta.owner, delta.sequence}, from.id, now_);
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
  for (const OwnerVersion& version : vector.versions) {
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
  if (vector.full) {
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

void Replicator::on_pull(const Incarnation& from, const NamesPull& pull) {
  for (const Incarnation& owner : pull.owners) {
    if (owner == peers_.self()) {
      ports_.send(from, snapshot_of(owner, table_.own()));
      continue;
    }
    const OwnerSet* set = table_.copy(owner.id);
    if (set == nullptr || set->boot < owner.boot || owner.id == from.id) continue;
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
  pull.source = source;
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
  pulls_.erase(pull);
}

void Replicator::on_link_down(const NodeId& peer) {
  asks_.erase(peer);
  if (peers_.links().empty()) news_.clear();  // nobody is left to be told
  std::vector<NodeId> owners;
  for (const auto& [owner, pull] : pulls_) {
    if (pull.source == peer) owners.push_back(owner);
  }
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
  return std::ranges::any_of(pulls_,
                             [&peer](const auto& pull) { return pull.second.source == peer; });
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
  NOEX_CHECK(by_deadline_.size() == pulls_.size());
  for (const auto& [owner, pull] : pulls_) {
    NOEX_CHECK(by_deadline_.contains({pull.deadline, owner}) && pull.owner.id == owner);
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
