// Roster: who is in the room that the user is in, as far as is known here; for completion.
//
// Watches one session: asks the room once when it was joined, then follows what the session sees.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "chat/observer.h"
#include "noex/runtime/node/node.h"

namespace noex::chat {

class Roster : public ChatObserver {
 public:
  std::vector<std::string> users() const { return {users_.begin(), users_.end()}; }

  void on_joined(const ChatSession& session, const Ref& room, const Ref& member,
                 const Welcome& welcome) override;
  void on_message_shown(const ChatSession& session, const Ref& room, const Ref& member,
                        const Message& message, bool history) override;
  void on_notice_shown(const ChatSession& session, const Ref& room, const Ref& member,
                       const Notice& notice) override;
  void on_membership_ended(const ChatSession& session, const Ref& room, const Ref& member,
                           Ending why) override;

 private:
  task<void> ask(Ref room, Ref member);
  void add(const std::string& user);

  Ref member_;  // of whose room these are
  std::set<std::string> users_;
};

}  // namespace noex::chat
