#include "noex/sim/chat/chat_words.h"

#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "chat/member.h"
#include "chat/messages.h"
#include "chat/room.h"

namespace noex::sim {

namespace {

std::string say_chat(const chat::Join& join, ProcessId& sender) {
  sender = join.member.process();
  return fmt::format("join as {}", join.user);
}
std::string say_chat(const chat::Post& post, ProcessId& sender) {
  sender = post.member.process();
  return fmt::format("post {}", quote_text(post.text));
}
std::string say_chat(const chat::ListUsers&, ProcessId&) {
  return "who is in the room?";
}
std::string say_chat(const chat::Deliver& deliver, ProcessId&) {
  return fmt::format("message {} of {}: {}", deliver.message.number, deliver.message.user,
                     quote_text(deliver.message.text));
}
std::string say_chat(const chat::Notice& notice, ProcessId&) {
  const std::string_view what = notice.kind == chat::NoticeKind::joined ? "joined"
                                : notice.kind == chat::NoticeKind::left ? "left"
                                                                        : "was lost";
  return fmt::format("notice: {} {}", notice.user, what);
}
std::string say_chat(const chat::Welcome& welcome) {
  return fmt::format("welcome: {} earlier messages, the next is {}", welcome.history.size(),
                     welcome.next);
}
std::string say_chat(const chat::Posted& posted) {
  return fmt::format("posted as message {}", posted.number);
}
std::string say_chat(const chat::Users& users) {
  return fmt::format("in the room: {}", fmt::join(users.names, ", "));
}

template <class M>
MessageWords cast_words() {
  const auto say = [](ByteView body) -> std::optional<SaidWords> {
    M message;
    if (!decode_all(body, message)) return std::nullopt;
    SaidWords words;
    words.text = say_chat(message, words.sender);
    return words;
  };
  return {type_id<M>(), M::wire_name, say, nullptr};
}

template <class M>
MessageWords call_words() {
  MessageWords words = cast_words<M>();
  words.say_reply = [](ByteView body) -> std::optional<SaidWords> {
    typename M::reply reply;
    if (!decode_all(body, reply)) return std::nullopt;
    return SaidWords{say_chat(reply), 0};
  };
  return words;
}

}  // namespace

std::vector<MessageWords> chat_words() {
  return {call_words<chat::Join>(), call_words<chat::Post>(), call_words<chat::ListUsers>(),
          cast_words<chat::Deliver>(), cast_words<chat::Notice>()};
}

}  // namespace noex::sim
