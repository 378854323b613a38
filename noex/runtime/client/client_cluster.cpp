#include "noex/runtime/client/client_cluster.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "noex/runtime/clients/client_wire.h"
#include "noex/runtime/cluster/session.h"
#include "noex/runtime/membership/control.h"
#include "noex/runtime/process/guests.h"
#include "noex/runtime/remote/delivery.h"
#include "noex/transport/base/check.h"

namespace noex {

namespace {

// Ways that nobody uses are kept up to so many: each boot of each node that the client ever heard
// of has one.
constexpr std::size_t ways_kept = 256;
// A pause differs by up to a quarter, so that the clients of a member that is gone do not all come
// to the next at once, again and again.
constexpr std::int64_t jitter_parts = 4;

std::string text_of(const Address& address) {
  return fmt::format("{}:{}", address.host, address.port);
}

ErrorCode code_of(Refusal refusal) {
  return refusal == Refusal::version ? ErrorCode::incompatible_type : ErrorCode::not_ready;
}

bool is_cast(ByteView message) {
  const auto kind = static_cast<MessageKind>(message.front());
  return kind == MessageKind::cast || kind == MessageKind::multicast;
}

}  // namespace

// Through the member to one incarnation of a node.
class ClientCluster::Way final : public Link {
 public:
  Way(ClientCluster& cluster, const Incarnation& peer, LinkSerial serial)
      : cluster_(cluster), peer_(std::make_shared<const Incarnation>(peer)), serial_(serial) {}

  const Incarnation& peer() const override { return *peer_; }
  const std::shared_ptr<const Incarnation>& shared_peer() const override { return peer_; }
  void touch() { used_at_ = cluster_.loop_.now(); }
  Instant used_at() const { return used_at_; }
  LinkSerial serial() const override { return serial_; }
  Result<void> send(ByteView message) override {
    if (!cluster_.channel_up_) return fail(ErrorCode::noconnection);
    // A cast goes on from the member with its mark, for which there must be room.
    const bool is_far = *peer_ != cluster_.member_ && is_cast(message);
    if (is_far && multicast_receivers_max(message.size()) < 2) return fail(ErrorCode::too_large);
    return cluster_.channel_->send(wrap(message));
  }
  void send_signal(ByteView message) override {
    if (cluster_.channel_up_) cluster_.channel_->send_signal(wrap(message));
  }
  void send_first(ByteView) override { NOEX_CHECK(false, "a client has no registry"); }
  void charge(std::size_t work) override {
    if (cluster_.channel_up_) cluster_.channel_->charge(work);
  }
  std::size_t queued_bytes() const override {
    return cluster_.channel_up_ ? cluster_.channel_->queued_bytes() : 0;
  }

 private:
  Bytes wrap(ByteView message) const {
    Bytes bytes;
    begin_relay(bytes, *peer_).raw(message);
    return bytes;
  }

