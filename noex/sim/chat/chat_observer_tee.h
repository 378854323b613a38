// ChatObserverTee: passes everything on to two observers of the chat, one after the other.
//
// What a ChatObserver learns to say is to be added here, or a recorded run would be checked less.
#pragma once

#include "chat/observer.h"

namespace noex::sim {

class ChatObserverTee final : public chat::ChatObserver {
 public:
  using Session = chat::ChatSession;

  // Both outlive it.
  ChatObserverTee(chat::ChatObserver& first, chat::ChatObserver& second)
      : first_(first), second_(second) {}

  void on_room_created(const Ref& room, const std::string& name) override {
    both(&ChatObserver::on_room_created, room, name);
  }
  void on_room_ended(const Ref& room, const ExitReason& reason) override {
    both(&ChatObserver::on_room_ended, room, reason);
  }
  void on_member_joined(const Ref& room, const Ref& member, const std::string& user,
                        std::uint64_t next) override {
    both(&ChatObserver::on_member_joined, room, member, user, next);
  }
  void on_member_removed(const Ref& room, const Ref& member, chat::Removal why) override {
    both(&ChatObserver::on_member_removed, room, member, why);
  }
  void on_message_accepted(const Ref& room, const chat::Message& message,
                           const Ref& member) override {
    both(&ChatObserver::on_message_accepted, room, message, member);
  }
  void on_history(const Ref& room, std::size_t messages) override {
    both(&ChatObserver::on_history, room, messages);
  }
  void on_command_started(const Session& session, std::string_view line) override {
    both(&ChatObserver::on_command_started, session, line);
  }
  void on_command_ended(const Session& session, std::string_view line, ErrorCode code) override {
    both(&ChatObserver::on_command_ended, session, line, code);
  }
  void on_line_shown(const Session& session, std::string_view line) override {
    both(&ChatObserver::on_line_shown, session, line);
  }
  void on_post_sent(const Session& session, const Ref& room, const Ref& member,
                    std::string_view text) override {
    both(&ChatObserver::on_post_sent, session, room, member, text);
  }
  void on_post_ended(const Session& session, const Ref& room, const Ref& member,
                     ErrorCode code) override {
    both(&ChatObserver::on_post_ended, session, room, member, code);
  }
  void on_distrusted(const Session& session, const Ref& room, std::string_view why) override {
    both(&ChatObserver::on_distrusted, session, room, why);
  }
  void on_join_sent(const Session& session, const Ref& room, const Ref& member) override {
    both(&ChatObserver::on_join_sent, session, room, member);
  }
  void on_joined(const Session& session, const Ref& room, const Ref& member,
                 const chat::Welcome& welcome) override {
    both(&ChatObserver::on_joined, session, room, member, welcome);
  }
  void on_message_shown(const Session& session, const Ref& room, const Ref& member,
                        const chat::Message& message, bool history) override {
    both(&ChatObserver::on_message_shown, session, room, member, message, history);
  }
  void on_notice_shown(const Session& session, const Ref& room, const Ref& member,
                       const chat::Notice& notice) override {
    both(&ChatObserver::on_notice_shown, session, room, member, notice);
  }
  void on_membership_ended(const Session& session, const Ref& room, const Ref& member,
                           chat::Ending ending) override {
    both(&ChatObserver::on_membership_ended, session, room, member, ending);
  }
  void on_gap(const Session& session, const Ref& room, const Ref& member, std::uint64_t expected,
              std::uint64_t got) override {
    both(&ChatObserver::on_gap, session, room, member, expected, got);
  }

 private:
  template <class Function, class... Args>
  void both(Function function, const Args&... args) {
    (first_.*function)(args...);
    (second_.*function)(args...);
  }

  chat::ChatObserver& first_;
  chat::ChatObserver& second_;
};

}  // namespace noex::sim
