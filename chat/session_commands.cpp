// The session's commands: each says in lines what it did, or why it did not.

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "chat/room.h"
#include "chat/session.h"
#include "chat/text.h"
#include "chat/trust.h"
#include "noex/runtime/message/call.h"

namespace noex::chat {

namespace {

// Between two looks whether the cluster has told what it knows.
constexpr Duration known_pause = 50ms;
// Of any list; nobody reads more, and a terminal takes long for it.
constexpr std::size_t list_lines_max = 1000;

// Texts that may yet come back: a room that takes so many in a row and answers none is stuck.
constexpr std::size_t unsure_max = 100;

constexpr std::string_view not_in_a_room = "Not in any room. Use /join <room> first.";

std::string registered_name(std::string_view room) {
  return fmt::format("{}{}", room_prefix, room);
}

std::string reason_of(const Error& error) {
  const bool said = error.code == ErrorCode::rejected && !error.detail.empty();
  return said ? visible(error.detail, shown_bytes_max) : std::string(describe(error.code));
}

std::string unreachable_line(std::string_view room, const Error& error) {
  return fmt::format("Could not reach room \"{}\" ({}). Try again.", room, reason_of(error));
}

// Why a message was lost, or may be: what ended on its way is another thing than no way at all.
std::string fate_of(const Error& error) {
  if (error.code == ErrorCode::noconnection) return "connection lost";
  const bool said = error.code == ErrorCode::cancelled && !error.detail.empty();
  return said ? error.detail : reason_of(error);
}

}  // namespace

task<ErrorCode> ChatSession::help(Command) {
  for (const std::string& line : help_lines()) show(line);
  co_return ErrorCode::ok;
}

task<ErrorCode> ChatSession::set_name(Command command) {
  if (membership_) {
    show("Cannot change username while in a room. Use /leave first.");
    co_return ErrorCode::invalid_argument;
  }
  user_ = command.argument;
  show(fmt::format("Username set to: {}", user_));
  co_return ErrorCode::ok;
}

task<ErrorCode> ChatSession::create(Command command) {
  const std::string& room = command.argument;
  const std::string& where = command.node;
  co_await refresh();
  NodeId target = home();
  if (target.empty()) {
    show("No member is connected: a client creates rooms on a node. Try again.");
    co_return ErrorCode::unreachable;
  }
  if (!where.empty()) {
    Result<NodeId> found = find_node(where);
    if (!found) {
      co_await until_known();
      found = find_node(where);
    }
    if (!found) {
      show(found.error().detail);
      for (const std::string& line : node_lines()) show(line);
      co_return found.error().code;
    }
    target = *found;
  }
  const std::string taken = fmt::format("Room \"{}\" already exists.", room);
  if (node_.registry().lookup(registered_name(room))) {
    show(taken);
    co_return ErrorCode::name_taken;
  }
  const SpawnOptions options = SpawnOptions().global(registered_name(room));
  const Result<Ref> created = co_await node_.spawn<Room>(target, options, room);
  if (created && where.empty()) {
    show(fmt::format("Room \"{}\" created successfully.", room));
  } else if (created) {
    show(fmt::format("Room \"{}\" created on {}.", room, target.text()));
  } else if (created.error().code == ErrorCode::name_taken) {
    show(taken);
  } else {
    show(fmt::format("Could not create room \"{}\" on {} ({}). Try again.", room, target.text(),
                     reason_of(created.error())));
  }
  co_return created ? ErrorCode::ok : created.error().code;
}

task<ErrorCode> ChatSession::join(Command command) {
  const std::string& room = command.argument;
  if (user_.empty()) {
    show("Please set a username first with /name <username>");
    co_return ErrorCode::invalid_argument;
  }
  if (membership_) {
    show(fmt::format("Already in room \"{}\". Use /leave first.", membership_->room_name));
    co_return ErrorCode::invalid_argument;
  }
  const Result<Ref> found = co_await find_room(room);
  if (!found && found.error().code == ErrorCode::noproc) {
    show(fmt::format("Room \"{}\" not found. Use /create to create it.", room));
    co_return ErrorCode::not_found;
  }
  if (!found) {
    show(unreachable_line(room, found.error()));
    co_return found.error().code;
  }
  const Result<void> entered = co_await enter(room, *found, false);
  if (entered) co_return ErrorCode::ok;
  const ErrorCode code = entered.error().code;
  if (code == ErrorCode::rejected || code == ErrorCode::malformed) {
    show(fmt::format("Failed to join: {}", visible(entered.error().detail, shown_bytes_max)));
  } else {
    show(unreachable_line(room, entered.error()));
  }
  co_return entered.error().code;
}

// What this node has not heard of yet, others may know.
task<Result<Ref>> ChatSession::find_room(std::string room) {
  const std::string registered = registered_name(room);
  if (config_.client != nullptr) co_return co_await node_.registry().find(registered);
  if (const std::optional<Ref> known = node_.registry().lookup(registered)) co_return *known;
  co_return co_await node_.registry().find(registered);
}

bool ChatSession::knows_cluster() const {
  if (config_.client != nullptr) return is_connected();
  const std::vector<Member> members = node_.members();
  return node_.settled() && std::ranges::none_of(members, [](const Member& member) {
           return member.linked && !member.up;
         });
}

task<void> ChatSession::until_known() {
  if (config_.client != nullptr) co_return co_await refresh();
  const Instant deadline = node_.loop().now() + node_.options().call_timeout;
  while (!knows_cluster() && node_.loop().now() < deadline) co_await node_.sleep(known_pause);
}

task<ErrorCode> ChatSession::leave(Command) {
  if (!membership_ && !lost_) {
    show(not_in_a_room);
    co_return ErrorCode::invalid_argument;
  }
  const std::string room = membership_ ? membership_->room_name : lost_->room_name;
  leave_membership(Ending::left);
  forget_lost();
  show(fmt::format("Left room \"{}\".", room));
  co_return ErrorCode::ok;
}

task<ErrorCode> ChatSession::say(Command command) {
  return post(std::move(command.argument), false);
}

task<ErrorCode> ChatSession::act(Command command) {
  return post(std::move(command.argument), true);
}

task<ErrorCode> ChatSession::post(std::string text, bool action) {
  if (!membership_) {
    if (!lost_) {
      show(not_in_a_room);
      co_return ErrorCode::invalid_argument;
    }
    show(fmt::format("Not delivered ({}): {}", describe(ErrorCode::unreachable), text));
    co_return ErrorCode::unreachable;
  }
  const Ref room = membership_->room;
  const Ref member = membership_->member;
  posting_ = Posting{room, member, text, action};
  observer_.on_post_sent(*this, room, member, text);
  const Result<Posted> posted = co_await room.call<Post>(member, text, action);
  if (!posted) co_return end_posting(posted.error());
  expect_back(*posted, std::exchange(posting_, std::nullopt)->member);
  observer_.on_post_ended(*this, room, member, ErrorCode::ok);
  co_return ErrorCode::ok;
}

// The answer can come before the message does: an equal one that is sent meanwhile is another.
void ChatSession::expect_back(const Posted& posted, const Ref& member) {
  if (!is_current(member) || posted.number < membership_->next) return;
  if (taken_.size() == unsure_max) taken_.erase(taken_.begin());
  taken_.push_back(posted.number);
}

// With some errors the room may have taken it, and others may have seen it: nobody can know here,
// unless it came back.
ErrorCode ChatSession::end_posting(const Error& error) {
  const Posting posting = *std::exchange(posting_, std::nullopt);
  ErrorCode code = error.code;
  if (posting.shown) {
    code = ErrorCode::ok;
  } else if (may_have_run(code) && code != ErrorCode::rejected) {
    show(fmt::format("Perhaps not delivered ({}): {}", fate_of(error), posting.text));
    if (unsure_.size() == unsure_max) unsure_.erase(unsure_.begin());
    unsure_.push_back(posting.text);
  } else {
    show(fmt::format("Not delivered ({}): {}", fate_of(error), posting.text));
  }
  observer_.on_post_ended(*this, posting.room, posting.member, code);
  return code;
}

task<ErrorCode> ChatSession::list_users(Command) {
  if (!membership_) {
    show(lost_ ? unreachable_line(lost_->room_name, Error{ErrorCode::unreachable, {}})
               : std::string(not_in_a_room));
    co_return lost_ ? ErrorCode::unreachable : ErrorCode::invalid_argument;
  }
  const std::string name = membership_->room_name;
  const Ref room = membership_->room;
  const Ref member = membership_->member;
  const Result<Users> users = co_await room.call<ListUsers>();
  if (!users) {
    show(unreachable_line(name, users.error()));
    co_return users.error().code;
  }
  if (const auto fault = fault_of(*users)) {
    if (is_current(member)) distrust(*fault);
    co_return ErrorCode::malformed;
  }
  std::vector<std::string> lines;
  for (const std::string& user : users->names) {
    lines.push_back(fmt::format("  - {}{}", user, user == user_ ? " (you)" : ""));
  }
  show(fmt::format("Users in \"{}\":", name));
  show_list(lines);
  co_return ErrorCode::ok;
}

task<ErrorCode> ChatSession::list_rooms(Command) {
  co_await until_known();
  // What no user can name is not listed: other programs may register what they like.
  std::vector<std::string> lines;
  for (const auto& [registered, room] : node_.registry().names(room_prefix)) {
    const std::string name = registered.substr(room_prefix.size());
    if (!is_name(name)) continue;
    const bool joined = membership() != nullptr && membership()->room == room;
    lines.push_back(
        fmt::format("  - {} (on {}){}", name, room.node().text(), joined ? " [joined]" : ""));
  }
  if (lines.empty()) {
    show("No rooms available. Use /create <name> to create one.");
    co_return ErrorCode::ok;
  }
  show("Available rooms:");
  show_list(lines);
  co_return ErrorCode::ok;
}

void ChatSession::show_list(const std::vector<std::string>& lines) {
  const std::size_t shown = std::min(lines.size(), list_lines_max);
  for (std::size_t i = 0; i < shown; ++i) show(lines[i]);
  if (shown < lines.size()) show(fmt::format("  ... and {} more", lines.size() - shown));
}

std::vector<std::string> ChatSession::node_lines() const {
  std::vector<std::string> lines;
  const bool is_client = config_.client != nullptr;
  if (!is_client) lines.push_back(fmt::format("  - {} (local)", node_.id().text()));
  for (const Member& member : node_.members()) {
    if (!member.up) continue;
    if (is_client) {
      const bool mine = member.incarnation.id == home();
      lines.push_back(
          fmt::format("  - {}{}", member.incarnation.id.text(), mine ? " (connected)" : ""));
      continue;
    }
    lines.push_back(fmt::format("  - {} ({})", member.incarnation.id.text(),
                                member.linked ? "connected" : "not connected"));
  }
  return lines;
}

task<ErrorCode> ChatSession::list_nodes(Command) {
  co_await refresh();
  const std::vector<std::string> lines = node_lines();
  show("Connected nodes:");
  show_list(lines);
  show(fmt::format("Total: {} node{}", lines.size(), lines.size() == 1 ? "" : "s"));
  co_return ErrorCode::ok;
}

// Errors: not_found or invalid_argument; the detail is a line that a list of nodes follows.
Result<NodeId> ChatSession::find_node(std::string_view text) const {
  std::vector<NodeId> candidates = {home()};
  for (const Member& member : node_.members()) {
    if (member.up && member.incarnation.id != home()) candidates.push_back(member.incarnation.id);
  }
  std::vector<NodeId> named;
  for (const NodeId& id : candidates) {
    if (id.text() == text) return id;
    if (id.name() == text) named.push_back(id);
  }
  if (named.size() == 1) return named.front();
  if (named.empty()) {
    return fail(ErrorCode::not_found, fmt::format("Node not found: {}. Available nodes:", text));
  }
  return fail(ErrorCode::invalid_argument,
              fmt::format("Two nodes are called {}. Use a full id. Available nodes:", text));
}

task<ErrorCode> ChatSession::quit(Command) {
  leave_membership(Ending::left);
  forget_lost();
  end_quitting_command();
  output_.quit();
  co_return ErrorCode::ok;
}

}  // namespace noex::chat
