#include "noex/runtime/clients/client_seat.h"

#include <algorithm>
#include <utility>

#include "noex/runtime/remote/delivery.h"
#include "noex/transport/base/check.h"
#include "noex/transport/base/text.h"

namespace noex {

namespace {

Duration patience(Duration remaining) {
  return std::clamp(remaining, Duration(1ns), remaining_max);
}

template <class Fields>
Bytes relayed(const Incarnation& from, const Fields& fields, ByteView body) {
  Bytes bytes;
  Writer writer = begin_relay(bytes, from);
  writer.u8(static_cast<std::uint8_t>(Fields::kind));
  encode(writer, fields);
  writer.raw(body);
  return bytes;
}

}  // namespace

// A call that the member makes for the client.
class ClientSeat::GuestCall final : public PendingCall {
 public:
  GuestCall(ClientSeat& seat, Incarnation node, CallId number)
      : seat_(seat), node_(std::move(node)), number_(number) {}

  const Incarnation& node() const { return node_; }
  CallId number() const { return number_; }

  void complete_error(Error error) override {
    seat_.refuse_call(node_, number_, std::move(error));
    seat_.on_call_ended(*this);
  }
  bool complete_bytes(Decoder& bytes) override {
    seat_.send_signal(node_, wire::Reply{number_}, bytes.rest());
    seat_.on_call_ended(*this);
    return true;
  }
  void complete_value(void*) override { NOEX_CHECK(false, "a relayed call has no value"); }
  bool is_relayed() const override { return true; }
  void encode_to(Writer& writer) const override { writer.raw(body); }

  Bytes body;  // while it waits for room

