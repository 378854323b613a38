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
      handle_(std::make_shared<SessionHandle>()),
      self_(std::make_shared<ChatSession*>(this)),
      look_timer_(node.loop()),
      cause_timer_(node.loop()) {
  handle_->events = this;
  watch_node();
  watch_client();
}

ChatSession::~ChatSession() {
  close();
  handle_->events = nullptr;
  *self_ = nullptr;
}

// The node keeps its callbacks for good; they are told when this session is gone.
void ChatSession::watch_node() {
  node_.on_node_up([self = self_](const NodeId& id) {
    if (*self != nullptr) (*self)->on_node_up(id);
  });
  node_.on_node_down([self = self_](const NodeId& id, DownReason why) {
    if (*self != nullptr) (*self)->on_node_down(id, why);
  });
  node_.on_seed_unreachable([self = self_](const NodeId& id, ErrorCode why) {
    if (*self != nullptr) (*self)->on_seed_unreachable(id, why);
  });
  node_.on_restarted([self = self_] {
    if (*self != nullptr) (*self)->on_restarted();
  });
}

// What was typed and what became of it: nobody can be told of it later.
void ChatSession::close() {
  if (closed_) return;
  for (auto& [key, lane] : lanes_) {
    if (lane.current) abort_command(lane, "this node leaves");
    refuse_all(lane, "this node leaves");
  }
  forget_lost();
  leave_membership(Ending::closed);
  closed_ = true;
  for (auto& [key, lane] : lanes_) {
    if (lane.running) node_.exit(lane.runner, ExitReason::killed());
  }
}

void ChatSession::show(std::string_view line) {
  if (closed_) return;
  observer_.on_line_shown(*this, line);
  output_.show(line);
}

}  // namespace noex::chat
