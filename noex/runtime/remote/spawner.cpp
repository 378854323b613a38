#include "noex/runtime/remote/spawner.h"

#include <algorithm>
#include <vector>

#include "noex/runtime/registry/registry_wire.h"
#include "noex/transport/base/check.h"
#include "noex/transport/base/text.h"

namespace noex {

namespace {

// A peer's idea of patience; beyond it a provisional process would live on for nobody.
constexpr Duration patience_max = 1h;

// Of what is keyed by link and number.
template <class Map>
std::vector<typename Map::key_type> keys_of(const Map& map, LinkSerial link) {
  std::vector<typename Map::key_type> keys;
  for (auto at = map.lower_bound({link, 0}); at != map.end() && at->first.first == link; ++at) {
    keys.push_back(at->first);
  }
  return keys;
}

}  // namespace

Spawner::Spawner(Incarnation self, const Options& options, Loop& loop, const Behaviors& behaviors,
                 Processes& processes, NameService& names, Links& links, Flow& flow,
                 ProcessLinks& process_links, Sender& sender, Observer& observer)
    : self_(std::move(self)),
      options_(options),
      loop_(loop),
      behaviors_(behaviors),
      processes_(processes),
      names_(names),
      links_(links),
      flow_(flow),
      process_links_(process_links),
      sender_(sender),
      observer_(observer),
      their_quota_(options.spawns_per_link_max) {}

Spawner::~Spawner() {
  for (const auto& [_, asked] : asked_) loop_.cancel_timer(asked.timer);
  for (const auto& [_, starting] : starting_) loop_.cancel_timer(starting.timer);
}

Future<Result<Ref>> Spawner::here(Blueprint blueprint, LocalSpawn spawn) {
  const std::uint64_t number = next_++;
  Completer<Result<Ref>> completer(processes_);
  Future<Result<Ref>> future = completer.future();
  asked_here_.emplace(number, AskedHere{std::move(completer), spawn.linked_to});
  begin(Key{LinkSerial(), number}, std::move(blueprint), std::move(spawn));
  return future;
}

Future<Result<Ref>> Spawner::there(Link* link, wire::Spawn request, ByteView arguments,
                                   ProcessId linked_to) {
  Completer<Result<Ref>> completer(processes_);
  Future<Result<Ref>> future = completer.future();
  if (link == nullptr) {
    completer.complete(fail(ErrorCode::unreachable));
    return future;
  }
  request.spawn = next_++;
  const Key key{link->serial(), request.spawn};
  const bool must_wait = flow_.must_wait(*link);
  if (!must_wait) {
    if (Result<void> sent = send(*link, request, arguments); !sent) {
      completer.complete(std::unexpected(sent.error()));
      return future;
    }
  }
  const TimerId timer = loop_.start_timer(loop_.now() + request.remaining, [this, key] {
    const auto asked = asked_.find(key);
    if (asked != asked_.end() && asked->second.waiting == 0) {
      links_.signal(key.first, wire::SpawnCancel{key.second});
    }
    end_asked(key, fail(ErrorCode::timeout));
  });
  asked_.emplace(key, Asked{std::move(completer), link->peer(), timer, linked_to});
  if (must_wait) send_when_ready(*link, std::move(request), arguments);
  return future;
}

Result<void> Spawner::send(Link& link, const wire::Spawn& request, ByteView arguments) {
  Bytes& bytes = links_.begin(MessageKind::spawn);
  Writer writer(bytes);
  encode(writer, request);
  writer.raw(arguments);
  return link.send(bytes);
}

void Spawner::send_when_ready(Link& link, wire::Spawn request, ByteView arguments) {
  const Key key{link.serial(), request.spawn};
  const Instant deadline = loop_.now() + request.remaining;
  auto go = [this, key, request = std::move(request), arguments = Bytes(arguments),
             deadline](Result<Link*> room) mutable {
    if (!room) return;
    const auto asked = asked_.find(key);
    if (asked == asked_.end()) return;
    if (deadline <= loop_.now()) return;  // its timer is due in this turn
    asked->second.waiting = 0;
    request.remaining = deadline - loop_.now();
    if (asked->second.completer.abandoned()) {
      end_asked(key, fail(ErrorCode::cancelled));
    } else if (Result<void> sent = send(**room, request, arguments); !sent) {
      end_asked(key, std::unexpected(sent.error()));
    }
  };
  const Flow::Ticket ticket = flow_.wait(link, Instant::max(), std::move(go));
  if (const auto asked = asked_.find(key); asked != asked_.end()) asked->second.waiting = ticket;
}

// Nothing waits for its end any more.
Spawner::Asked Spawner::take_asked(AskedAt at) {
  const LinkSerial link = at->first.first;
  Asked asked = std::move(at->second);
  asked_.erase(at);
  loop_.cancel_timer(asked.timer);
  flow_.forget(link, asked.waiting);
  return asked;
}

void Spawner::end_asked(Key key, Result<Ref> result) {
  const auto found = asked_.find(key);
  if (found != asked_.end()) take_asked(found).completer.complete(std::move(result));
}

bool Spawner::on_reply(Link& link, const wire::SpawnReply& reply) {
  const bool names_process = (reply.code == ErrorCode::ok) == (reply.process != 0);
  if (!names_process || reply.detail.size() > wire::detail_bytes_max) return false;
  const auto found = asked_.find(Key{link.serial(), reply.spawn});
  if (found == asked_.end() || found->second.waiting != 0) return true;
  Asked asked = take_asked(found);
  if (reply.code != ErrorCode::ok) {
    asked.completer.complete(fail(reply.code, reply.detail));
  } else if (asked.completer.abandoned()) {
    links_.signal(link.serial(), wire::SpawnCancel{reply.spawn});
  } else {
    const Ref made(asked.where.id, asked.where.boot, reply.process, &sender_);
    // Before the confirmation, so that no process is ever confirmed and not linked.
    if (asked.linked_to != 0) process_links_.add(asked.linked_to, made, &link);
    links_.signal(link.serial(), wire::SpawnConfirm{reply.spawn});
    observer_.on_spawn_told(made);
    asked.completer.complete(made);
  }
  return true;
}

// What other nodes may have started here is less than what this node may start.
Result<void> Spawner::refuse_at_once(const wire::Spawn& request) const {
  if (!request.global_name.empty() && !is_registry_name(request.global_name)) {
    return fail(ErrorCode::invalid_argument, "a name has 1 to 255 bytes");
  }
  const std::size_t kept = options_.processes_max / 4;
  if (processes_.count() + kept >= options_.processes_max) {
    return fail(ErrorCode::overloaded, "processes_max");
  }
  return {};
}

bool Spawner::on_spawn(Link& link, const wire::Spawn& request, ByteView arguments) {
  const Key key{link.serial(), request.spawn};
  if (starting_.contains(key)) return false;
  Decoder bytes(arguments, &sender_);
  Result<Blueprint> blueprint = behaviors_.make(request.behavior, bytes);
  if (const Result<void> allowed = refuse_at_once(request); blueprint && !allowed) {
    blueprint = std::unexpected(allowed.error());
  }
  if (blueprint && !their_quota_.take(link.serial())) {
    blueprint = fail(ErrorCode::overloaded, "spawns_per_link_max");
  }
  if (!blueprint) {
    answer(key, std::unexpected(blueprint.error()));
    return true;
  }
  const Duration patience = std::clamp(request.remaining, Duration::zero(), Duration(patience_max));
  begin(key, std::move(*blueprint), LocalSpawn{request.global_name, patience, 0});
  const auto begun = starting_.find(key);
  if (begun != starting_.end()) {
    observer_.on_spawned_for_other(begun->second.process);
  } else {
    their_quota_.give_back(link.serial());
  }
  return true;
}

void Spawner::begin(Key key, Blueprint blueprint, LocalSpawn spawn) {
  const Instant deadline = loop_.now() + spawn.timeout;
  auto init_done = [this, key, deadline](Result<void> result) {
    on_init_done(key, deadline, std::move(result));
  };
  Result<ProcessId> made = processes_.spawn(std::move(blueprint), std::move(init_done));
  if (!made) {
    answer(key, std::unexpected(made.error()));
    return;
  }
  Starting starting;
  starting.process = *made;
  starting.keeper = spawn.keeper;
  const bool inherits =
      spawn.keeper != 0 && names_.kept().hand_on(spawn.global_name, spawn.keeper, *made);
  if (inherits) names_.settle();
  starting.global_name = inherits ? std::string() : std::move(spawn.global_name);
  starting.timer = loop_.start_timer(deadline, [this, key] {
    const auto found = starting_.find(key);
    if (found == starting_.end()) return;
    const bool answered = found->second.answered;
    if (answered) observer_.on_spawn_taken_back(found->second.process);
    give_up(key, ExitReason::shutdown());
    if (!answered) answer(key, fail(ErrorCode::init_timeout));
  });
  by_process_.emplace(starting.process, key);
  starting_.emplace(key, std::move(starting));
}

Spawner::Starting Spawner::take_starting(std::map<Key, Starting>::iterator at) {
  const LinkSerial link = at->first.first;
  Starting starting = std::move(at->second);
  starting_.erase(at);
  by_process_.erase(starting.process);
  loop_.cancel_timer(starting.timer);
  their_quota_.give_back(link);
  return starting;
}

void Spawner::on_init_done(Key key, Instant deadline, Result<void> result) {
  const auto found = starting_.find(key);
  if (found == starting_.end()) return;
  if (!result) {
    if (result.error().code != ErrorCode::init_failed) {
      result = fail(ErrorCode::init_failed, describe(result.error()));
    }
    finish(key, std::move(result));
  } else if (found->second.global_name.empty()) {
    finish(key, {});
  } else {
    const Duration left = std::max(deadline - loop_.now(), Duration(1ms));
    const std::uint64_t claim =
        names_.claim(found->second.global_name, found->second.process, left,
                     [this, key](Result<void> claimed) { finish(key, std::move(claimed)); });
    if (const auto still = starting_.find(key); still != starting_.end()) {
      still->second.claim = claim;
    }
  }
}

// Init and registration are over. A remote spawner still has to confirm until the deadline.
void Spawner::finish(Key key, Result<void> result) {
  const auto found = starting_.find(key);
  if (found == starting_.end() || found->second.answered) return;
  found->second.answered = true;
  found->second.claim = 0;
  const ProcessId process = found->second.process;
  if (!result) {
    give_up(key, ExitReason::shutdown());
    answer(key, std::unexpected(std::move(result.error())));
    return;
  }
  if (!key.first) {
    const Starting started = take_starting(found);
    // A keeper that has ended meanwhile would never let go of it.
    const bool is_kept = processes_.exists(started.keeper);
    if (is_kept && !started.global_name.empty()) {
      names_.kept().keep(started.global_name, process, started.keeper);
    }
  }
  answer(key, Ref(self_.id, self_.boot, process, &sender_));
}

void Spawner::answer(Key key, Result<Ref> result) {
  if (!key.first) {
    auto asked = asked_here_.extract(key.second);
    if (asked.empty()) return;
    AskedHere& waiting = asked.mapped();
    if (result && waiting.completer.abandoned()) {
      processes_.exit(result->process(), ExitReason::shutdown());
    } else if (result && waiting.linked_to != 0) {
      process_links_.add(waiting.linked_to, *result);
    }
    waiting.completer.complete(std::move(result));
    return;
  }
  wire::SpawnReply reply;
  reply.spawn = key.second;
  if (result) {
    reply.process = result->process();
  } else {
    reply.code = result.error().code;
    reply.detail = shortened(std::move(result.error().detail), wire::detail_bytes_max);
  }
  links_.signal(key.first, reply);
}

void Spawner::give_up(Key key, ExitReason reason) {
  const auto found = starting_.find(key);
  if (found == starting_.end()) return;
  const Starting given_up = take_starting(found);
  if (given_up.claim != 0) names_.cancel(given_up.claim);
  processes_.exit(given_up.process, std::move(reason));
}

void Spawner::on_confirm(Link& link, const wire::SpawnConfirm& confirm) {
  const auto found = starting_.find(Key{link.serial(), confirm.spawn});
  if (found == starting_.end() || !found->second.answered) return;
  observer_.on_spawn_confirmed(take_starting(found).process);
}

void Spawner::on_cancel(Link& link, const wire::SpawnCancel& cancel) {
  give_up(Key{link.serial(), cancel.spawn}, ExitReason::shutdown());
}

void Spawner::on_process_ended(ProcessId process) {
  const auto found = by_process_.find(process);
  if (found == by_process_.end()) return;
  const Key ended = found->second;
  if (starting_.at(ended).answered) {
    give_up(ended, ExitReason::normal());
  } else {
    finish(ended, fail(ErrorCode::init_failed, "it ended while it was being registered"));
  }
}

bool Spawner::uses(LinkSerial link) const {
  const auto asked = asked_.lower_bound(Key{link, 0});
  return (asked != asked_.end() && asked->first.first == link) || their_quota_.uses(link);
}

void Spawner::on_link_down(LinkSerial link) {
  for (const Key& key : keys_of(asked_, link)) end_asked(key, fail(ErrorCode::noconnection));
  for (const Key& key : keys_of(starting_, link)) give_up(key, ExitReason::shutdown());
}

void Spawner::check_invariants() const {
  NOEX_CHECK(by_process_.size() == starting_.size());
  for (const auto& [key, starting] : starting_) {
    const auto found = by_process_.find(starting.process);
    NOEX_CHECK(found != by_process_.end() && found->second == key, "process {}", starting.process);
    NOEX_CHECK(!key.first || their_quota_.uses(key.first), "link {}", key.first.value());
    NOEX_CHECK(processes_.exists(starting.process), "process {}", starting.process);
  }
}

}  // namespace noex