 private:
  ClientSeat& seat_;
  const Incarnation node_;
  const CallId number_;
};

ClientSeat::ClientSeat(const ClientsParts& parts, ProcessId base, std::unique_ptr<Session> session)
    : parts_(parts), base_(base), session_(std::move(session)) {}

ClientSeat::~ClientSeat() {
  for (auto& [number, call] : calls_) {
    if (call->id != 0) parts_.calls.abandon(*call, ErrorCode::cancelled);
  }
}

// --- To the client ---

template <class Fields>
Result<void> ClientSeat::send(const Incarnation& from, const Fields& fields, ByteView body) {
  return session_->send(relayed(from, fields, body));
}

template <class Fields>
void ClientSeat::send_signal(const Incarnation& from, const Fields& fields, ByteView body) {
  const Bytes bytes = relayed(from, fields, body);
  if (bytes.size() <= parts_.options.message_bytes_max) return session_->send_signal(bytes);
  if constexpr (std::is_same_v<Fields, wire::Reply>) {
    refuse_call(from, fields.call, Error{ErrorCode::reply_lost, "the answer is too large"});
  }
}

// --- From the client ---

bool ClientSeat::on_message(ByteView message) {
  Decoder bytes(message, &parts_.sender);
  switch (static_cast<ClientKind>(bytes.u8())) {
    case ClientKind::relay: {
      Incarnation node;
      node.id.decode_from(bytes);
      node.boot = bytes.varint();
      return !bytes.failed() && on_relayed(node, bytes);
    }
    case ClientKind::show: {
      wire::ShowProcess fields;
      decode(bytes, fields);
      return bytes.complete() && on_show(fields);
    }
    case ClientKind::ended: {
      wire::ProcessEnded fields;
      decode(bytes, fields);
      if (!bytes.complete()) return false;
      on_ended(fields);
      return true;
    }
  }
  return false;
}

bool ClientSeat::on_relayed(const Incarnation& node, Decoder& bytes) {
  const auto take = [&bytes]<class Fields>(Fields fields, auto&& take_fields) {
    decode(bytes, fields);
    if (!bytes.complete()) return false;
    take_fields(fields);
    return true;
  };
  const auto ref = [&](ProcessId process) {
    return Ref(node.id, node.boot, process, &parts_.sender);
  };
  switch (static_cast<MessageKind>(bytes.u8())) {
    case MessageKind::cast:
      return on_cast(node, bytes, false);
    case MessageKind::multicast:
      return on_cast(node, bytes, true);
    case MessageKind::call:
      return on_call(node, bytes);
    case MessageKind::cancel:
      return take(wire::Cancel(), [&](auto& fields) { on_cancel(fields); });
    case MessageKind::reply:
      return on_reply(bytes);
    case MessageKind::reply_error:
      return on_reply_error(bytes);
    case MessageKind::monitor: {
      wire::Monitor fields;
      decode(bytes, fields);
      return bytes.complete() && on_monitor(node, fields);
    }
    case MessageKind::demonitor:
      return take(wire::Demonitor(), [&](auto& fields) { on_demonitor(fields); });
    case MessageKind::exit:
      return take(wire::Exit(), [&](auto& fields) {
        parts_.router.exit(ref(fields.process), std::move(fields.reason));
      });
    case MessageKind::exit_by:
      return take(wire::ExitBy(), [&](auto& fields) {
        const auto from = guests_.find(fields.from);
        const ProcessId guest = from != guests_.end() ? from->second : base_;
        parts_.router.exit(ref(fields.to), std::move(fields.reason),
                           Ref(parts_.self.id, parts_.self.boot, guest, &parts_.sender));
      });
    case MessageKind::spawn:
      return on_spawn(node, bytes);
    case MessageKind::spawn_confirm:
      return take(wire::SpawnConfirm(), [&](auto& fields) { end_spawn(fields.spawn, true); });
    case MessageKind::spawn_cancel:
      return take(wire::SpawnCancel(), [&](auto& fields) { end_spawn(fields.spawn, false); });
    case MessageKind::process_link:  // as to a node that has no link to us
      return take(wire::ProcessLink(), [&](auto& fields) {
        send_signal(node, wire::ProcessLinkExit{false, fields.number, ExitReason::noconnection()});
      });
    case MessageKind::process_unlink:
      return take(wire::ProcessUnlink(), [](auto&) {});
    case MessageKind::process_link_exit:
      return take(wire::ProcessLinkExit(), [](auto&) {});
    default:
      return false;
  }
}

// --- Casts and calls of the client ---

bool ClientSeat::on_cast(const Incarnation& node, Decoder& bytes, bool many) {
  wire::Multicast fields;
  if (many) {
    decode(bytes, fields);
  } else {
    wire::Cast one;
    decode(bytes, one);
    fields = wire::Multicast{{one.to}, one.type};
  }
  const std::size_t size = bytes.rest().size();
  if (bytes.failed() || fields.to.size() > multicast_receivers_max(size)) return false;
  session_->charge(multicast_work(fields.to.size(), size));
  return parts_.relay.cast(node, fields.to, fields.type, bytes.rest());
}

// Calls, spawns, and what others ask of it.
bool ClientSeat::is_full() const {
  return calls_.size() + spawns_.size() + asked_.size() >= parts_.options.client_calls_max;
}

bool ClientSeat::on_call(const Incarnation& node, Decoder& bytes) {
  wire::Call fields;
  decode(bytes, fields);
  if (bytes.failed() || fields.call == 0 || calls_.contains(fields.call)) return false;
  if (is_full()) {
    refuse_call(node, fields.call, Error{ErrorCode::overloaded, "client_calls_max"});
    return true;
  }
  GuestCall& call = *(calls_[fields.call] = std::make_unique<GuestCall>(*this, node, fields.call));
  const Ref to(node.id, node.boot, fields.to, &parts_.sender);
  const ByteView body = bytes.rest();
  Result<void> started = parts_.relay.call(to, fields.type, body, patience(fields.remaining), call);
  if (started && parts_.calls.is_waiting(call)) {
    if (waiting_bytes_ + body.size() > parts_.options.client_bytes_max) {
      parts_.calls.abandon(call, ErrorCode::overloaded);
      started = fail(ErrorCode::overloaded, "client_bytes_max");
    } else {
      call.body = body;
      waiting_bytes_ += body.size();
    }
  }
  if (started) return true;
  calls_.erase(fields.call);
  if (started.error().code == ErrorCode::malformed) return false;
  refuse_call(node, fields.call, std::move(started.error()));
  return true;
}

void ClientSeat::refuse_call(const Incarnation& node, CallId call, Error error) {
  const std::string detail = shortened(std::move(error.detail), wire::detail_bytes_max);
  send_signal(node, wire::ReplyError{call, error.code, detail});
}

void ClientSeat::on_call_ended(GuestCall& call) {
  waiting_bytes_ -= call.body.size();
  if (over_.empty()) parts_.loop.post(lifeline_.guard([this] { over_.clear(); }));
  over_.push_back(std::move(calls_.extract(call.number()).mapped()));
}

void ClientSeat::give_up(GuestCall& call) {
  const Calls::Target target = parts_.calls.abandon(call, ErrorCode::cancelled);
  waiting_bytes_ -= call.body.size();
  parts_.router.cancel(target);
}

void ClientSeat::on_cancel(const wire::Cancel& cancel) {
  const auto found = calls_.find(cancel.call);
  if (found == calls_.end()) return;
  give_up(*found->second);
  calls_.erase(found);
}

// --- Calls of others to the client's processes ---

Result<void> ClientSeat::deliver(ProcessId guest, Envelope envelope) {
  const auto shown = shown_.find(guest);
  if (shown == shown_.end()) return fail(ErrorCode::noproc);
  const auto& message = static_cast<const GuestMessage&>(*envelope.payload);
  const Incarnation& from = envelope.source != nullptr ? *envelope.source : parts_.self;
  Result<void> sent;
  if (envelope.reply_to.call == 0) {
    sent = send(from, wire::Cast{shown->second, message.type}, message.body);
  } else if (is_full()) {
    return fail(ErrorCode::overloaded, "client_calls_max");
  } else {
    const CallId number = ++last_asked_ | wire::relayed_call_bit;
    const Duration remaining = envelope.deadline - parts_.loop.now();
    sent = send(from, wire::Call{number, shown->second, message.type, patience(remaining)},
                message.body);
    if (sent) asked_[number] = Asked{envelope.reply_to, envelope.deadline};
  }
  const bool refused = !sent && sent.error().code == ErrorCode::overloaded;
  if (refused && overflowing_.insert(guest).second) parts_.monitors.on_process_overflow(guest);
  return sent;
}

std::optional<ReplyTo> ClientSeat::take_asked(CallId call) {
  const auto taken = asked_.extract(call);
  return taken.empty() ? std::nullopt : std::optional(taken.mapped().reply_to);
}

bool ClientSeat::on_reply(Decoder& bytes) {
  wire::Reply fields;
  decode(bytes, fields);
  if (bytes.failed()) return false;
  if (const auto to = take_asked(fields.call)) parts_.relay.reply(*to, bytes.rest());
  return true;
}

bool ClientSeat::on_reply_error(Decoder& bytes) {
  wire::ReplyError fields;
  decode(bytes, fields);
  const bool fits = fields.code != ErrorCode::ok && fields.detail.size() <= wire::detail_bytes_max;
  if (!bytes.complete() || !fits) return false;
  if (const auto to = take_asked(fields.call)) {
    parts_.replies.reply_error(*to, Error{fields.code, std::move(fields.detail)});
  }
  return true;
}

bool ClientSeat::discard_call(ProcessId guest, const ReplyTo& call) {
  const auto found = std::ranges::find_if(asked_, [&call](const auto& asked) {
    const ReplyTo& to = asked.second.reply_to;
    return to.call == call.call && to.link == call.link;
  });
  const auto shown = shown_.find(guest);
  if (found == asked_.end() || shown == shown_.end()) return false;
  send_signal(parts_.self, wire::Cancel{found->first, shown->second});
  asked_.erase(found);
  return true;
}

void ClientSeat::sweep(Instant now) {
  std::erase_if(asked_, [now](const auto& asked) { return asked.second.deadline <= now; });
}

// --- Monitors ---

bool ClientSeat::on_monitor(const Incarnation& node, const wire::Monitor& request) {
  if (watches_.contains(request.monitor)) return false;
  if (watches_.size() >= parts_.options.client_watches_max) {
    send_signal(node, wire::MonitorDown{request.monitor, ExitReason::error("client_watches_max")});
    return true;
  }
  const Ref target(node.id, node.boot, request.process, &parts_.sender);
  making_ = request.monitor;
  const MonitorId made = parts_.monitors.add(base_, target);
  if (std::exchange(making_, 0) == 0) return true;  // it has fired
  watches_[request.monitor] = made;
  watched_[made] = {request.monitor, target};
  return true;
}

void ClientSeat::on_demonitor(const wire::Demonitor& request) {
  const auto taken = watches_.extract(request.monitor);
  if (taken.empty()) return;
  watched_.erase(taken.mapped());
  parts_.monitors.remove(base_, taken.mapped());
}

void ClientSeat::signal(Envelope envelope) {
  if (envelope.what == Envelope::What::down) {
    on_down(static_cast<const Box<Down>&>(*envelope.payload).value);
  } else if (envelope.what == Envelope::What::overflow) {
    on_overflow(static_cast<const Box<Overflow>&>(*envelope.payload).value);
  }
}

void ClientSeat::on_down(const Down& down) {
  const auto taken = watched_.extract(down.monitor);
  const MonitorId number = taken.empty() ? std::exchange(making_, 0) : taken.mapped().first;
  watches_.erase(number);
  const Incarnation node{down.process.node(), down.process.boot()};
  send_signal(node, wire::MonitorDown{number, down.reason});
}

// Each monitor of a process is told of; the client makes one of those to one process.
void ClientSeat::on_overflow(const Overflow& overflow) {
  const Incarnation node{overflow.process.node(), overflow.process.boot()};
  for (const auto& [made, watch] : watched_) {
    if (watch.second == overflow.process) send_signal(node, wire::MonitorOverflow{watch.first});
  }
}

// --- Spawns ---

bool ClientSeat::on_spawn(const Incarnation& node, Decoder& bytes) {
  wire::Spawn fields;
  decode(bytes, fields);
  if (bytes.failed() || spawns_.contains(fields.spawn)) return false;
  const Options& options = parts_.options;
  Error error{ErrorCode::overloaded, "client_calls_max"};
  if (parts_.processes.count() >= options.processes_max / 4 * 3) {
    error.detail = "processes_max";
  } else if (!is_full()) {
    spawns_[fields.spawn] = Ref();
    const std::uint64_t number = fields.spawn;
    const Result<Ref> runner =
        parts_.run(spawn(parts_, base_, node, std::move(fields), Bytes(bytes.rest())));
    if (runner) return true;
    spawns_.erase(number);
    error = runner.error();
  }
  send_signal(node, wire::SpawnReply{fields.spawn, error.code, error.detail, 0});
  return true;
}

// The client may be gone when it ends: so it holds nothing of it.
task<void> ClientSeat::spawn(const ClientsParts& parts, ProcessId base, Incarnation where,
                             wire::Spawn request, Bytes arguments) {
  const std::uint64_t number = request.spawn;
  Result<Ref> made = fail(ErrorCode::unreachable);
  if (where == parts.self) {
    Decoder bytes(arguments, &parts.sender);
    Result<Blueprint> blueprint = parts.behaviors.make(request.behavior, bytes);
    if (blueprint) {
      LocalSpawn here;
      here.global_name = request.global_name;
      here.timeout = std::clamp(request.remaining, Duration(1ms), Duration(1h));
      made = co_await parts.spawner.here(std::move(*blueprint), std::move(here));
    } else {
      made = std::unexpected(blueprint.error());
    }
  } else if (Link* link = parts.links.open(where.id, where.boot)) {
    request.remaining = std::clamp(request.remaining, Duration(1ms), Duration(1h));
    made = co_await parts.spawner.there(link, std::move(request), arguments, 0);
  }
  parts.on_spawned(base, number, where, made);
}

bool ClientSeat::on_spawned(std::uint64_t spawn, const Incarnation& where,
                            const Result<Ref>& process) {
  const auto found = spawns_.find(spawn);
  if (found == spawns_.end()) return false;
  if (process) {
    found->second = *process;
    send_signal(where, wire::SpawnReply{spawn, ErrorCode::ok, {}, process->process()});
    return true;
  }
  spawns_.erase(found);
  const Error& error = process.error();
  const std::string detail = shortened(error.detail, wire::detail_bytes_max);
  send_signal(where, wire::SpawnReply{spawn, error.code, detail, 0});
  return true;
}

void ClientSeat::end_spawn(std::uint64_t spawn, bool confirmed) {
  const auto found = spawns_.find(spawn);
  if (found == spawns_.end() || (confirmed && found->second.empty())) return;
  const Ref process = found->second;
  spawns_.erase(found);
  if (!confirmed && !process.empty()) parts_.router.exit(process, ExitReason::shutdown());
}

// --- The client's processes ---

bool ClientSeat::on_show(const wire::ShowProcess& shown) {
  if (guests_.contains(shown.process)) return false;
  ++last_shown_;
  const bool has_number = last_shown_ < (std::uint64_t{1} << 32);
  if (!has_number || shown_.size() >= parts_.options.client_processes_max) return has_number;
  shown_[base_ + last_shown_] = shown.process;
  guests_[shown.process] = base_ + last_shown_;
  return true;
}

void ClientSeat::on_ended(const wire::ProcessEnded& ended) {
  const auto found = guests_.find(ended.process);
  if (found != guests_.end()) end_guest(ProcessId(found->second), ended.reason);
}

void ClientSeat::end_guest(ProcessId guest, const ExitReason& reason) {
  const auto taken = shown_.extract(guest);
  guests_.erase(taken.mapped());
  overflowing_.erase(guest);
  parts_.monitors.on_process_ended(guest, reason);
}

void ClientSeat::exit(ProcessId guest, Exit exit) {
  const auto shown = shown_.find(guest);
  if (shown == shown_.end()) return;
  if (exit.process.empty()) {
    send_signal(parts_.self, wire::Exit{shown->second, std::move(exit.reason)});
  } else {
    const Incarnation from{exit.process.node(), exit.process.boot()};
    send_signal(from, wire::ExitBy{exit.process.process(), shown->second, std::move(exit.reason)});
  }
}

// What it did first, then what others did with it; each is told once.
void ClientSeat::end() {
  for (auto& [number, call] : std::exchange(calls_, {})) give_up(*call);
  for (const auto& [number, process] : std::exchange(spawns_, {})) {
    if (!process.empty()) parts_.router.exit(process, ExitReason::shutdown());
  }
  watches_.clear();
  watched_.clear();
  parts_.monitors.on_process_ended(base_, ExitReason::noconnection());
  for (const auto& [number, asked] : std::exchange(asked_, {})) {
    parts_.replies.reply_error(asked.reply_to,
                               Error{ErrorCode::noconnection, "the client is gone"});
  }
  while (!shown_.empty()) end_guest(shown_.begin()->first, ExitReason::noconnection());
}

}  // namespace noex
