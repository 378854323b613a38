#include "noex/sim/chat/chat_program.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "chat/room.h"

namespace noex::sim {

namespace {

// The simulator's time zone is UTC.
std::string time_of_day(WallTime time) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  std::string text = "00:00:00";
  const auto put = [&text](std::size_t at, std::int64_t number) {
    text[at] = static_cast<char>('0' + number / 10);
    text[at + 1] = static_cast<char>('0' + number % 10);
  };
  put(0, seconds / 3600 % 24);
  put(3, seconds / 60 % 60);
  put(6, seconds % 60);
  return text;
}

}  // namespace

void ChatProgram::Roles::on_room_created(const Ref& room, const std::string& name) {
  std::string& role = common_.rooms[room];
  role = fmt::format("room {}", name);
  host_.name_process(room, role);
}

void ChatProgram::Roles::on_join_sent(const chat::ChatSession& session, const Ref& room,
                                      const Ref& member) {
  const auto known = common_.rooms.find(room);
  const std::string_view where =
      known == common_.rooms.end() ? std::string_view("a room") : std::string_view(known->second);
  host_.name_process(member, fmt::format("{} in {}", session.user(), where));
}

// In a turn of the session: it ends in a later one.
void ChatProgram::User::quit() {
  here = false;
  session->close();
}

ChatProgram::ChatProgram(ProgramHost& host, ChatCommon& common, ChatChecker& checker)
    : host_(host),
      common_(common),
      checker_(checker),
      roles_(host, common),
      observer_(checker, roles_) {
  chat::add_room_behavior(host.node(), observer_);
  for (std::uint32_t user = 0; user < users_per_node; ++user) {
    users_[user].host = &host;
    users_[user].number = user;
  }
}

void ChatProgram::start() {
  for (std::uint32_t user = 0; user < users_per_node; ++user) open(user);
}

bool ChatProgram::open(std::uint32_t user) {
  const std::uint64_t label = ++common_.sessions;
  User& chair = users_[user];
  if (chair.here || leaving_) return false;
  chair.session.reset();
  chat::ChatSessionConfig config;
  config.label = label;
  config.time_of_day = time_of_day;
  chair.session =
      std::make_unique<chat::ChatSession>(host_.node(), chair, observer_, std::move(config));
  chair.here = true;
  return true;
}

// A line is typed even if one before it has sent the user away.
void ChatProgram::operate(std::uint32_t user, const std::string& line) {
  chat::ChatSession& session = *users_[user].session;
  checker_.on_typed(session.label(), line);
  session.command(line);
}

void ChatProgram::leave() {
  leaving_ = true;
  for (User& chair : users_) {
    if (chair.session) chair.session->close();
    chair.here = false;
  }
}

}  // namespace noex::sim
