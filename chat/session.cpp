#include "chat/session.h"

#include <fmt/format.h>

#include "chat/text.h"

namespace noex::chat {

ChatSession::ChatSession(Node& node, ChatOutput& output, ChatObserver& observer,
                         ChatSessionConfig config)
    : node_(node),
      output_(output),
      observer_(observer),
      config_(std::move(config)),
      handle_(std::make_shared<SessionHandle>()) {
  handle_->events = this;
  watch_node();
}

ChatSession::~ChatSession() {
  close();
  handle_->events = nullptr;
}

// The node keeps its callbacks for good; the handle tells them when this session is gone.
void ChatSession::watch_node() {
  node_.on_node_up([this, handle = handle_](const NodeId& id) {
    if (handle->events != nullptr) show(fmt::format("Node joined: {}", id.text()));
  });
  node_.on_node_down([this, handle = handle_](const NodeId& id, DownReason why) {
    if (handle->events == nullptr) return;
    show(fmt::format("Node left: {} ({})", id.text(), describe(why)));
  });
  node_.on_restarted([this, handle = handle_] {
    if (handle->events != nullptr) on_restarted();
  });
}

void ChatSession::command(std::string line) {
  if (closed_) return;
  queue_.push_back(Job{std::move(line), {}, {}});
  kick();
}

void ChatSession::close() {
  if (closed_) return;
  closed_ = true;
  queue_.clear();
  leave_membership(Ending::closed);
  end_command(ErrorCode::cancelled);
  if (running_) node_.exit(runner_, ExitReason::killed());
}

void ChatSession::kick() {
  if (running_ || closed_ || queue_.empty()) return;
  Result<Ref> started = node_.run(run_jobs());
  if (started) {
    running_ = true;
    runner_ = *started;
    return;
  }
  for (const Job& job : std::exchange(queue_, {})) {
    show(fmt::format("Not done ({}): {}", describe(started.error().code), visible(job.line)));
  }
}

task<void> ChatSession::run_jobs() {
  while (!queue_.empty() && !closed_) {
    Job job = std::move(queue_.front());
    queue_.pop_front();
    if (!job.winner.empty()) {
      co_await move(std::move(job));
      continue;
    }
    begin_command(job.line);
    const ErrorCode code = co_await run_line(std::move(job.line));
    end_command(code);
  }
  running_ = false;
}

void ChatSession::begin_command(const std::string& line) {
  current_line_ = line;
  observer_.on_command_started(*this, line);
}

void ChatSession::end_command(ErrorCode code) {
  if (!current_line_) return;
  const std::string line = *std::exchange(current_line_, std::nullopt);
  observer_.on_command_ended(*this, line, code);
}

// All processes were killed, the one that ran the commands too.
void ChatSession::on_restarted() {
  running_ = false;
  if (membership_) end_membership(Ending::failed);  // killed before it could say so
  if (current_line_) {
    show(fmt::format("Not done, as this node had to start again: {}", visible(*current_line_)));
  }
  end_command(ErrorCode::cancelled);
  kick();
}

task<ErrorCode> ChatSession::run_line(std::string line) {
  std::expected<Command, std::string> command = parse_line(line);
  if (!command) {
    show(command.error());
    co_return ErrorCode::invalid_argument;
  }
  co_return co_await run_command(std::move(*command));
}

task<ErrorCode> ChatSession::run_command(Command command) {
  switch (command.verb) {
    case Verb::create:
      co_return co_await create(std::move(command.argument), std::move(command.node));
    case Verb::join:
      co_return co_await join(std::move(command.argument));
    case Verb::message:
      co_return co_await post(std::move(command.argument));
    case Verb::users:
      co_return co_await list_users();
    default:
      co_return run_at_once(command);
  }
}

ErrorCode ChatSession::run_at_once(const Command& command) {
  switch (command.verb) {
    case Verb::help:
      return help();
    case Verb::name:
      return set_name(command.argument);
    case Verb::leave:
      return leave();
    case Verb::rooms:
      return list_rooms();
    case Verb::nodes:
      return list_nodes();
    case Verb::quit:
      return quit();
    default:
      return ErrorCode::ok;
  }
}

void ChatSession::show(std::string_view line) {
  if (closed_) return;
  observer_.on_line_shown(*this, line);
  output_.show(line);
}

}  // namespace noex::chat
