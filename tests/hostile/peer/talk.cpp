#include "tests/hostile/peer/talk.h"

#include <algorithm>
#include <utility>

namespace noex::hostile {

namespace {

template <class Fields>
Bytes message_of(MessageKind kind, const Fields& fields, ByteView body = {}) {
  Bytes message(1, static_cast<char>(kind));
  Writer writer(message);
  encode(writer, fields);
  message.append(body);
  return message;
}

}  // namespace

Talk::Talk(HostilePeer& peer, Source source, Subjects subjects)
    : peer_(peer), source_(std::move(source)), subjects_(std::move(subjects)) {}

// --- Values ---

std::uint64_t Talk::extreme() {
  constexpr std::uint64_t one = 1;
  const std::uint64_t all[] = {0,         1,         2,         one << 31,       one << 32,
                               one << 62, one << 63, ~one << 1, (one << 63) - 1, ~std::uint64_t{0}};
  return all[below(std::size(all))];
}

// Mostly one that the victim knows.
std::uint64_t Talk::number(const Heard& heard) {
  const auto& all = heard.all();
  const std::uint64_t how = below(10);
  if (how < 7 && !all.empty()) return all[below(all.size())];
  return how < 9 ? below(32) : extreme();
}

std::string Talk::text(std::size_t most) {
  constexpr std::string_view parts[] = {"x", "\n", "\x1b[2J", "\xff", "\u202e", "word ", "\u200b"};
  std::string made;
  const std::uint64_t length = below(4) == 0 ? below(most) : below(8);
  const std::string_view part = parts[below(std::size(parts))];
  while (made.size() < length) made += part;
  return made;
}

std::string Talk::name() {
  if (!subjects_.names.empty() && !chance(4)) return subjects_.names[below(subjects_.names.size())];
  std::string made = "n" + text(254);
  if (made.size() > registry_name_bytes_max && !chance(8)) made.resize(registry_name_bytes_max);
  return made;
}

NodeId Talk::node() {
  const std::uint64_t which = below(subjects_.nodes.size() + 2);
  if (which < subjects_.nodes.size()) return subjects_.nodes[which];
  if (which == subjects_.nodes.size()) return peer_.self().id;
  return NodeId("ghost" + std::to_string(below(1000)), "10.9.9.9", 4369);
}

Boot Talk::boot() {
  const std::uint64_t how = below(8);
  if (how < 3) return peer_.victim().boot;
  if (how < 6) return peer_.self().boot;
  return how == 6 ? peer_.victim().boot + below(1000) : extreme();
}

Incarnation Talk::owner() {
  if (!chance(3)) return peer_.self();
  return Incarnation{node(), boot()};
}

TypeId Talk::type() {
  if (!subjects_.types.empty() && !chance(8)) return subjects_.types[below(subjects_.types.size())];
  return static_cast<TypeId>(extreme());
}

ExitReason Talk::reason() {
  const auto kind = static_cast<ExitKind>(1 + below(7));
  if (kind == ExitKind::name_conflict) {
    const std::string what = name();
    return ExitReason::name_conflict(what, Ref{node(), boot(), process(), nullptr});
  }
  return ExitReason(kind, text(2000));
}

ErrorCode Talk::code() {
  const auto known = static_cast<ErrorCode>(below(38));
  return is_known(known) ? known : ErrorCode::rejected;
}

Duration Talk::duration() {
  const std::uint64_t how = below(4);
  if (how == 0) return Duration(static_cast<std::int64_t>(extreme()));
  return how == 1 ? Duration(0) : Duration(1s) * static_cast<std::int64_t>(below(20));
}

// The messages that are known here have a string, a duration, a reference or nothing in them.
Bytes Talk::body() {
  switch (below(6)) {
    case 0:
      return {};
    case 1:
      return encoded(duration());
    case 2:
      return encoded(Ref{node(), boot(), process(), nullptr});
    case 3:
      return encoded(text(5000));
    case 4:
      return encoded(std::string(below(200'000), 'y'));
    default:
      return encoded(std::vector<std::uint64_t>{extreme(), extreme()});
  }
}

WireEntry Talk::entry() {
  WireEntry made;
  made.time.wall = static_cast<std::int64_t>(extreme() % (std::uint64_t{1} << 62));
  if (!chance(6)) made.time.wall = static_cast<std::int64_t>(below(2'000'000'000));
  made.time.counter = static_cast<std::uint32_t>(extreme());
  made.process = std::max<ProcessId>(1, process());
  return made;
}

WireHolder Talk::holder() {
  const NodeId id = node();
  return WireHolder{id, boot(), entry()};
}

TableEntry Talk::table_entry() {
  TableEntry made{node(), std::max<Boot>(1, boot()), 1, MemberStatus::alive, {}};
  made.version = std::max<std::uint64_t>(1, chance(4) ? extreme() : below(20));
  made.status = static_cast<MemberStatus>(below(4));
  if (made.status == MemberStatus::suspect || made.status == MemberStatus::dead) {
    made.reason = static_cast<DownReason>(1 + below(5));
  }
  return made;
}

// --- Messages ---

void Talk::send(Bytes message) {
  last_ = message;
  peer_.data(message);
}

void Talk::say_one() {
  switch (below(8)) {
    case 0:
    case 1:
      return say_message();
    case 2:
      return say_answer();
    case 3:
      return say_watch();
    case 4:
      return say_spawn();
    case 5:
      return say_registry();
    case 6:
      return say_control();
    default:
      return say_mutant();
  }
}

void Talk::say_message() {
  const ProcessId to = process();
  const TypeId what = type();
  switch (below(4)) {
    case 0:
      return send(message_of(MessageKind::cast, wire::Cast{to, what}, body()));
    case 1: {
      wire::Multicast fields{{}, what};
      const std::uint64_t copies = chance(8) ? below(5000) : below(6);
      for (std::uint64_t i = 0; i < copies; ++i) fields.to.push_back(to);
      return send(message_of(MessageKind::multicast, fields, body()));
    }
    case 2: {
      const wire::Call call{own_numbers_[below(own_numbers_.size())], to, what, duration()};
      return send(message_of(MessageKind::call, call, body()));
    }
    default:
      return send(message_of(MessageKind::cancel,
                             wire::Cancel{own_numbers_[below(own_numbers_.size())], to}));
  }
}

void Talk::say_answer() {
  switch (below(5)) {
    case 0:
      return send(message_of(MessageKind::reply, wire::Reply{number(peer_.calls)}, body()));
    case 1: {
      const wire::ReplyError error{number(peer_.calls), code(), text(2000)};
      return send(message_of(MessageKind::reply_error, error));
    }
    case 2: {
      const wire::SpawnReply made{number(peer_.spawns), ErrorCode::ok, {}, 1 + below(100)};
      return send(message_of(MessageKind::spawn_reply, made));
    }
    case 3: {
      const wire::SpawnReply failed{number(peer_.spawns), code(), text(2000), 0};
      return send(message_of(MessageKind::spawn_reply, failed));
    }
    default: {
      const wire::MonitorDown down{number(peer_.monitors), reason()};
      return send(message_of(MessageKind::down, down));
    }
  }
}

void Talk::say_watch() {
  const std::uint64_t own = chance(6) ? extreme() : below(3000);
  switch (below(8)) {
    case 0:
      return send(message_of(MessageKind::monitor, wire::Monitor{own, process()}));
    case 1:
      return send(message_of(MessageKind::demonitor, wire::Demonitor{own}));
    case 2:
      return send(message_of(MessageKind::overflow, wire::MonitorOverflow{number(peer_.monitors)}));
    case 3:
      return send(
          message_of(MessageKind::process_link, wire::ProcessLink{own, 1 + below(9), process()}));
    case 4: {
      const bool mine = chance(2);
      const wire::ProcessUnlink unlink{mine, mine ? own : number(peer_.links)};
      return send(message_of(MessageKind::process_unlink, unlink));
    }
    case 5: {
      const bool mine = chance(2);
      const wire::ProcessLinkExit end{mine, mine ? own : number(peer_.links), reason()};
      return send(message_of(MessageKind::process_link_exit, end));
    }
    case 6:
      return send(message_of(MessageKind::exit, wire::Exit{process(), reason()}));
    default:
      return send(message_of(MessageKind::exit_by, wire::ExitBy{below(9), process(), reason()}));
  }
}

void Talk::say_spawn() {
  const std::uint64_t own = chance(6) ? extreme() : below(200);
  switch (below(4)) {
    case 0:
      return send(message_of(MessageKind::spawn_confirm, wire::SpawnConfirm{own}));
    case 1:
      return send(message_of(MessageKind::spawn_cancel, wire::SpawnCancel{own}));
    default: {
      const bool known = !subjects_.behaviors.empty() && !chance(5);
      const std::string behavior =
          known ? subjects_.behaviors[below(subjects_.behaviors.size())] : text(5000);
      const wire::Spawn spawn{own, behavior, chance(2) ? name() : std::string(), duration()};
      return send(message_of(MessageKind::spawn, spawn, encoded(text(300))));
    }
  }
}

void Talk::say_registry() {
  switch (below(8)) {
    case 0:
      return peer_.registry(NameClaim{chance(4) ? extreme() : below(500), name(), entry()});
    case 1:
      return peer_.registry(ClaimAbort{below(500)});
    case 2:
      return peer_.registry(ClaimGrant{number(peer_.claims)});
    case 3: {
      ClaimRefuse refuse{number(peer_.claims), {}};
      if (chance(2)) refuse.holder = holder();
      return peer_.registry(refuse);
    }
    case 4: {
      NameFound found{number(peer_.claims), {}};
      if (chance(2)) found.holder = holder();
      return peer_.registry(found);
    }
    case 5:
      return peer_.registry(NamesApplied{extreme()});
    case 6:
      return peer_.registry(NameFind{below(500), name()});
    default:
      return say_names();
  }
}

void Talk::say_names() {
  const Incarnation whose = owner();
  const std::uint64_t sequence = chance(4) ? extreme() : ++sequence_;
  if (chance(3)) {
    NamesSnapshot snapshot{whose, sequence, chance(2), {}, {}};
    for (std::uint64_t i = below(20); i > 0; --i) snapshot.names[name()] = entry();
    return peer_.registry(snapshot);
  }
  if (chance(2)) {
    NamesDelta delta{whose, std::max<std::uint64_t>(1, sequence), chance(2), {}, {}, {}, {}};
    for (std::uint64_t i = 1 + below(3); i > 0; --i) delta.put[name()] = entry();
    if (chance(3)) delta.joined.push_back(GroupMember{name(), std::max<ProcessId>(1, process())});
    return peer_.registry(delta);
  }
  if (chance(2)) return peer_.registry(NamesPull{{whose}});
  return peer_.registry(NamesVector{chance(2), {OwnerVersion{whose, sequence}}});
}

void Talk::say_control() {
  switch (below(8)) {
    case 0: {
      Heartbeat beat{extreme(), extreme(), static_cast<std::int64_t>(below(1U << 31)), 0, {}};
      for (std::uint64_t i = below(5); i > 0; --i) {
        Rumour rumour{table_entry(), {}};
        if (rumour.entry.status == MemberStatus::suspect && chance(2)) rumour.accuser = node();
        beat.rumours.push_back(rumour);
      }
      return peer_.control(beat);
    }
    case 1: {
      Table table;
      for (std::uint64_t i = below(8); i > 0; --i) table.entries.push_back(table_entry());
      return peer_.control(table);
    }
    case 2:
      return peer_.control(Ping{extreme()});
    case 3:
      return peer_.control(Pong{number(peer_.pings)});
    case 4:
      return peer_.control(Nack{number(peer_.pings)});
    case 5:
      return peer_.control(PingRequest{extreme(), {node(), std::max<Boot>(1, boot())}});
    case 6:
      return peer_.control(Release{});
    default:
      return chance(8) ? peer_.control(ReleaseAck{chance(2)}) : peer_.control(Ping{0});
  }
}

// What was said last, with some bytes changed: mostly still a message.
void Talk::say_mutant() {
  if (last_.empty()) return say_message();
  Bytes mutant = last_;
  for (std::uint64_t i = 1 + below(2); i > 0; --i) {
    mutant[below(std::min<std::size_t>(mutant.size(), 40))] = static_cast<char>(below(256));
  }
  if (chance(4)) mutant.resize(1 + below(mutant.size()));
  peer_.data(mutant);
}

void Talk::break_one() {
  switch (below(6)) {
    case 0:
      return peer_.frame(static_cast<std::uint32_t>(below(256)), text(100));
    case 1:
      return peer_.frame(static_cast<std::uint32_t>(below(4)), Bytes(65'537, 'z'));
    case 2:
      return peer_.control(LeaveAck{});
    case 3:
      return peer_.control(Leave{});
    case 4:
      return peer_.control_bytes(text(200) + "q");
    default:
      return peer_.bytes(Bytes(1 + below(9), '\xff'));
  }
}

}  // namespace noex::hostile
