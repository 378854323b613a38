// ChatChecker: C1 to C9, from what rooms accept and what sessions show.
//
// Knows every message that any room accepted, every membership, and everything that any session
// was shown. One for the whole run; sessions are told apart by their label, unique in a run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chat/observer.h"
#include "noex/sim/chat/fate_checker.h"
#include "noex/sim/check/property.h"
#include "noex/sim/check/truth.h"

namespace noex::sim {

class ChatChecker final : public chat::ChatObserver {
 public:
  ChatChecker(const Truth& truth, Tally& tally)
      : truth_(truth), tally_(tally), fates_(truth, tally) {}

  // Everything on that incarnation is gone without a word.
  void on_node_ended(const Incarnation& node);
  void on_typed(std::uint64_t session, std::string_view line);
  // The full mailbox of a process, maybe a membership, refuses a message.
  void on_message_refused(const Ref& process);
  void at_end();
  std::uint64_t messages_accepted() const { return accepted_; }
  std::uint64_t messages_shown() const { return shown_; }

  void on_room_created(const Ref& room, const std::string& name) override;
  void on_room_ended(const Ref& room, const ExitReason& reason) override;
  void on_member_joined(const Ref& room, const Ref& member, const std::string& user,
                        std::uint64_t next) override;
  void on_member_removed(const Ref& room, const Ref& member, chat::Removal why) override;
  void on_message_accepted(const Ref& room, const chat::Message& message,
                           const Ref& member) override;
  void on_history(const Ref& room, std::size_t messages) override;
  void on_line_shown(const chat::ChatSession& session, std::string_view line) override;
  void on_join_sent(const chat::ChatSession& session, const Ref& room, const Ref& member) override;
  void on_joined(const chat::ChatSession& session, const Ref& room, const Ref& member,
                 const chat::Welcome& welcome) override;
  void on_message_shown(const chat::ChatSession& session, const Ref& room, const Ref& member,
                        const chat::Message& message, bool history) override;
  void on_notice_shown(const chat::ChatSession& session, const Ref& room, const Ref& member,
                       const chat::Notice& notice) override;
  void on_membership_ended(const chat::ChatSession& session, const Ref& room, const Ref& member,
                           chat::Ending why) override;
  void on_post_sent(const chat::ChatSession& session, const Ref& room, const Ref& member,
                    std::string_view text) override;
  void on_post_ended(const chat::ChatSession& session, const Ref& room, const Ref& member,
                     ErrorCode code) override;
  void on_distrusted(const chat::ChatSession& session, const Ref& room,
                     std::string_view why) override;
  void on_gap(const chat::ChatSession& session, const Ref& room, const Ref& member,
              std::uint64_t expected, std::uint64_t got) override;

 private:
  using Label = std::uint64_t;

  struct Seat {
    std::string user;
    std::uint64_t next = 0;
  };
  struct Room {
    std::string name;
    bool ended = false;
    std::vector<chat::Message> accepted;  // by number, from 1
    std::map<Ref, Seat> seats;
    std::map<Label, std::size_t> sent_up_to;  // of each session: the line accepted last
  };
  struct Membership {
    Label session = 0;
    std::string user;  // as the room has it
    Ref room;
    bool joined = false;
    bool ended = false;
    bool refused = false;               // its mailbox refused a message
    bool gap = false;                   // so that it saw a gap
    bool overflowed = false;            // the room has removed it for that
    std::uint64_t next = 0;             // the number that comes next, live
    std::deque<std::uint64_t> history;  // numbers still to be shown
  };
  struct Session {
    std::vector<std::string> lines;  // as typed
    Ref asked;                       // the room of its last join
    Ref member;                      // the membership of that
    bool removed = false;            // and not told yet
    std::map<Ref, std::set<std::uint64_t>> shown;
  };

  void expect(const Property& property, bool holds, auto&& text) {
    tally_.expect(property, truth_.now(), holds, text);
  }
  Membership* open_membership(const Ref& member);
  std::string who(const Ref& member) const;
  std::set<Ref> believers(const Ref& room) const;
  void check_posts_in_vain(const chat::ChatSession& session);
  void check_removed();

  const Truth& truth_;
  Tally& tally_;
  FateChecker fates_;
  std::map<Ref, Room> rooms_;
  std::map<Ref, Membership> memberships_;
  std::map<Label, Session> sessions_;
  std::uint64_t accepted_ = 0;
  std::uint64_t shown_ = 0;
};

}  // namespace noex::sim
