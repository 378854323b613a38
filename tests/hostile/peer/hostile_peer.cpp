#include "tests/hostile/peer/hostile_peer.h"

#include <algorithm>
#include <utility>

namespace noex::hostile {

namespace {

constexpr std::size_t numbers_kept = 64;

}  // namespace

void Heard::add(std::uint64_t number) {
  if (std::ranges::count(numbers_, number) > 0) return;
  if (numbers_.size() == numbers_kept) numbers_.erase(numbers_.begin());
  numbers_.push_back(number);
}

HostilePeer::HostilePeer(Loop& loop, Network& network, NodeId self, Boot boot)
    : loop_(loop),
      network_(network),
      self_{std::move(self), boot},
      handshake_(Handshake::acceptor()),
      beat_(loop) {
  hello.from = self_.id;
  hello.boot = self_.boot;
  hello.joined = true;
}

HostilePeer::~HostilePeer() {
  if (connection_ != nullptr) connection_->set_handler(nullptr);
}

void HostilePeer::dial(const NodeId& victim) {
  hello.to = victim;
  victim_ = {victim, 0};
  dial_ =
      network_.connect(victim.address(), 5s, [this](Result<std::unique_ptr<Connection>> connected) {
        const auto dial = std::move(dial_);  // our caller
        if (!connected) {
          refusal = describe(connected.error());
          return;
        }
        connection_ = std::move(*connected);
        connection_->set_handler(this);
        handshake_ = Handshake::dialer(hello);
        control_bytes(handshake_.hello_payload());
      });
}

// --- Whatever it likes ---

void HostilePeer::bytes(ByteView raw) {
  if (connection_ != nullptr) connection_->write(raw);
}

void HostilePeer::frame(std::uint32_t flags, ByteView payload) {
  Bytes out;
  Writer writer(out);
  writer.u32(static_cast<std::uint32_t>(payload.size()) | flags << 24);
  out.append(payload);
  bytes(out);
}

void HostilePeer::control_bytes(ByteView payload) {
  frame(1, payload);
}

void HostilePeer::data(ByteView message) {
  Bytes out;
  append_data_frames(out, message);
  bytes(out);
}

void HostilePeer::registry(const RegistryMessage& message) {
  const auto wall = static_cast<std::int64_t>(loop_.wall_now().time_since_epoch().count());
  Bytes out(1, static_cast<char>(MessageKind::registry));
  out.append(encode_registry_message(message, Stamp{wall, 0, self_.id}));
  data(out);
}

void HostilePeer::set_reading(bool reading) {
  if (connection_ != nullptr) connection_->set_reading(reading);
}

void HostilePeer::close() {
  if (connection_ != nullptr) connection_->close();
  gone();
}

void HostilePeer::gone() {
  if (connection_ != nullptr) {
    connection_->set_handler(nullptr);
    buried_.push_back(std::move(connection_));
    loop_.post(lifeline_.guard([this] { buried_.clear(); }));
  }
  decoder_ = FrameDecoder();
  assembler_ = MessageAssembler(std::size_t{16} << 20);
  linked_ = false;
  beat_.cancel();
}

// --- What it hears ---

void HostilePeer::on_bytes(ByteView bytes) {
  decoder_.push(bytes);
  while (connection_ != nullptr) {
    const auto frame = decoder_.next();
    if (!frame) return;
    ++frames_heard;
    if (frame->lane == Lane::control) {
      on_control(frame->payload);
    } else if (const auto message = assembler_.add(*frame)) {
      on_data(*message);
    }
  }
}

void HostilePeer::on_closed(CloseReason) {
  gone();
}

void HostilePeer::on_control(ByteView payload) {
  if (!linked_) return on_handshake(payload);
  const auto message = decode_control(payload);
  if (!message) return;
  if (const auto* ping = std::get_if<Ping>(&*message)) {
    pings.add(ping->number);
    if (polite_) control(Pong{ping->number});
  } else if (const auto* asked = std::get_if<PingRequest>(&*message)) {
    pings.add(asked->number);
  } else if (std::holds_alternative<Release>(*message) && polite_) {
    control(ReleaseAck{false});
  }
}

void HostilePeer::on_handshake(ByteView payload) {
  switch (handshake_.on_payload(payload)) {
    case Handshake::Event::accepted:
      victim_ = {handshake_.ack().id, handshake_.ack().boot};
      return control_bytes(handshake_.confirm());
    case Handshake::Event::established:
      linked_ = true;
      decoder_.set_established();
      registry(NamesSnapshot{self_, 0, true, {}, {}});
      return beat();
    case Handshake::Event::refused:
      refusal = describe(handshake_.ack().refusal);
      return close();
    case Handshake::Event::hello:
    case Handshake::Event::malformed:
      refusal = handshake_.error();
      return close();
  }
}

void HostilePeer::beat() {
  if (!linked_) return;
  const auto wall = static_cast<std::int64_t>(loop_.wall_now().time_since_epoch().count());
  if (polite_) control(Heartbeat{1, 1, wall, 0, {}});
  beat_.start(loop_.now() + 1s, [this] { beat(); });
}

void HostilePeer::on_data(ByteView message) {
  Decoder bytes(message);
  const auto kind = static_cast<MessageKind>(bytes.u8());
  const auto fields = [&bytes]<class Fields>(Fields value) {
    decode(bytes, value);
    return value;
  };
  switch (kind) {
    case MessageKind::registry:
      return on_registry(bytes.rest());
    case MessageKind::call:
      return calls.add(fields(wire::Call{}).call);
    case MessageKind::spawn:
      return spawns.add(fields(wire::Spawn{}).spawn);
    case MessageKind::monitor:
      return monitors.add(fields(wire::Monitor{}).monitor);
    case MessageKind::process_link: {
      const auto link = fields(wire::ProcessLink{});
      links.add(link.number);
      return processes.add(link.from);
    }
    case MessageKind::spawn_reply: {
      const auto reply = fields(wire::SpawnReply{});
      if (reply.process != 0) processes.add(reply.process);
      if (spawn_replies.size() < numbers_kept) spawn_replies.push_back(reply);
      return;
    }
    default:
      return;
  }
}

void HostilePeer::on_registry(ByteView bytes) {
  const auto received = decode_registry_message(bytes);
  if (!received) return;
  const auto learn = [this](const std::map<std::string, WireEntry>& entries) {
    for (const auto& [name, entry] : entries) {
      processes.add(entry.process);
      names[name] = entry.process;
    }
  };
  if (const auto* snapshot = std::get_if<NamesSnapshot>(&received->message)) {
    if (snapshot->owner.id == victim_.id) learn(snapshot->names);
  } else if (const auto* delta = std::get_if<NamesDelta>(&received->message)) {
    if (delta->owner.id == victim_.id) learn(delta->put);
  } else if (const auto* claim = std::get_if<NameClaim>(&received->message)) {
    claims.add(claim->number);
    if (polite_) registry(ClaimGrant{claim->number});
  } else if (const auto* find = std::get_if<NameFind>(&received->message)) {
    claims.add(find->number);
    if (polite_) registry(NameFound{find->number, {}});
  }
}

}  // namespace noex::hostile
