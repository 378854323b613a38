// ChatSession: one user at one node: lines of commands in, lines of text out.
//
// Owns the user's name, the membership that he is in, the room that he lost and waits for, the
// commands that wait. Knows no terminal: chatnode gives it one, the simulator and the tests give it
// scripts. Commands that may wait run in lanes (see Lane): what needs no answer runs at once.
// What arrives from rooms and from the cluster is shown at once. It survives a node that starts
// again in place, and every end of a process that runs a command.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chat/line.h"
#include "chat/member.h"
#include "chat/messages.h"
#include "chat/observer.h"
#include "noex/runtime/client/client.h"
#include "noex/runtime/node/node.h"

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
  // Whose node it is, if it is a client's: outlives the session. nullptr: a member's.
  Client* client = nullptr;
};

class ChatSession final : private MemberEvents {
 public:
  // Node, output and observer outlive it. add_room_behavior() has been called for the node.
  ChatSession(Node& node, ChatOutput& output, ChatObserver& observer, ChatSessionConfig config);
  ~ChatSession() override;
  ChatSession(const ChatSession&) = delete;
  ChatSession& operator=(const ChatSession&) = delete;

  // Runs one line as typed, without its end, or queues it. After close(): ignored.
  void command(std::string line);
  // No command runs or waits.
  bool idle() const;
  // Whom this node knows of has told it the names that he holds, or could not be reached.
  bool knows_cluster() const;
  // Ends the membership; says of messages under way what is known of them; then nothing more is
  // run or shown. Before node.leave(), or with it.
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
  // What a lane does one after the other: a command, or going to a room without being asked to.
  struct Job {
    enum class Kind : std::uint8_t { command, move, rejoin };
    Kind kind = Kind::command;
    std::string line;  // of a command, as typed
    Command command;
    std::string refusal;    // instead of the command: what is wrong with the line
    std::string room_name;  // to go to
    Ref former;             // the room that lost its name to that one
    std::string winner_node;
  };

  // Jobs that wait for each other, and for no other lane: what one of them waits for concerns
  // nobody else. There is one for the room that the user is in, joins or leaves, one for each room
  // that he creates, one for lists, and one for what waits for nothing. Its process runs as long as
  // there is something to do.
  struct Lane {
    explicit Lane(Loop& loop) : patience(loop) {}
    std::deque<Job> queue;
    std::optional<Job> current;
    Ref runner;
    std::uint64_t run = 0;  // counts its processes
    bool running = false;
    bool told_to_wait = false;  // the current command has waited long enough for that
    bool given_up = false;      // by the user: its process is being ended
    Timer patience;

    bool is_busy() const { return running || current || !queue.empty(); }
  };
  using LaneKey = std::string;

  // In the frame of a lane's process: however that ends, the session hears of it.
  class LaneGuard {
   public:
    LaneGuard(std::shared_ptr<ChatSession*> session, LaneKey key, std::uint64_t run)
        : session_(std::move(session)), key_(std::move(key)), run_(run) {}
    LaneGuard(LaneGuard&&) = default;
    LaneGuard& operator=(LaneGuard&&) = delete;
    ~LaneGuard() {
      if (session_ != nullptr && *session_ != nullptr) (*session_)->on_lane_ended(key_, run_);
    }
    const LaneKey& key() const { return key_; }

   private:
    std::shared_ptr<ChatSession*> session_;  // owners: the session, its guards, its callbacks
    LaneKey key_;
    std::uint64_t run_;
  };

  // A message that a room has been asked to take.
  struct Posting {
    Ref room;
    Ref member;
    std::string text;
    bool action = false;
    bool shown = false;  // it came back: whatever else happens, it was delivered
  };
  // A room that was lost and is joined again as soon as it can be reached.
  struct Lost {
    std::string room_name;
    NodeId node;        // that it was on
    std::string cause;  // to be said if the cluster gives no verdict in time; empty: it was said
    Duration pause{0};  // between two looks
  };
  // The highest number shown of one room.
  struct Shown {
    Ref room;
    std::uint64_t number = 0;
  };

  // --- Running commands (session_lanes.cpp) ---
  LaneKey lane_of(const Command& command) const;
  Lane& lane(const LaneKey& key);
  void queue(const LaneKey& key, Job job);
  // Before what the user typed.
  void queue_unasked(Job job);
  bool is_ready(const LaneKey& key) const;
  // Of the lane of the user's own room.
  const Ref& own_process();
  void end_quitting_command();
  void kick(const LaneKey& key);
  void kick_all();
  void refuse_all(Lane& lane, std::string_view why);
  task<void> run_lane(LaneGuard guard);
  task<void> run_job(Job job, LaneKey key);
  void on_lane_ended(const LaneKey& key, std::uint64_t run);
  void recover();
  void begin_command(const LaneKey& key, Job& job);
  void end_command(Lane& lane, ErrorCode code);
  // Ends what the lane does without having done it, and says so.
  void abort_command(Lane& lane, std::string_view why);
  void give_up_waiting(const Command& command);
  std::string awaited(const Command& command) const;
  void on_restarted();

