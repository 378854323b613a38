#include "noex/sim/chat/chat_checker.h"

#include <algorithm>

#include <fmt/format.h>

#include "chat/session.h"
#include "chat/text.h"
#include "noex/sim/chat/chat_properties.h"

namespace noex::sim {

namespace {

// Could this line, as typed, have become that message?
bool says(const std::string& line, const std::string& text) {
  return visible(chat::trimmed(line)).ends_with(text);
}

}  // namespace

void ChatChecker::on_node_ended(const Incarnation& node) {
  fates_.on_node_ended(node);
  for (auto& [ref, room] : rooms_) {
    if (ref.lives_on(node)) room.ended = true;
  }
  for (auto& [ref, membership] : memberships_) {
    if (ref.lives_on(node)) membership.ended = true;
  }
}

ChatChecker::Membership* ChatChecker::open_membership(const Ref& member) {
  const auto found = memberships_.find(member);
  if (found == memberships_.end() || !found->second.joined || found->second.ended) return nullptr;
  return &found->second;
}

std::string ChatChecker::who(const Ref& member) const {
  for (const auto& [_, room] : rooms_) {
    const auto seat = room.seats.find(member);
    if (seat != room.seats.end()) {
      return fmt::format("{} at {}", seat->second.user, member.node().text());
    }
  }
  return member.text();
}

// --- What rooms do ---

void ChatChecker::on_room_created(const Ref& room, const std::string& name) {
  rooms_[room].name = name;
}

void ChatChecker::on_room_ended(const Ref& room, const ExitReason&) {
  rooms_[room].ended = true;
}

void ChatChecker::on_member_joined(const Ref& room, const Ref& member, const std::string& user,
                                   std::uint64_t next) {
  Room& joined = rooms_[room];
  const auto namesake = std::ranges::find_if(
      joined.seats, [&](const auto& seat) { return seat.second.user == user; });
  expect(property::c10, namesake == joined.seats.end(), [&] {
    return fmt::format("room \"{}\" takes {} of {} in, and has one of {} already", joined.name,
                       user, member.node().text(), namesake->first.node().text());
  });
  joined.seats[member] = Seat{user, next};
  // A membership is told before the session hears of it.
  const auto membership = memberships_.find(member);
  if (membership != memberships_.end()) membership->second.user = user;
}

// That its mailbox was full is told over the same link as its end, so before it.
void ChatChecker::on_member_removed(const Ref& room, const Ref& member, chat::Removal why) {
  rooms_[room].seats.erase(member);
  const auto found = memberships_.find(member);
  if (found == memberships_.end()) return;
  Membership& membership = found->second;
  if (why == chat::Removal::overflow) membership.overflowed = true;
  if (why != chat::Removal::ended || !membership.refused) return;
  tally_.violated(property::c3, truth_.now(),
                  fmt::format("the mailbox of {} refused messages of \"{}\", which was not told",
                              member.text(), rooms_[room].name));
}

void ChatChecker::on_message_accepted(const Ref& ref, const chat::Message& message,
                                      const Ref& member) {
  Room& room = rooms_[ref];
  ++accepted_;
  room.accepted.push_back(message);
  fates_.on_accepted(ref, message, member);
  expect(property::c5, message.number == room.accepted.size(), [&] {
    return fmt::format("room \"{}\" gives number {} to its message {}", room.name, message.number,
                       room.accepted.size());
  });
  const auto membership = memberships_.find(member);
  if (membership == memberships_.end()) return;
  const auto& lines = sessions_[membership->second.session].lines;
  std::size_t& last = room.sent_up_to[membership->second.session];
  const auto typed = [&](const std::string& line) { return says(line, message.text); };
  const auto from = lines.begin() + static_cast<std::ptrdiff_t>(last);
  const auto at = std::find_if(from, lines.end(), typed);
  const bool sent = at != lines.end() || std::ranges::any_of(lines, typed);
  expect(property::c1, sent, [&] {
    return fmt::format("room \"{}\" accepted \"{}\" of {}, who never typed it", room.name,
                       message.text, message.user);
  });
  expect(property::c4, !sent || at != lines.end(), [&] {
    return fmt::format("room \"{}\" accepted \"{}\" of {} after what he typed later", room.name,
                       message.text, message.user);
  });
  if (at != lines.end()) last = static_cast<std::size_t>(at - lines.begin()) + 1;
}

void ChatChecker::on_history(const Ref& room, std::size_t messages) {
  expect(property::c8, messages <= chat::history_messages_max,
         [&] { return fmt::format("room \"{}\" keeps {} messages", rooms_[room].name, messages); });
}

// --- What sessions do ---

void ChatChecker::on_typed(std::uint64_t session, std::string_view line) {
  sessions_[session].lines.emplace_back(line);
}

void ChatChecker::on_message_refused(const Ref& process) {
  const auto membership = memberships_.find(process);
  if (membership != memberships_.end()) membership->second.refused = true;
}

void ChatChecker::on_join_sent(const chat::ChatSession& session, const Ref& room,
                               const Ref& member) {
  Membership& membership = memberships_[member] = Membership{};
  membership.session = session.label();
  membership.room = room;
  Session& joining = sessions_[session.label()];
  joining.asked = room;
  joining.member = member;
}

// A room tells whom it removes over the same link as its later answers, so before them.
void ChatChecker::check_posts_in_vain(const chat::ChatSession& session) {
  const Membership* membership = open_membership(sessions_[session.label()].member);
  if (membership == nullptr || !membership->overflowed) return;
  tally_.violated(property::c3, truth_.now(),
                  fmt::format("{} was removed from \"{}\" as too slow, and was not told",
                              session.user(), rooms_.at(membership->room).name));
}

// The seat of the same session's earlier membership must never be in the way of a later one.
void ChatChecker::on_line_shown(const chat::ChatSession& session, std::string_view line) {
  fates_.on_line_shown(session.label(), line);
  if (line.starts_with("You were removed from room")) sessions_[session.label()].removed = false;
  if (line.starts_with("Not delivered (you are not in this room)")) check_posts_in_vain(session);
  if (line != "Failed to join: Username already taken in this room") return;
  const Room& room = rooms_[sessions_[session.label()].asked];
  for (const auto& [member, seat] : room.seats) {
    if (seat.user != session.user()) continue;
    const auto membership = memberships_.find(member);
    const bool own_ghost = membership != memberships_.end() &&
                           membership->second.session == session.label() &&
                           membership->second.ended;
    expect(property::c7, !own_ghost, [&] {
      return fmt::format("{} was refused in \"{}\" by his own ghost", seat.user, room.name);
    });
  }
}

void ChatChecker::on_joined(const chat::ChatSession& session, const Ref& ref, const Ref& member,
                            const chat::Welcome& welcome) {
  Membership& membership = memberships_[member];
  const Room& room = rooms_[ref];
  membership.joined = true;
  membership.next = welcome.next;
  const auto& shown = sessions_[session.label()].shown[ref];
  const std::uint64_t bound = chat::history_messages_max;
  const std::uint64_t first = welcome.next > bound ? welcome.next - bound : 1;
  for (std::uint64_t number = first; number < welcome.next; ++number) {
    if (number > room.accepted.size() || shown.contains(number)) continue;
    membership.history.push_back(number);
  }
  const auto accepted = [&room](std::uint64_t number) -> const chat::Message& {
    return room.accepted[number - 1];
  };
  const bool due = std::ranges::equal(welcome.history, membership.history, {}, {}, accepted);
  expect(property::c8, due, [&] {
    return fmt::format(
        "{} joined \"{}\" at number {} and is given {} messages of its history, not the {} that "
        "are due",
        session.user(), room.name, welcome.next, welcome.history.size(), membership.history.size());
  });
}

void ChatChecker::on_message_shown(const chat::ChatSession& session, const Ref& ref,
                                   const Ref& member, const chat::Message& message, bool history) {
  ++shown_;
  const Room& room = rooms_[ref];
  const std::uint64_t number = message.number;
  const bool sent =
      number >= 1 && number <= room.accepted.size() && room.accepted[number - 1] == message;
  expect(property::c1, sent, [&] {
    return fmt::format("{} is shown \"{}\" as number {} of \"{}\", which did not accept that",
                       session.user(), message.text, number, room.name);
  });
  fates_.on_shown(session.label(), ref, number);
  const bool first = sessions_[session.label()].shown[ref].insert(number).second;
  expect(property::c2, first, [&] {
    return fmt::format("{} is shown message {} of \"{}\" a second time", session.user(), number,
                       room.name);
  });
  Membership* membership = open_membership(member);
  expect(property::c6, membership != nullptr, [&] {
    return fmt::format("{} is shown message {} of \"{}\", where he is not any more", session.user(),
                       number, room.name);
  });
  if (membership == nullptr) return;
  if (history) {
    const bool due = !membership->history.empty() && membership->history.front() == number;
    expect(property::c8, due, [&] {
      return fmt::format("{} is shown message {} of \"{}\" as history out of its turn",
                         session.user(), number, room.name);
    });
    if (due) membership->history.pop_front();
    return;
  }
  expect(property::c5, number == membership->next, [&] {
    return fmt::format("{} is shown message {} of \"{}\" where {} comes next", session.user(),
                       number, room.name, membership->next);
  });
  expect(property::c8, membership->history.empty(), [&] {
    return fmt::format("{} is shown live message {} of \"{}\" before {} messages of its history",
                       session.user(), number, room.name, membership->history.size());
  });
  membership->next = number + 1;
}

void ChatChecker::on_notice_shown(const chat::ChatSession& session, const Ref& room,
                                  const Ref& member, const chat::Notice& notice) {
  expect(property::c6, open_membership(member) != nullptr, [&] {
    return fmt::format("{} is shown a notice about {} of \"{}\", where he is not any more",
                       session.user(), notice.user, rooms_[room].name);
  });
  const auto membership = memberships_.find(member);
  const bool own = membership != memberships_.end() && membership->second.user == notice.user;
  expect(property::c10, !own, [&] {
    return fmt::format("{} is told of himself in \"{}\"", notice.user, rooms_[room].name);
  });
}

// Who is removed is out of the room: nothing more is shown to him, so nothing may be sent to him.
// Who saw a gap knows before the room does.
void ChatChecker::on_membership_ended(const chat::ChatSession& session, const Ref& ref,
                                      const Ref& member, chat::Ending why) {
  Membership& membership = memberships_[member];
  membership.ended = true;
  if (why != chat::Ending::removed) return;
  sessions_[session.label()].removed = true;
  const Room& room = rooms_[ref];
  const bool out = room.ended || membership.gap || !room.seats.contains(member);
  expect(property::c3, out, [&] {
    return fmt::format("{} is told that he was removed from \"{}\", which still has him",
                       session.user(), room.name);
  });
}

void ChatChecker::on_post_sent(const chat::ChatSession& session, const Ref& room, const Ref& member,
                               std::string_view text) {
  fates_.on_post_sent(session.label(), session.user(), room, member, text);
}

void ChatChecker::on_post_ended(const chat::ChatSession& session, const Ref&, const Ref&,
                                ErrorCode code) {
  fates_.on_post_ended(session.label(), code);
}

// All rooms here are honest.
void ChatChecker::on_distrusted(const chat::ChatSession& session, const Ref& room,
                                std::string_view why) {
  tally_.violated(property::c8, truth_.now(),
                  fmt::format("{} leaves \"{}\", which is said to have sent {}", session.user(),
                              rooms_[room].name, why));
}

// Its mailbox was full, and had room again before the room heard of it.
void ChatChecker::on_gap(const chat::ChatSession& session, const Ref& room, const Ref& member,
                         std::uint64_t expected, std::uint64_t got) {
  Membership& membership = memberships_[member];
  membership.gap = membership.refused && got > expected;
  expect(property::c5, membership.gap, [&] {
    return fmt::format("{} misses messages {} to {} of \"{}\"", session.user(), expected, got - 1,
                       rooms_[room].name);
  });
}

// --- When all is quiet ---

std::set<Ref> ChatChecker::believers(const Ref& room) const {
  std::set<Ref> members;
  for (const auto& [member, membership] : memberships_) {
    if (membership.room == room && membership.joined && !membership.ended) members.insert(member);
  }
  return members;
}

// Whose node reported overflow is removed, and told.
void ChatChecker::check_removed() {
  for (const auto& [member, membership] : memberships_) {
    if (!membership.overflowed) continue;
    const bool told = !sessions_.at(membership.session).removed;
    expect(property::c3, membership.ended && told, [&, &at = member] {
      return fmt::format("{} took messages too slowly and was removed from \"{}\"; {}", who(at),
                         rooms_.at(membership.room).name,
                         told ? "he still believes to be in it" : "he was not told");
    });
  }
}

void ChatChecker::at_end() {
  check_removed();
  fates_.at_end();
  for (const auto& [ref, room] : rooms_) {
    if (room.ended) continue;
    const std::set<Ref> expected = believers(ref);
    for (const auto& [member, seat] : room.seats) {
      expect(property::c7, expected.contains(member), [&, &user = seat.user, &at = member] {
        return fmt::format("room \"{}\" on {} still has {} (of {}), who is not in it", room.name,
                           ref.node().text(), user, at.node().text());
      });
    }
    for (const Ref& member : expected) {
      expect(property::c7, room.seats.contains(member), [&] {
        return fmt::format("{} believes to be in \"{}\", which does not have him", who(member),
                           room.name);
      });
      const std::uint64_t seen = memberships_.at(member).next - 1;
      tally_.checked(property::c3, room.accepted.size());
      if (seen == room.accepted.size()) continue;
      tally_.violated(property::c3, truth_.now(),
                      fmt::format("{} was shown messages up to {} of \"{}\", which accepted {}",
                                  who(member), seen, room.name, room.accepted.size()));
    }
  }
  for (const auto& [member, membership] : memberships_) {
    if (!membership.joined || membership.ended || !rooms_.at(membership.room).ended) continue;
    expect(property::c7, false, [&, &at = member, &gone = membership.room] {
      return fmt::format("{} believes to be in \"{}\", which has ended", who(at),
                         rooms_.at(gone).name);
    });
  }
}

}  // namespace noex::sim
