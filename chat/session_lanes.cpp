// The session's lanes: which command waits for which, and what becomes of one that cannot go on.
//
// A lane's process can end in the middle of a command: anybody who is linked may end it, and a
// node that starts again in place ends all of them. Its guard tells the session, which says what
// is known of the command and runs the next one.

#include <algorithm>

#include <fmt/format.h>

#include "chat/session.h"
#include "chat/text.h"

namespace noex::chat {

namespace {

// What takes longer says so: the user else does not know whether he was heard.
constexpr Duration patience_max = 1s;
// Lines that wait in one lane: more than anybody types; what is pasted beyond that is refused.
constexpr std::size_t queue_max = 1000;

// The room that the user is in, joins or leaves.
constexpr const char* own_lane = "own";
// What has to hear from the cluster first; what needs nobody.
constexpr const char* lists_lane = "lists";
constexpr const char* quick_lane = "quick";
constexpr std::string_view create_prefix = "create ";

bool waits(const Command& command, Waits what) {
  return command.row != nullptr && command.row->waits == what;
}

bool moves(const Command& command, Moves where) {
  return command.row != nullptr && command.row->moves == where;
}

}  // namespace

ChatSession::LaneKey ChatSession::lane_of(const Command& command) const {
  if (waits(command, Waits::for_own_room)) return own_lane;
  if (waits(command, Waits::for_creation)) {
    return fmt::format("{}{}", create_prefix, command.argument);
  }
  const bool asks = config_.client != nullptr && waits(command, Waits::for_members);
  return asks || (waits(command, Waits::for_cluster) && !knows_cluster()) ? lists_lane : quick_lane;
}

ChatSession::Lane& ChatSession::lane(const LaneKey& key) {
  return lanes_.try_emplace(key, node_.loop()).first->second;
}

bool ChatSession::idle() const {
  return closed_ ||
         std::ranges::none_of(lanes_, [](const auto& item) { return item.second.is_busy(); });
}

void ChatSession::command(std::string line) {
  if (closed_) return;
  std::expected<Command, std::string> command = parse_line(line);
  Job job;
  job.line = std::move(line);
  if (command) {
    job.command = std::move(*command);
  } else {
    job.refusal = std::move(command.error());
  }
  give_up_waiting(job.command);
  const LaneKey key = lane_of(job.command);
  queue(key, std::move(job));
}

// Going away need not wait for what has kept the user waiting already.
void ChatSession::give_up_waiting(const Command& command) {
  Lane& own = lane(own_lane);
  if (!own.current || own.given_up) return;
  const bool unasked = own.current->kind != Job::Kind::command;
  if (!unasked && !own.told_to_wait) return;
  const bool joins = unasked || moves(own.current->command, Moves::in);
  if (!moves(command, Moves::out) && !(moves(command, Moves::in) && joins)) return;
  own.given_up = true;
  if (own.running) node_.exit(own.runner, ExitReason::killed());
}

void ChatSession::queue(const LaneKey& key, Job job) {
  Lane& lane = this->lane(key);
  if (lane.queue.size() < queue_max) {
    lane.queue.push_back(std::move(job));
  } else {
    observer_.on_command_started(*this, job.line);
    show(fmt::format("Not done (too much waits already): {}", visible(job.line)));
    observer_.on_command_ended(*this, job.line, ErrorCode::overloaded);
    return;
  }
  kick(key);
}

void ChatSession::queue_unasked(Job job) {
  lane(own_lane).queue.push_front(std::move(job));
  kick(own_lane);
}

const Ref& ChatSession::own_process() {
  return lane(own_lane).runner;
}

// The program may close the session before the command returns.
void ChatSession::end_quitting_command() {
  end_command(lane(own_lane), ErrorCode::ok);
}

// Who wants to join a room that he just creates waits for that.
bool ChatSession::is_ready(const LaneKey& key) const {
  const Lane& lane = lanes_.at(key);
  if (lane.queue.empty()) return false;
  const Command& next = lane.queue.front().command;
  if (!moves(next, Moves::in)) return true;
  const auto creating = lanes_.find(fmt::format("{}{}", create_prefix, next.argument));
  return creating == lanes_.end() || !creating->second.is_busy();
}

void ChatSession::kick(const LaneKey& key) {
  Lane& lane = this->lane(key);
  if (closed_ || lane.running || lane.current || !is_ready(key)) return;
  const std::uint64_t run = ++lane.run;
  Result<Ref> started = node_.run(run_lane(LaneGuard(self_, key, run)));
  if (started) {
    lane.running = true;
    lane.runner = *started;
  } else {
    refuse_all(lane, describe(started.error().code));
  }
}

void ChatSession::kick_all() {
  std::vector<LaneKey> keys;
  for (auto lane = lanes_.begin(); lane != lanes_.end();) {
    if (!lane->second.is_busy() && lane->first.starts_with(create_prefix)) {
      lane = lanes_.erase(lane);
    } else {
      keys.push_back((lane++)->first);
    }
  }
  for (const LaneKey& key : keys) kick(key);
}

void ChatSession::refuse_all(Lane& lane, std::string_view why) {
  for (const Job& job : std::exchange(lane.queue, {})) {
    if (job.kind != Job::Kind::command) continue;
    observer_.on_command_started(*this, job.line);
    const bool message = job.command.row != nullptr && job.command.row->takes == Takes::text;
    show(fmt::format("{} ({}): {}", message ? "Not delivered" : "Not done", why,
                     message ? job.command.argument : visible(job.line)));
    observer_.on_command_ended(*this, job.line, ErrorCode::cancelled);
  }
}

task<void> ChatSession::run_lane(LaneGuard guard) {
  const LaneKey key = guard.key();
  while (!closed_ && is_ready(key)) {
    Lane& lane = lanes_.at(key);
    Job job = std::move(lane.queue.front());
    lane.queue.pop_front();
    lane.current = job;
    co_await run_job(std::move(job), key);
    lanes_.at(key).current.reset();
  }
}

task<void> ChatSession::run_job(Job job, LaneKey key) {
  if (job.kind == Job::Kind::move) {
    co_await move(std::move(job));
  } else if (job.kind == Job::Kind::rejoin) {
    co_await rejoin(std::move(job));
  } else {
    begin_command(key, job);
    ErrorCode code = ErrorCode::invalid_argument;
    if (job.refusal.empty()) {
      code = ErrorCode::ok;
      if (const CommandRow* row = job.command.row) code = co_await (this->*row->run)(job.command);
    } else {
      show(job.refusal);
    }
    end_command(lanes_.at(key), code);
  }
}

void ChatSession::begin_command(const LaneKey& key, Job& job) {
  Lane& lane = lanes_.at(key);
  lane.told_to_wait = false;
  observer_.on_command_started(*this, job.line);
  lane.patience.start(node_.loop().now() + patience_max, [this, key] {
    Lane& waiting = lanes_.at(key);
    if (!waiting.current) return;
    waiting.told_to_wait = true;
    show(fmt::format("Still waiting for {}: {}", awaited(waiting.current->command),
                     visible(waiting.current->line)));
  });
}

std::string ChatSession::awaited(const Command& command) const {
  if (!command.node.empty()) return command.node;
  if (moves(command, Moves::in)) return fmt::format("room \"{}\"", command.argument);
  if (membership_ && waits(command, Waits::for_own_room)) {
    return fmt::format("room \"{}\" on {}", membership_->room_name,
                       membership_->room.node().text());
  }
  return "the cluster";
}

void ChatSession::end_command(Lane& lane, ErrorCode code) {
  lane.patience.cancel();
  lane.told_to_wait = false;
  if (!lane.current || lane.current->kind != Job::Kind::command) return;
  const std::string line = std::exchange(lane.current, std::nullopt)->line;
  observer_.on_command_ended(*this, line, code);
}

void ChatSession::abort_command(Lane& lane, std::string_view why) {
  lane.given_up = false;
  const Job job = *lane.current;
  const bool own = &lane == &this->lane(own_lane);
  if (own && membership_ && membership_->next == 0) leave_membership(Ending::failed);
  const bool unasked = job.kind != Job::Kind::command;
  const bool joins = unasked || moves(job.command, Moves::in);
  ErrorCode code = ErrorCode::cancelled;
  if (own && posting_) {
    code = end_posting(Error{ErrorCode::cancelled, std::string(why)});
  } else if (own && joins && membership_) {
    code = ErrorCode::ok;  // its welcome came just before
  } else if (unasked) {
    if (!lost_)
      show(fmt::format("You will join room \"{}\" when it can be reached.", job.room_name));
    await_room(job.room_name, Duration::zero());
  } else {
    show(fmt::format("Not done ({}): {}", why, visible(job.line)));
  }
  end_command(lane, code);
  lane.current.reset();
}

// From wherever its process ended: nothing is decided before that is over.
void ChatSession::on_lane_ended(const LaneKey& key, std::uint64_t run) {
  const auto found = lanes_.find(key);
  if (closed_ || found == lanes_.end() || found->second.run != run) return;
  found->second.running = false;
  if (std::exchange(recovering_, true)) return;
  node_.loop().post([self = self_] {
    if (*self != nullptr) (*self)->recover();
  });
}

void ChatSession::recover() {
  recovering_ = false;
  if (closed_) return;
  for (auto& [key, lane] : lanes_) {
    if (lane.running || !lane.current) continue;
    abort_command(lane, lane.given_up ? "you gave it up" : "its process was ended");
  }
  kick_all();
}

// All processes were killed, those that ran commands and the membership too.
void ChatSession::on_restarted() {
  if (closed_) return;
  constexpr std::string_view why = "this node had to start again";
  for (auto& [key, lane] : lanes_) {
    lane.running = false;
    if (lane.current) abort_command(lane, why);
  }
  if (membership_) lose_room(end_membership(Ending::disconnected), std::string(why), true);
  if (lost_ && !lost_->cause.empty()) tell_cause(why);
  kick_all();
}

}  // namespace noex::chat
