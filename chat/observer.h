// ChatObserver: how checkers see rooms and sessions from inside, without changing what they do.
//
// Every function has an empty body, so that a ChatObserver by itself watches nothing. Events come
// in the order in which things happen on that node. One observer may serve many nodes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "chat/messages.h"
#include "noex/runtime/message/exit_reason.h"
#include "noex/runtime/message/ref.h"
#include "noex/transport/base/error.h"

namespace noex::chat {

class ChatSession;

enum class Removal : std::uint8_t {
  ended,     // the member's process ended: it left
  lost,      // the link to it is gone
  overflow,  // its node could not keep up
  replaced,  // the same session joined again
};

enum class Ending : std::uint8_t {
  left,          // by /leave or /quit
  disconnected,  // the link, the room or this node's processes are gone; the user was told
  moved,         // the room lost its name to another, which is joined next
  removed,       // this node could not keep up; the user was told
  closed,        // the session closes: nothing more is shown
  failed,        // the join was never completed
  distrusted,    // the room sent what no room may send; the user was told
};

class ChatObserver {
 public:
  virtual ~ChatObserver() = default;

  // --- By rooms ---
  // The process runs; whether it gets its name is another matter.
  virtual void on_room_created(const Ref& /*room*/, const std::string& /*name*/) {}
  virtual void on_room_ended(const Ref& /*room*/, const ExitReason&) {}
  // `next`: the first number that this member will be sent live.
  virtual void on_member_joined(const Ref& /*room*/, const Ref& /*member*/,
                                const std::string& /*user*/, std::uint64_t /*next*/) {}
  virtual void on_member_removed(const Ref& /*room*/, const Ref& /*member*/, Removal) {}
  virtual void on_message_accepted(const Ref& /*room*/, const Message&, const Ref& /*member*/) {}
  virtual void on_history(const Ref& /*room*/, std::size_t /*messages*/) {}

  // --- By sessions; `member` is their membership at that time ---
  virtual void on_command_started(const ChatSession&, std::string_view /*line*/) {}
  // ok: it did what it is for. Every started command ends once.
  virtual void on_command_ended(const ChatSession&, std::string_view /*line*/, ErrorCode) {}
  virtual void on_line_shown(const ChatSession&, std::string_view /*line*/) {}
  // A message is handed to the room; then it ends once, after its user was told whatever he is
  // told of it. ok: he has seen it, or the room has taken it.
  virtual void on_post_sent(const ChatSession&, const Ref& /*room*/, const Ref& /*member*/,
                            std::string_view /*text*/) {}
  virtual void on_post_ended(const ChatSession&, const Ref& /*room*/, const Ref& /*member*/,
                             ErrorCode) {}
  // The room sent what no room may send, and is left.
  virtual void on_distrusted(const ChatSession&, const Ref& /*room*/, std::string_view /*why*/) {}
  // A membership was spawned and asks to join. `session`, `seen`: as in Join.
  virtual void on_join_sent(const ChatSession&, const Ref& /*room*/, const Ref& /*member*/) {}
  virtual void on_joined(const ChatSession&, const Ref& /*room*/, const Ref& /*member*/,
                         const Welcome&) {}
  virtual void on_message_shown(const ChatSession&, const Ref& /*room*/, const Ref& /*member*/,
                                const Message&, bool /*history*/) {}
  virtual void on_notice_shown(const ChatSession&, const Ref& /*room*/, const Ref& /*member*/,
                               const Notice&) {}
  // Exactly once for each on_join_sent, unless the node crashes before.
  virtual void on_membership_ended(const ChatSession&, const Ref& /*room*/, const Ref& /*member*/,
                                   Ending) {}
  // A number was skipped: legal only if this node's mailbox refused messages. The membership ends.
  virtual void on_gap(const ChatSession&, const Ref& /*room*/, const Ref& /*member*/,
                      std::uint64_t /*expected*/, std::uint64_t /*got*/) {}
};

}  // namespace noex::chat