  ClientCluster& cluster_;
  const std::shared_ptr<const Incarnation> peer_;  // owners: see shared_peer()
  const LinkSerial serial_;
  Instant used_at_ = cluster_.loop_.now();
};

ClientCluster::ClientCluster(const ClientConfig& config, Incarnation self, Loop& loop,
                             Network& network, Random random, Log& log, ClusterHandler& handler,
                             ClientEvents& events)
    : config_(config),
      self_(std::move(self)),
      loop_(loop),
      network_(network),
      random_(random),
      log_(log),
      handler_(handler),
      events_(events),
      timer_(loop) {}

ClientCluster::~ClientCluster() = default;

Result<void> ClientCluster::start() {
  if (config_.members.empty()) {
    return fail(ErrorCode::invalid_argument, "a client needs the address of a member");
  }
  started_ = true;
  loop_.post(lifeline_.guard([this] { dial(); }));
  return {};
}

// Behind all that its processes have said.
void ClientCluster::leave(Task done) {
  leaving_ = true;
  left_ = std::move(done);
  dial_.reset();
  timer_.cancel();
  if (!channel_up_) return loop_.post(lifeline_.guard([this] { end_leave(); }));
  channel_->send_control_last(encode_control(Leave{}));
  timer_.start(loop_.now() + config_.options.leave_timeout, [this] { end_leave(); });
}

void ClientCluster::end_leave() {
  if (channel_ != nullptr) channel_->close();
  drop_channel();
  Task done = std::move(left_);
  done();  // may destroy this
}

// --- The connection ---

void ClientCluster::dial() {
  if (leaving_) return;
  log_.debug("dials {}", text_of(address()));
  dial_ = network_.connect(address(), config_.options.dial_timeout,
                           [this](auto result) { on_dialled(std::move(result)); });
}

void ClientCluster::on_dialled(Result<std::unique_ptr<Connection>> result) {
  const std::unique_ptr<Dial> dial = std::move(dial_);  // it may be our caller
  if (leaving_) return;
  if (!result) return try_next(result.error().code);
  greet(std::move(*result));
}

void ClientCluster::greet(std::unique_ptr<Connection> connection) {
  ClientHello hello;
  if (const ConnectionProof* proof = connection->proof()) hello.binding = proof->binding;
  ChannelHandler& handler = *this;
  channel_ = std::make_unique<Channel>(std::move(connection), loop_,
                                       channel_limits(config_.options), handler);
  channel_->send_control(encode_client_hello(hello));
  timer_.start(loop_.now() + config_.options.dial_timeout, [this] {
    channel_->abort();
    drop_channel();
    try_next(ErrorCode::timeout);
  });
}

void ClientCluster::on_welcome(ByteView payload) {
  const auto welcome = decode_client_welcome(payload);
  const ConnectionProof* proof = channel_->proof();
  const bool fits = welcome && (proof == nullptr || may_be(*proof, welcome->id));
  if (!fits || welcome->refusal != Refusal::none) {
    log_.warning("{} does not let this client in: {}", text_of(address()),
                 fits ? describe(welcome->refusal) : "it is no member that can be trusted");
    channel_->abort();
    drop_channel();
    return try_next(fits ? code_of(welcome->refusal) : ErrorCode::unauthorised);
  }
  channel_->set_established();
  member_ = Incarnation{welcome->id, welcome->boot};
  base_ = welcome->base;
  desk_ = welcome->desk;
  channel_up_ = true;
  connected_at_ = loop_.now();
  timer_.start(loop_.now() + config_.options.client_ping_interval, [this] { ping(); });
  log_.info("connected to {}", member_.id.text());
  events_.on_connected(member_);
}

void ClientCluster::try_next(ErrorCode why) {
  const Address failed = address();
  ++next_;
  const Duration wait = pause();
  ++failures_;
  timer_.start(loop_.now() + wait, [this] { dial(); });
  events_.on_unreachable(failed, why);
}

// Each address is tried at once; what follows is the same round again, ever less often.
Duration ClientCluster::pause() {
  const std::size_t rounds = (failures_ + 1) / config_.members.size();
  if (rounds == 0) return Duration::zero();
  const Options& options = config_.options;
  Duration wait = options.redial_min;
  for (std::size_t i = 1; i < rounds && wait < options.redial_max; ++i) wait *= 2;
  wait = std::min(wait, options.redial_max);
  const auto spread = static_cast<std::uint64_t>(wait.count() / jitter_parts) + 1;
  return wait - Duration(static_cast<std::int64_t>(random_.below(spread)));
}

// Another member at once, unless connections are lost as soon as they are made.
void ClientCluster::disconnect(std::string_view why) {
  const Incarnation lost = member_;
  if (loop_.now() - connected_at_ >= config_.options.heartbeat_interval) failures_ = 0;
  drop_channel();
  if (leaving_) return end_leave();
  log_.info("the connection to {} is lost: {}", lost.id.text(), why);
  ++next_;
  const Duration wait = failures_ == 0 ? Duration::zero() : pause();
  ++failures_;
  timer_.start(loop_.now() + wait, [this] { dial(); });
  events_.on_disconnected(lost, why);
}

// All that hung on it is told, when nothing new can.
void ClientCluster::drop_channel() {
  timer_.cancel();
  channel_up_ = false;
  if (channel_ != nullptr) {
    ended_ = std::move(channel_);
    loop_.post(lifeline_.guard([this] { ended_.reset(); }));
  }
  members_.clear();
  shown_.clear();
  by_number_.clear();
  const auto ways = std::exchange(ways_, {});
  for (const auto& [node, way] : ways) handler_.on_link_down(*way);
}

void ClientCluster::ping() {
  pinged_at_ = loop_.now();
  channel_->send_control(encode_control(Ping{++pings_}));
  timer_.start(loop_.now() + config_.options.suspicion_after, [this] { look_for_pong(); });
}

void ClientCluster::look_for_pong() {
  if (channel_->last_heard() < pinged_at_) {
    channel_->abort();
    return disconnect("it does not answer");
  }
  const Instant next = std::max(pinged_at_ + config_.options.client_ping_interval, loop_.now());
  timer_.start(next, [this] { ping(); });
}

void ClientCluster::on_control(ByteView payload) {
  if (!channel_up_) return on_welcome(payload);
  const auto message = decode_control(payload);
  if (message && std::holds_alternative<Pong>(*message)) return;
  if (leaving_ && message && std::holds_alternative<LeaveAck>(*message)) return end_leave();
  channel_->abort();
  disconnect("it sent what no member sends");
}

void ClientCluster::on_data(ByteView message) {
  Reader bytes(message);
  const bool relayed = bytes.u8() == static_cast<std::uint8_t>(ClientKind::relay);
  Incarnation node;
  node.id.decode_from(bytes);
  node.boot = bytes.varint();
  const ByteView inner = bytes.rest();
  const bool fits = relayed && !bytes.failed() && !inner.empty() &&
                    static_cast<MessageKind>(inner.front()) != MessageKind::registry;
  if (!fits || !handler_.on_message(way_to(node), inner)) {
    // What a third node's program has sent is none of the member's doing.
    if (fits && is_cast(inner)) {
      return log_.warning("a malformed cast from {} was dropped", node.id.text());
    }
    channel_->abort();
    return disconnect("it sent what no member sends");
  }
}

void ClientCluster::on_room() {
  std::vector<Incarnation> nodes;
  for (const auto& [node, way] : ways_) nodes.push_back(node);
  for (const Incarnation& node : nodes) {
    if (const auto way = ways_.find(node); way != ways_.end()) handler_.on_writable(*way->second);
  }
}

void ClientCluster::on_end(ChannelEnd end, std::string_view why) {
  if (channel_up_) return disconnect(why);
  drop_channel();
  try_next(end == ChannelEnd::encrypted ? ErrorCode::unauthorised : ErrorCode::noconnection);
}

// --- Ways ---

Boot ClientCluster::up_boot(const NodeId& id) const {
  if (!channel_up_) return 0;
  if (id == member_.id) return member_.boot;
  const auto found = std::ranges::find_if(
      members_, [&id](const Member& member) { return member.up && member.incarnation.id == id; });
  return found != members_.end() ? found->incarnation.boot : 0;
}

Link* ClientCluster::find(const NodeId& id, Boot boot) const {
  const auto way = ways_.find(Incarnation{id, boot != 0 ? boot : up_boot(id)});
  return way != ways_.end() ? way->second.get() : nullptr;
}

// Whether a node is there is its member's to say; which boot the member itself is, is known.
Link* ClientCluster::open(const NodeId& id, Boot boot) {
  if (boot == 0 || id == member_.id) {
    const Boot up = up_boot(id);
    if (up == 0 || (boot != 0 && boot != up)) return nullptr;
    boot = up;
  }
  if (!channel_up_ || id == self_.id || id.empty()) return nullptr;
  const Incarnation node{id, boot};
  if (const auto found = ways_.find(node); found != ways_.end()) {
    found->second->touch();
    return found->second.get();
  }
  drop_idle_ways();
  return (ways_[node] = std::make_unique<Way>(*this, node, ++last_way_)).get();
}

// To who speaks first.
ClientCluster::Way& ClientCluster::way_to(const Incarnation& node) {
  if (const auto found = ways_.find(node); found != ways_.end()) {
    found->second->touch();
    return *found->second;
  }
  drop_idle_ways();
  Way& way = *(ways_[node] = std::make_unique<Way>(*this, node, ++last_way_));
  handler_.on_link_up(way);
  return way;
}

void ClientCluster::drop_idle_ways() {
  if (ways_.size() < ways_kept) return;
  std::vector<std::unique_ptr<Way>> idle;
  for (auto way = ways_.begin(); way != ways_.end();) {
    const bool is_used = handler_.link_in_use(*way->second) ||
                         loop_.now() - way->second->used_at() < config_.options.link_idle_timeout;
    if (!is_used) idle.push_back(std::move(way->second));
    way = is_used ? std::next(way) : ways_.erase(way);
  }
  for (const auto& way : idle) handler_.on_link_down(*way);
}

// --- What processes are called ---

void ClientCluster::to_outside(Ref& ref) {
  if (!ref.lives_on(self_)) return;
  if (!channel_up_) {
    ref = Ref();
    return;
  }
  ProcessId name = base_;  // of one that is gone: nobody's
  if (events_.is_alive(ref.process())) {
    const auto [shown, is_new] = shown_.try_emplace(ref.process(), 0);
    if (is_new) {
      by_number_.push_back(ref.process());
      shown->second = base_ + by_number_.size();
      channel_->send_signal(encode_for_client(wire::ShowProcess{ref.process()}));
    }
    name = shown->second;
  }
  ref = Ref(member_.id, member_.boot, name, nullptr);
}

void ClientCluster::to_inside(Ref& ref) const {
  if (!channel_up_ || !ref.lives_on(member_)) return;
  const ProcessId number = ref.process() - base_;
  if (ref.process() <= base_ || number > by_number_.size()) return;
  ref = Ref(self_.id, self_.boot, by_number_[number - 1], nullptr);
}

void ClientCluster::on_process_ended(ProcessId process, const ExitReason& reason) {
  if (shown_.erase(process) == 0) return;
  channel_->send_signal(encode_for_client(wire::ProcessEnded{process, reason}));
}

}  // namespace noex
