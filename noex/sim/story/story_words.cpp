#include "noex/sim/story/story_words.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "noex/runtime/cluster/cluster.h"
#include "noex/runtime/membership/control.h"
#include "noex/runtime/message/codec.h"
#include "noex/runtime/registry/registry_wire.h"
#include "noex/runtime/remote/wire.h"
#include "noex/sim/scenario/send_point.h"
#include "noex/transport/base/text.h"
#include "noex/transport/handshake.h"

namespace noex::sim {

namespace {

constexpr std::size_t list_max = 8;

template <class List>
std::string join(const List& list) {
  std::string text;
  std::size_t count = 0;
  for (const auto& item : list) {
    if (++count > list_max) return fmt::format("{}, and {} more", text, list.size() - list_max);
    if (!text.empty()) text += ", ";
    text += item;
  }
  return text;
}

// --- Control messages ---

std::string say(const TableEntry& entry) {
  if (entry.status == MemberStatus::alive) return entry.id.name();
  return fmt::format("{} ({})", entry.id.name(), noex::describe(entry.status));
}
std::string say(const Heartbeat& heartbeat) {
  if (heartbeat.rumours.empty()) return "heartbeat";
  std::vector<std::string> names;
  for (const Rumour& rumour : heartbeat.rumours) names.push_back(say(rumour.entry));
  return fmt::format("heartbeat, with rumours of {}", join(names));
}
std::string say(const Table& table) {
  std::vector<std::string> names;
  for (const TableEntry& entry : table.entries) names.push_back(say(entry));
  return fmt::format("knows of {}", join(names));
}
std::string say(const Ping& ping) {
  return fmt::format("ping {}: are you there?", ping.number);
}
std::string say(const Pong& pong) {
  return fmt::format("pong {}: I am here", pong.number);
}
std::string say(const PingRequest& request) {
  return fmt::format("ping request {}: do you hear {}?", request.number, request.target.id.name());
}
std::string say(const Nack& nack) {
  return fmt::format("nack {}: I hear nothing", nack.number);
}
std::string say(const LeaveAck&) {
  return "leave: I know that you go";
}
std::string say(const ReleaseAck& answer) {
  return answer.agreed ? "release: nor do I" : "release: I still need it";
}

// One without words of its own says what its send point does.
template <class Message>
std::string say(const Message&) {
  const Bytes kind(1, static_cast<char>(Message::kind));
  const std::string_view name = send_point_of({Lane::control, false, kind});
  const auto point = std::ranges::find(send_points(), name, &SendPoint::name);
  return fmt::format("{}: {}", name, point->what);
}

MessageGroup group_of(const ControlMessage& message) {
  if (const auto* heartbeat = std::get_if<Heartbeat>(&message)) {
    return heartbeat->rumours.empty() ? MessageGroup::heartbeat : MessageGroup::table;
  }
  if (std::holds_alternative<Table>(message)) return MessageGroup::table;
  const bool ping =
      std::holds_alternative<Ping>(message) || std::holds_alternative<Pong>(message) ||
      std::holds_alternative<PingRequest>(message) || std::holds_alternative<Nack>(message);
  if (ping) return MessageGroup::ping;
  const bool leave =
      std::holds_alternative<Leave>(message) || std::holds_alternative<LeaveAck>(message);
  return leave ? MessageGroup::leave : MessageGroup::other;
}

std::string say_handshake(ByteView payload) {
  switch (static_cast<HandshakeKind>(payload.front())) {
    case HandshakeKind::hello: {
      Handshake acceptor = Handshake::acceptor();
      if (acceptor.on_payload(payload) == Handshake::Event::malformed) break;
      return fmt::format("hello from {} to {}", acceptor.hello().from.name(),
                         acceptor.hello().to.name());
    }
    case HandshakeKind::ack: {
      Handshake dialer = Handshake::dialer(Hello{});
      if (dialer.on_payload(payload) == Handshake::Event::malformed) break;
      return fmt::format("answer: {}", noex::describe(dialer.ack().refusal));
    }
    case HandshakeKind::confirm:
      return "confirm: then we are linked";
    case HandshakeKind::ready:
      return "ready: we are linked";
  }
  return "handshake";
}

Words describe_control(ByteView payload) {
  constexpr char first_of_control = 16;
  if (payload.front() < first_of_control) {
    return {MessageGroup::handshake, say_handshake(payload)};
  }
  const std::optional<ControlMessage> message = decode_control(payload);
  if (!message) return {MessageGroup::other, "control message"};
  return {group_of(*message), std::visit([](const auto& each) { return say(each); }, *message)};
}

// --- The registry's ---

template <class Names>
std::string keys(const Names& names) {
  std::vector<std::string> list;
  for (const auto& [name, entry] : names) list.push_back(name);
  return join(list);
}

std::string say_groups(std::string_view what, const std::vector<GroupMember>& members) {
  std::vector<std::string> groups;
  for (const GroupMember& member : members) groups.push_back(member.group);
  return groups.empty() ? std::string() : fmt::format(", {} {}", what, join(groups));
}

std::string say_names(const NamesSnapshot& all) {
  return fmt::format("all names of {}: {}{}", all.owner.id.name(),
                     all.names.empty() ? "none" : keys(all.names),
                     say_groups("in groups", all.members));
}
std::string say_names(const NamesDelta& delta) {
  std::string text = fmt::format("change {} of {}", delta.sequence, delta.owner.id.name());
  if (!delta.put.empty()) text += fmt::format(", has {}", keys(delta.put));
  if (!delta.removed.empty()) text += fmt::format(", no longer has {}", join(delta.removed));
  return text + say_groups("joined", delta.joined) + say_groups("left", delta.left);
}
std::string say_names(const NameClaim& claim) {
  return fmt::format("claim {}: may I have {}?", claim.number, claim.name);
}
std::string say_names(const ClaimGrant& grant) {
  return fmt::format("claim {}: granted", grant.number);
}
std::string say_names(const ClaimRefuse& refuse) {
  if (!refuse.holder) return fmt::format("claim {}: refused", refuse.number);
  return fmt::format("claim {}: refused, {} has it", refuse.number, refuse.holder->node.name());
}
std::string say_names(const ClaimAbort& abort) {
  return fmt::format("claim {}: given up", abort.number);
}
std::string say_names(const ClaimHeld& held) {
  return fmt::format("claim {}: another goes first", held.number);
}
std::string say_names(const ClaimWanted& wanted) {
  return fmt::format("claim {}: a smaller one waits", wanted.number);
}
std::string say_names(const NamesApplied& applied) {
  return fmt::format("seen your names up to change {}", applied.sequence);
}
std::string say_names(const NamesVector& vector) {
  return fmt::format("what I hold: {} of {} nodes", vector.full ? "all" : "news",
                     vector.versions.size());
}
std::string say_names(const NamesPull& pull) {
  std::vector<std::string> owners;
  for (const Incarnation& owner : pull.owners) owners.push_back(owner.id.name());
  return fmt::format("give me all names of {}", join(owners));
}
std::string say_names(const NameFind& find) {
  return fmt::format("find {}: who has {}?", find.number, find.name);
}
std::string say_names(const NameFound& found) {
  if (!found.holder) return fmt::format("find {}: nobody that I know of", found.number);
  return fmt::format("find {}: {} has it", found.number, found.holder->node.name());
}

Words describe_registry(ByteView body) {
  const std::optional<ReceivedRegistryMessage> received = decode_registry_message(body);
  if (!received) return {MessageGroup::registry, "registry message"};
  return {MessageGroup::registry,
          std::visit([](const auto& each) { return say_names(each); }, received->message)};
}

// --- Data messages ---

template <class T>
std::optional<T> read(Decoder& bytes) {
  T fields;
  decode(bytes, fields);
  if (bytes.failed()) return std::nullopt;
  return fields;
}

Words describe_monitor(MessageKind kind, Decoder& bytes) {
  Words words{MessageGroup::monitor, "monitor"};
  if (kind == MessageKind::monitor) {
    const auto fields = read<wire::Monitor>(bytes);
    if (!fields) return words;
    words.receivers = {fields->process};
    words.text = fmt::format("monitor {}: tell me when it ends", fields->monitor);
  } else if (kind == MessageKind::demonitor) {
    const auto fields = read<wire::Demonitor>(bytes);
    if (fields) words.text = fmt::format("monitor {}: not any more", fields->monitor);
  } else if (kind == MessageKind::down) {
    const auto fields = read<wire::MonitorDown>(bytes);
    if (!fields) return words;
    words.text =
        fmt::format("monitor {}: it ended, {}", fields->monitor, fields->reason.describe());
  } else {
    const auto fields = read<wire::MonitorOverflow>(bytes);
    if (fields) words.text = fmt::format("monitor {}: it refused a message", fields->monitor);
  }
  return words;
}

Words describe_exit(MessageKind kind, Decoder& bytes) {
  Words words{MessageGroup::exit, "exit"};
  if (kind == MessageKind::exit) {
    const auto fields = read<wire::Exit>(bytes);
    if (!fields) return words;
    words.receivers = {fields->process};
    words.text = fmt::format("exit: {}", fields->reason.describe());
  } else if (kind == MessageKind::exit_by) {
    const auto fields = read<wire::ExitBy>(bytes);
    if (!fields) return words;
    words.sender = fields->from;
    words.receivers = {fields->to};
    words.text = fmt::format("exit: {}", fields->reason.describe());
  } else if (kind == MessageKind::process_link) {
    const auto fields = read<wire::ProcessLink>(bytes);
    if (!fields) return words;
    words.sender = fields->from;
    words.receivers = {fields->to};
    words.text = fmt::format("link {}: end with me", fields->number);
  } else if (kind == MessageKind::process_unlink) {
    words.text = "link: undone";
  } else {
    words.text = "link: my end is yours";
  }
  return words;
}

Words describe_spawn(MessageKind kind, Decoder& bytes) {
  Words words{MessageGroup::spawn, "spawn"};
  if (kind == MessageKind::spawn) {
    const auto fields = read<wire::Spawn>(bytes);
    if (!fields) return words;
    words.text = fmt::format("spawn {}: start {}", fields->spawn, fields->behavior);
    if (!fields->global_name.empty()) words.text += fmt::format(" as {}", fields->global_name);
  } else if (kind == MessageKind::spawn_reply) {
    const auto fields = read<wire::SpawnReply>(bytes);
    if (!fields) return words;
    words.sender = fields->process;
    words.text =
        fmt::format("spawn {}: {}", fields->spawn,
                    fields->code == ErrorCode::ok ? "started" : noex::describe(fields->code));
  } else if (kind == MessageKind::spawn_confirm) {
    const auto fields = read<wire::SpawnConfirm>(bytes);
    if (fields) words.text = fmt::format("spawn {}: confirmed", fields->spawn);
  } else {
    const auto fields = read<wire::SpawnCancel>(bytes);
    if (fields) words.text = fmt::format("spawn {}: cancelled", fields->spawn);
  }
  return words;
}

Words describe_cancel(Decoder& bytes) {
  Words words{MessageGroup::call, "cancel"};
  const auto fields = read<wire::Cancel>(bytes);
  if (!fields) return words;
  words.receivers = {fields->to};
  words.text = fmt::format("call {}: given up", fields->call);
  return words;
}

}  // namespace

Words StoryWords::describe(Lane lane, ByteView message, std::uint32_t from, std::uint32_t to) {
  if (message.empty()) return {};
  return lane == Lane::control ? describe_control(message) : describe_data(message, from, to);
}

// --- Messages of processes ---

StoryWords::StoryWords(std::vector<MessageWords> messages) {
  for (const MessageWords& each : messages) messages_.emplace(each.type, each);
}

const MessageWords* StoryWords::find(TypeId type) const {
  const auto found = messages_.find(type);
  return found != messages_.end() ? &found->second : nullptr;
}

void StoryWords::say_body(TypeId type, ByteView body, Words& words) const {
  const MessageWords* known = find(type);
  const std::optional<SaidWords> said = known != nullptr ? known->say(body) : std::nullopt;
  if (said) {
    words.text = said->text;
    words.sender = said->sender;
  } else if (known != nullptr) {
    words.text = fmt::format("{}, {} bytes", known->wire_name, body.size());
  } else {
    words.text = fmt::format("a message of type {:08x}, {} bytes", type, body.size());
  }
}

Words StoryWords::describe_multicast(Decoder& bytes) const {
  Words words{MessageGroup::multicast, "multicast"};
  const auto fields = read<wire::Multicast>(bytes);
  if (!fields) return words;
  say_body(fields->type, bytes.rest(), words);
  words.receivers = fields->to;
  if (fields->to.size() > 1) words.text += fmt::format(" (to {} there)", fields->to.size());
  return words;
}

Words StoryWords::describe_cast(Decoder& bytes) const {
  Words words{MessageGroup::cast, "cast"};
  const auto fields = read<wire::Cast>(bytes);
  if (!fields) return words;
  say_body(fields->type, bytes.rest(), words);
  words.receivers = {fields->to};
  return words;
}

Words StoryWords::describe_data(ByteView message, std::uint32_t from, std::uint32_t to) {
  Decoder bytes(message);
  const auto kind = static_cast<MessageKind>(bytes.u8());
  switch (kind) {
    case MessageKind::registry:
      return describe_registry(bytes.rest());
    case MessageKind::cast:
      return describe_cast(bytes);
    case MessageKind::multicast:
      return describe_multicast(bytes);
    case MessageKind::call:
      return describe_call(bytes, from);
    case MessageKind::reply:
    case MessageKind::reply_error:
      return describe_reply(bytes, kind == MessageKind::reply_error, to);
    case MessageKind::monitor:
    case MessageKind::demonitor:
    case MessageKind::down:
    case MessageKind::overflow:
      return describe_monitor(kind, bytes);
    case MessageKind::exit:
    case MessageKind::exit_by:
    case MessageKind::process_link:
    case MessageKind::process_unlink:
    case MessageKind::process_link_exit:
      return describe_exit(kind, bytes);
    case MessageKind::spawn:
    case MessageKind::spawn_reply:
    case MessageKind::spawn_confirm:
    case MessageKind::spawn_cancel:
      return describe_spawn(kind, bytes);
    case MessageKind::cancel:
      return describe_cancel(bytes);
  }
  return {MessageGroup::other, fmt::format("message of kind {}", message.front())};
}

Words StoryWords::describe_call(Decoder& bytes, std::uint32_t from) {
  Words words{MessageGroup::call, "call"};
  const auto fields = read<wire::Call>(bytes);
  if (!fields) return words;
  say_body(fields->type, bytes.rest(), words);
  words.receivers = {fields->to};
  words.call = fields->call;
  calls_[{from, fields->call}] = {fields->type, fields->to};
  return words;
}

Words StoryWords::describe_reply(Decoder& bytes, bool error, std::uint32_t to) {
  Words words{MessageGroup::reply, error ? "refused" : "reply"};
  CallId call = 0;
  if (error) {
    const auto fields = read<wire::ReplyError>(bytes);
    if (!fields) return words;
    call = fields->call;
    words.text = fmt::format("refused: {}", noex::describe(fields->code));
    if (!fields->detail.empty()) words.text += fmt::format(", {}", fields->detail);
  } else {
    const auto fields = read<wire::Reply>(bytes);
    if (!fields) return words;
    call = fields->call;
  }
  const auto called = calls_.extract(std::pair(to, call));
  if (called.empty()) return words;
  words.sender = called.mapped().to;
  const MessageWords* known = find(called.mapped().type);
  if (error || known == nullptr || known->say_reply == nullptr) return words;
  if (const std::optional<SaidWords> said = known->say_reply(bytes.rest())) words.text = said->text;
  return words;
}

}  // namespace noex::sim
