// The session's commands: each says in lines what it did, or why it did not.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "chat/room.h"
#include "chat/session.h"
#include "chat/text.h"

namespace noex::chat {

namespace {

// Between two tries to join the room that took over a name.
constexpr Duration move_pause = 200ms;

constexpr std::array<std::string_view, 12> help_lines = {
    "Commands:",
    "  /name <username>          set your username (required before joining)",
    "  /create <room>            create a room on this node",
    "  /create <room> on <node>  create a room on that node (name or full id)",
    "  /join <room>              join a room",
    "  /leave                    leave the current room",
    "  /msg <text>               send a message; plain text in a room does the same",
    "  /users                    list the users in the current room",
    "  /rooms                    list all rooms of the cluster",
    "  /nodes                    list the nodes",
    "  /help                     show this list",
    "  /quit                     leave the cluster and exit",
};

constexpr std::string_view not_in_a_room = "Not in any room. Use /join <room> first.";

std::string registered_name(std::string_view room) {
  return fmt::format("{}{}", room_prefix, room);
}

std::string reason_of(const Error& error) {
  const bool said = error.code == ErrorCode::rejected && !error.detail.empty();
  return said ? visible(error.detail) : std::string(describe(error.code));
}

std::string unreachable_line(std::string_view room, const Error& error) {
  return fmt::format("Could not reach room \"{}\" ({}). Try again.", room, reason_of(error));
}

}  // namespace

ErrorCode ChatSession::help() {
  for (const std::string_view line : help_lines) show(line);
  return ErrorCode::ok;
}

ErrorCode ChatSession::set_name(const std::string& name) {
  if (membership_) {
    show("Cannot change username while in a room. Use /leave first.");
    return ErrorCode::invalid_argument;
  }
  user_ = name;
  show(fmt::format("Username set to: {}", user_));
  return ErrorCode::ok;
}

task<ErrorCode> ChatSession::create(std::string room, std::string where) {
  NodeId target = node_.id();
  if (!where.empty()) {
    const Result<NodeId> found = find_node(where);
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

task<ErrorCode> ChatSession::join(std::string room) {
  if (user_.empty()) {
    show("Please set a username first with /name <username>");
    co_return ErrorCode::invalid_argument;
  }
  if (membership_) {
    show(fmt::format("Already in room \"{}\". Use /leave first.", membership_->room_name));
    co_return ErrorCode::invalid_argument;
  }
  const std::optional<Ref> found = node_.registry().lookup(registered_name(room));
  if (!found) {
    show(fmt::format("Room \"{}\" not found. Use /create to create it.", room));
    co_return ErrorCode::not_found;
  }
  const Result<void> entered = co_await enter(room, *found, false);
  if (entered) co_return ErrorCode::ok;
  if (entered.error().code == ErrorCode::rejected) {
    show(fmt::format("Failed to join: {}", reason_of(entered.error())));
  } else {
    show(unreachable_line(room, entered.error()));
  }
  co_return entered.error().code;
}

// The link to the winner's node may be younger than the news of it, and the winner may lose to a
// third room meanwhile: so it is tried again for a while, wherever the name is by then.
task<void> ChatSession::move(Job job) {
  const Instant deadline = node_.loop().now() + node_.options().call_timeout;
  const std::string registered = registered_name(job.room_name);
  Ref target = job.winner;
  for (;;) {
    const Result<void> entered = co_await enter(job.room_name, target, true);
    if (entered) co_return;
    const bool final = entered.error().code == ErrorCode::rejected;
    if (final || node_.loop().now() >= deadline) {
      show(
          fmt::format("You were disconnected from the room: two rooms named \"{}\" met, and the "
                      "one on {} could not be joined ({}).",
                      job.room_name, target.node().text(), reason_of(entered.error())));
      co_return;
    }
    co_await node_.sleep(move_pause);
    if (const std::optional<Ref> holder = node_.registry().lookup(registered)) target = *holder;
  }
}

ErrorCode ChatSession::leave() {
  if (!membership_) {
    show(not_in_a_room);
    return ErrorCode::invalid_argument;
  }
  const std::string room = membership_->room_name;
  leave_membership(Ending::left);
  show(fmt::format("Left room \"{}\".", room));
  return ErrorCode::ok;
}

task<ErrorCode> ChatSession::post(std::string text) {
  if (!membership_) {
    show(not_in_a_room);
    co_return ErrorCode::invalid_argument;
  }
  const Ref room = membership_->room;
  const Ref member = membership_->member;
  const Result<Posted> posted = co_await room.call<Post>(member, text);
  if (posted) co_return ErrorCode::ok;
  show(fmt::format("Not delivered ({}): {}", reason_of(posted.error()), text));
  co_return posted.error().code;
}

task<ErrorCode> ChatSession::list_users() {
  if (!membership_) {
    show(not_in_a_room);
    co_return ErrorCode::invalid_argument;
  }
  const std::string name = membership_->room_name;
  const Ref room = membership_->room;
  const Result<Users> users = co_await room.call<ListUsers>();
  if (!users) {
    show(unreachable_line(name, users.error()));
    co_return users.error().code;
  }
  show(fmt::format("Users in \"{}\":", name));
  for (const std::string& user : users->names) {
    show(fmt::format("  - {}{}", visible(user), user == user_ ? " (you)" : ""));
  }
  co_return ErrorCode::ok;
}

ErrorCode ChatSession::list_rooms() {
  const std::map<std::string, Ref> rooms = node_.registry().names(room_prefix);
  if (rooms.empty()) {
    show("No rooms available. Use /create <name> to create one.");
    return ErrorCode::ok;
  }
  show("Available rooms:");
  for (const auto& [name, room] : rooms) {
    const bool joined = membership() != nullptr && membership()->room == room;
    show(fmt::format("  - {} (on {}){}", visible(name.substr(room_prefix.size())),
                     room.node().text(), joined ? " [joined]" : ""));
  }
  return ErrorCode::ok;
}

std::vector<std::string> ChatSession::node_lines() const {
  std::vector<std::string> lines = {fmt::format("  - {} (local)", node_.id().text())};
  for (const Member& member : node_.members()) {
    if (!member.up) continue;
    lines.push_back(fmt::format("  - {} ({})", member.incarnation.id.text(),
                                member.linked ? "connected" : "not connected"));
  }
  return lines;
}

ErrorCode ChatSession::list_nodes() {
  const std::vector<std::string> lines = node_lines();
  show("Connected nodes:");
  for (const std::string& line : lines) show(line);
  show(fmt::format("Total: {} node{}", lines.size(), lines.size() == 1 ? "" : "s"));
  return ErrorCode::ok;
}

// Errors: not_found or invalid_argument; the detail is a line that a list of nodes follows.
Result<NodeId> ChatSession::find_node(std::string_view text) const {
  std::vector<NodeId> candidates = {node_.id()};
  for (const Member& member : node_.members()) {
    if (member.up) candidates.push_back(member.incarnation.id);
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

ErrorCode ChatSession::quit() {
  leave_membership(Ending::left);
  output_.quit();
  return ErrorCode::ok;
}

}  // namespace noex::chat
