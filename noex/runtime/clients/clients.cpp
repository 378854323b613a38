#include "noex/runtime/clients/clients.h"

#include <algorithm>
#include <utility>

#include "noex/runtime/membership/control.h"
#include "noex/transport/base/check.h"

namespace noex {

namespace {

constexpr int number_shift = 32;
constexpr std::uint64_t number_max = (std::uint64_t{1} << 31) - 1;
// Of client_ping_interval: silence that ends a connection.
constexpr int silent_intervals = 3;

constexpr ProcessId base_of(std::uint64_t number) {
  return guest_bit | number << number_shift;
}
constexpr std::uint64_t number_of(ProcessId guest) {
  return (guest & ~guest_bit) >> number_shift;
}

// There may be a thousand clients, and each may read nothing.
ChannelLimits limits_for(const Options& options) {
  ChannelLimits limits = channel_limits(options);
  const std::size_t most = std::min(options.client_queue_bytes_max, limits.queue_bytes_cutoff);
  limits.queue_bytes_cutoff = most;
  limits.queue_bytes_hard = std::min(limits.queue_bytes_hard, most / 2);
  limits.queue_bytes_soft = std::min(limits.queue_bytes_soft, most / 4);
  return limits;
}

}  // namespace

Clients::Clients(ClientsParts parts) : parts_(std::move(parts)), timer_(parts_.loop) {
  parts_.on_spawned = [this](ProcessId base, std::uint64_t spawn, const Incarnation& where,
                             const Result<Ref>& process) {
    on_spawned(base, spawn, where, process);
  };
  parts_.processes.set_guests(*this);
}

Refusal Clients::judge(const ClientHello& hello) {
  if (hello.version != protocol_version) return Refusal::version;
  if (closed_) return Refusal::leaving;
  if (seats_.size() >= parts_.options.clients_max || last_ == number_max) return Refusal::full;
  if (!parts_.processes.exists(desk_.process())) {
    const Result<Ref> opened = parts_.open_desk();
    if (!opened) return Refusal::full;
    desk_ = *opened;
  }
  return Refusal::none;
}

void Clients::accept(std::unique_ptr<Session> session, const ClientHello& hello) {
  ClientWelcome welcome;
  welcome.refusal = judge(hello);
  welcome.id = parts_.self.id;
  welcome.boot = parts_.self.boot;
  if (welcome.refusal == Refusal::none) {
    welcome.base = base_of(++last_);
    welcome.desk = desk_.process();
  }
  SessionHandler& handler = *this;
  session->serve_client(handler, limits_for(parts_.options), encode_client_welcome(welcome));
  if (welcome.refusal != Refusal::none) {
    parts_.log.warning("refused a client from {}: {}", session->address().host,
                       describe(welcome.refusal));
    session->close();
    refused_.push_back(std::move(session));
    return reap_later();
  }
  parts_.log.debug("a client from {} is there", session->address().host);
  by_session_[session->serial()] = last_;
  seats_[last_] = std::make_unique<ClientSeat>(parts_, welcome.base, std::move(session));
  arm();
}

void Clients::close() {
  closed_ = true;
  while (!seats_.empty()) {
    Session& session = seats_.begin()->second->session();
    session.close();
    drop(session);
  }
}

// --- What comes from clients ---

void Clients::on_control(Session& session, ByteView payload) {
  const auto message = decode_control(payload);
  if (const auto* ping = message ? std::get_if<Ping>(&*message) : nullptr) {
    session.send_control(encode_control(Pong{ping->number}));
  } else if (message && std::holds_alternative<Leave>(*message)) {
    session.send_control(encode_control(LeaveAck{}));
    session.close();
    drop(session);
  } else {
    break_off(session, "malformed control message");
  }
}

void Clients::on_data(Session& session, ByteView message) {
  ClientSeat& seat = *seats_.at(by_session_.at(session.serial()));
  if (!seat.on_message(message) && session.open()) break_off(session, "malformed message");
}

void Clients::on_room(Session& session) {
  seats_.at(by_session_.at(session.serial()))->on_room();
}

void Clients::on_session_end(Session& session, ChannelEnd end, std::string_view why) {
  if (!by_session_.contains(session.serial())) return;  // it was refused
  const std::string host = session.address().host;
  if (end == ChannelEnd::closed) {
    parts_.log.debug("the client from {} is gone: {}", host, why);
  } else {
    parts_.log.warning("closed the connection to a client from {}: {}", host, why);
  }
  drop(session);
}

void Clients::break_off(Session& session, std::string_view why) {
  session.abort();
  on_session_end(session, ChannelEnd::malformed, why);
}

void Clients::drop(Session& session) {
  const Number number = by_session_.extract(session.serial()).mapped();
  ClientSeat& seat = *seats_.at(number);
  seat.end();
  left_.push_back(std::move(seats_.extract(number).mapped()));
  reap_later();
}

void Clients::reap_later() {
  if (std::exchange(reap_posted_, true)) return;
  parts_.loop.post(lifeline_.guard([this] {
    reap_posted_ = false;
    left_.clear();
    refused_.clear();
  }));
}

// --- Time ---

void Clients::arm() {
  if (timer_.running() || seats_.empty()) return;
  timer_.start(parts_.loop.now() + parts_.options.client_ping_interval, [this] { look_after(); });
}

void Clients::look_after() {
  const Instant now = parts_.loop.now();
  const Duration silence_max = silent_intervals * parts_.options.client_ping_interval;
  std::vector<Session*> silent;
  for (const auto& [number, seat] : seats_) {
    seat->sweep(now);
    if (now - seat->session().last_heard() >= silence_max) silent.push_back(&seat->session());
  }
  for (Session* session : silent) {
    parts_.log.debug("closed the connection to a client from {}: silence", session->address().host);
    session->abort();
    drop(*session);
  }
  arm();
}

// --- What others want of clients' processes ---

ClientSeat* Clients::seat_of(ProcessId guest) const {
  const auto found = seats_.find(number_of(guest));
  return found != seats_.end() ? found->second.get() : nullptr;
}

bool Clients::exists(ProcessId guest) const {
  const ClientSeat* seat = seat_of(guest);
  return seat != nullptr && seat->exists(guest);
}

Result<void> Clients::deliver(ProcessId guest, Envelope envelope) {
  ClientSeat* seat = seat_of(guest);
  if (seat == nullptr) return fail(ErrorCode::noproc);
  return seat->deliver(guest, std::move(envelope));
}

void Clients::signal(ProcessId guest, Envelope envelope) {
  if (ClientSeat* seat = seat_of(guest)) seat->signal(std::move(envelope));
}

void Clients::exit_signal(ProcessId guest, Exit exit) {
  if (ClientSeat* seat = seat_of(guest)) seat->exit(guest, std::move(exit));
}

bool Clients::discard_call(ProcessId guest, const ReplyTo& call) {
  ClientSeat* seat = seat_of(guest);
  return seat != nullptr && seat->discard_call(guest, call);
}

// Nobody waits for what was spawned: it must not be left to itself.
void Clients::on_spawned(ProcessId base, std::uint64_t spawn, const Incarnation& where,
                         const Result<Ref>& process) {
  ClientSeat* seat = seat_of(base);
  if (seat != nullptr && seat->on_spawned(spawn, where, process)) return;
  if (process) parts_.router.exit(*process, ExitReason::shutdown());
}

}  // namespace noex
