// ChatSession: one user at one node: lines of commands in, lines of text out.
//
// Owns: the user's name, the membership that he is in, the queue of commands. Knows no terminal:
// chatnode gives it one, the simulator and the tests give it scripts. Commands run one after the
// other, each in a coroutine of a process of the node; what arrives from rooms and from the
// cluster is shown at once. It survives a node that starts again in place.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chat/line.h"
#include "chat/member.h"
#include "chat/messages.h"
#include "chat/observer.h"
#include "runtime/node.h"

namespace noex::chat {

class ChatOutput {
 public:
  virtual ~ChatOutput() = default;
  // One line, without its end: valid UTF-8 without control characters.
  virtual void show(std::string_view line) = 0;
  // The user wants to go: the program calls close(), then node.leave().
  virtual void quit() = 0;
};

struct ChatSessionConfig {
  std::uint64_t label = 0;                             // for observers: whose session this is
  std::function<std::string(WallTime)> time_of_day{};  // "10:30:15"; required
};

class ChatSession final : private MemberEvents {
 public:
  // Node, output and observer outlive it. add_room_behavior() has been called for the node.
  ChatSession(Node& node, ChatOutput& output, ChatObserver& observer, ChatSessionConfig config);
  ~ChatSession() override;
  ChatSession(const ChatSession&) = delete;
  ChatSession& operator=(const ChatSession&) = delete;

  // Queues one line as typed, without its end. After close(): ignored.
  void command(std::string line);
  // No command runs or waits.
  bool idle() const { return closed_ || (!running_ && queue_.empty()); }
  // Ends the membership; nothing more is run or shown. Before node.leave(), or with it.
  void close();

  Node& node() const { return node_; }
  std::uint64_t label() const { return config_.label; }
  const std::string& user() const { return user_; }
  // The room that it believes to be in.
  struct Membership {
    std::string room_name;
    Ref room;
    Ref member;
    std::uint64_t next = 0;  // the number that must come next; 0: not welcomed yet
    bool moved = false;      // it was brought here by a name conflict
  };
  // nullptr: in none.
  const Membership* membership() const {
    return membership_ && membership_->next != 0 ? &*membership_ : nullptr;
  }

 private:
  // A line to run, or a room to go to after a name conflict.
  struct Job {
    std::string line;
    std::string room_name;
    Ref winner;
  };
  // The highest number shown of one room.
  struct Shown {
    Ref room;
    std::uint64_t number = 0;
  };

  // --- Running commands ---
  void kick();
  task<void> run_jobs();
  task<ErrorCode> run_line(std::string line);
  task<ErrorCode> run_command(Command command);
  ErrorCode run_at_once(const Command& command);
  void begin_command(const std::string& line);
  void end_command(ErrorCode code);
  void on_restarted();

  // --- Commands (session_commands.cpp) ---
  ErrorCode set_name(const std::string& name);
  task<ErrorCode> create(std::string room, std::string where);
  task<ErrorCode> join(std::string room);
  task<ErrorCode> post(std::string text);
  task<ErrorCode> list_users();
  ErrorCode leave();
  ErrorCode list_rooms();
  ErrorCode list_nodes();
  ErrorCode help();
  ErrorCode quit();
  task<void> move(Job job);
  task<Result<void>> enter(std::string room_name, Ref room, bool moved);
  Result<NodeId> find_node(std::string_view text) const;
  std::vector<std::string> node_lines() const;

  // --- MemberEvents (session_room.cpp) ---
  bool on_welcome(const Ref& member, const Welcome& welcome) override;
  bool on_message(const Ref& member, const Message& message) override;
  void on_notice(const Ref& member, const Notice& notice) override;
  void on_room_down(const Ref& member, const ExitReason& reason) override;
  void on_member_ended(const Ref& member, const ExitReason& reason) override;

  bool is_current(const Ref& member) const { return membership_ && membership_->member == member; }
  // From here on nothing of it is shown; its process is another matter.
  Membership end_membership(Ending why);
  // The same, and ends its process, which tells the room.
  void leave_membership(Ending why);
  void show_message(const Message& message, bool history);
  std::uint64_t shown_of(const Ref& room) const;
  void remember_shown(const Ref& room, std::uint64_t number);
  std::uint64_t session_number();
  void show(std::string_view line);
  void watch_node();

  Node& node_;
  ChatOutput& output_;
  ChatObserver& observer_;
  const ChatSessionConfig config_;
  std::shared_ptr<SessionHandle> handle_;  // see SessionHandle
  std::string user_;
  std::optional<Membership> membership_;
  std::vector<Shown> shown_;  // the room that was visited last comes last
  std::deque<Job> queue_;
  std::optional<std::string> current_line_;  // of the command under way
  Ref runner_;
  bool running_ = false;
  bool closed_ = false;
  std::uint64_t number_ = 0;  // see Join::session; of boot number_boot_
  Boot number_boot_ = 0;
};

}  // namespace noex::chat
