// The chat's messages between nodes, and the values in them.
//
// A membership is a process of its own (chat/member.h), so that its reference names one stay of
// one user in one room and nothing else: what is sent to it can never be shown after that stay.
//
// References can be guessed, so none proves anything: a room takes what concerns a member from that
// member's node only, and a member takes what rooms send from its room's node only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "noex/runtime/message/message.h"
#include "noex/runtime/message/ref.h"
#include "noex/transport/base/time.h"

namespace noex::chat {

// A room's name in the registry is this followed by the room's name.
inline constexpr std::string_view room_prefix = "room:";
// How much a late joiner is shown: a screen or two.
inline constexpr std::size_t history_messages_max = 100;

struct Message {
  std::uint64_t number = 0;  // 1, 2, 3... in the order of the room; unique with the room's Ref
  WallTime sent;             // by the clock of the room's node
  std::string user;
  std::string text;
  bool action = false;  // of /me: "* Alice waves"

  bool operator==(const Message&) const = default;
};

struct Welcome {
  std::vector<Message> history;  // those of the newest 100 that were asked for
  std::uint64_t next = 0;        // the number of the first message that is delivered live
};

// To a room, from the member's node. Errors: rejected, with a text for the user.
struct Join {
  static constexpr auto wire_name = "chat:join";
  using reply = Welcome;
  std::string user;
  Ref member;
  // Names the session within its node's boot: its later join replaces its earlier one, of which it
  // never got the answer, so that nobody is refused by his own ghost.
  std::uint64_t session = 0;
  std::uint64_t seen = 0;  // the highest number of this room that the session has shown
};

struct Posted {
  std::uint64_t number = 0;
};

// To a room, from the member's node. Errors: rejected (not a member; of another node; text that no
// session lets through).
struct Post {
  static constexpr auto wire_name = "chat:post";
  using reply = Posted;
  Ref member;
  std::string text;
  bool action = false;
};

struct Users {
  std::vector<std::string> names;  // in the order of joining
};

// To a room, from anybody: who is in it is no secret.
struct ListUsers {
  static constexpr auto wire_name = "chat:users";
  using reply = Users;
};

// To a member, from its room's node; as all that follows.
struct Deliver {
  static constexpr auto wire_name = "chat:deliver";
  Message message;
};

enum class NoticeKind : std::uint8_t {
  joined = 1,
  left = 2,
  lost = 3,  // the link to the user's node is gone
};
constexpr bool is_known(NoticeKind kind) {
  return kind >= NoticeKind::joined && kind <= NoticeKind::lost;
}

// To a member: something happened to another one. Ordered with the messages, without a number.
struct Notice {
  static constexpr auto wire_name = "chat:notice";
  WallTime sent;
  NoticeKind kind = NoticeKind::joined;
  std::string user;
};

// To a member: somebody else asked to join under his name, and was refused.
struct Namesake {
  static constexpr auto wire_name = "chat:namesake";
  WallTime sent;
  std::string node;  // the id of the node that the other one is on
};

// The text of the exit signal that ends the membership of one who cannot keep up.
inline constexpr std::string_view overflow_reason = "removed from the room: too slow";

}  // namespace noex::chat
