#include "chat/roster.h"

#include "chat/session.h"
#include "chat/text.h"

namespace noex::chat {

namespace {

// A room holds no more; a peer may say so.
constexpr std::size_t users_max = 10'000;

}  // namespace

void Roster::on_joined(const ChatSession& session, const Ref& room, const Ref& member,
                       const Welcome&) {
  member_ = member;
  users_.clear();
  (void)session.node().run(ask(room, member));
}

task<void> Roster::ask(Ref room, Ref member) {
  const Result<Users> users = co_await room.call<ListUsers>();
  if (!users || member_ != member) co_return;
  for (const std::string& user : users->names) add(user);
}

void Roster::add(const std::string& user) {
  if (users_.size() < users_max && is_name(user)) users_.insert(user);
}

void Roster::on_message_shown(const ChatSession&, const Ref&, const Ref&, const Message& message,
                              bool history) {
  if (!history) add(message.user);
}

void Roster::on_notice_shown(const ChatSession&, const Ref&, const Ref&, const Notice& notice) {
  if (notice.kind == NoticeKind::joined) {
    add(notice.user);
  } else {
    users_.erase(notice.user);
  }
}

void Roster::on_membership_ended(const ChatSession&, const Ref&, const Ref& member, Ending) {
  if (member_ != member) return;
  member_ = Ref();
  users_.clear();
}

}  // namespace noex::chat