  // --- Commands (session_commands.cpp) ---
  friend std::span<const CommandRow> commands();
  task<ErrorCode> set_name(Command command);
  task<ErrorCode> create(Command command);
  task<ErrorCode> join(Command command);
  task<ErrorCode> leave(Command command);
  task<ErrorCode> say(Command command);
  task<ErrorCode> act(Command command);
  task<ErrorCode> list_users(Command command);
  task<ErrorCode> list_rooms(Command command);
  task<ErrorCode> list_nodes(Command command);
  task<ErrorCode> help(Command command);
  task<ErrorCode> quit(Command command);
  task<ErrorCode> post(std::string text, bool action);
  void show_list(const std::vector<std::string>& lines);
  task<void> until_known();
  task<Result<Ref>> find_room(std::string room);
  Result<NodeId> find_node(std::string_view text) const;
  std::vector<std::string> node_lines() const;
  // What is known of the message under way, now that this has become of it.
  ErrorCode end_posting(const Error& error);
  void expect_back(const Posted& posted, const Ref& member);

  // --- MemberEvents (session_room.cpp) ---
  Result<void> on_welcome(const Ref& member, const Welcome& welcome) override;
  bool on_message(const Ref& member, const Message& message) override;
  void on_notice(const Ref& member, const Notice& notice) override;
  void on_namesake(const Ref& member, const Namesake& namesake) override;
  void on_room_down(const Ref& member, const ExitReason& reason) override;
  void on_member_ended(const Ref& member, const ExitReason& reason) override;

  task<Result<void>> enter(std::string room_name, Ref room, bool moved);
  bool is_current(const Ref& member) const { return membership_ && membership_->member == member; }
  // From here on nothing of it is shown; its process is another matter.
  Membership end_membership(Ending why);
  // The same, and ends its process, which tells the room.
  void leave_membership(Ending why);
  // The room sent what no room may send.
  void distrust(std::string_view fault);
  void be_removed();
  void show_message(const Message& message, bool history);
  void recognise(const Message& message);
  std::uint64_t shown_of(const Ref& room) const;
  void remember_shown(const Ref& room, std::uint64_t number);
  std::uint64_t session_number();

  // --- Rooms that were lost (session_rejoin.cpp) ---
  // The membership has ended. cause: why, unless the cluster's verdict says more soon.
  void lose_room(const Membership& lost, std::string cause, bool final);
  void tell_cause(std::string_view cause);
  void await_room(std::string room_name, Duration pause);
  void look_for_room();
  bool is_reachable(const Ref& room) const;
  void forget_lost();
  task<void> rejoin(Job job);
  task<void> move(Job job);
  void on_node_up(const NodeId& id);
  void on_node_down(const NodeId& id, DownReason why);
  void on_seed_unreachable(const NodeId& id, ErrorCode why);

  // --- As a client (session_client.cpp) ---
  void watch_client();
  void on_connected(const NodeId& member);
  void on_disconnected(const NodeId& member, std::string_view why);
  void on_member_unreachable(const Address& address, ErrorCode why);
  task<void> refresh();
  NodeId home() const;
  bool is_connected() const;

  void show(std::string_view line);
  void watch_node();

  Node& node_;
  ChatOutput& output_;
  ChatObserver& observer_;
  const ChatSessionConfig config_;
  std::shared_ptr<SessionHandle> handle_;  // see SessionHandle
  std::shared_ptr<ChatSession*> self_;     // nullptr inside when this is gone; see LaneGuard
  std::string user_;
  std::optional<Membership> membership_;
  std::optional<Posting> posting_;
  std::vector<std::string> unsure_;   // texts told as perhaps lost, in this membership
  std::vector<std::uint64_t> taken_;  // the user's messages that have been taken and not shown yet
  std::optional<Lost> lost_;
  std::string left_member_;  // a client's, and no other is found yet: a line's beginning
  Timer look_timer_;
  Timer cause_timer_;
  std::map<NodeId, DownReason> down_;  // those that went down last; bounded
  std::set<NodeId> seeds_told_;        // that were said to be out of reach
  std::vector<Shown> shown_;           // the room that was visited last comes last
  std::map<LaneKey, Lane> lanes_;
  bool recovering_ = false;
  bool closed_ = false;
  std::uint64_t number_ = 0;  // see Join::session; of boot number_boot_
  Boot number_boot_ = 0;
};

}  // namespace noex::chat
