#include "chat/trust.h"

#include <algorithm>

#include <fmt/format.h>

#include "chat/line.h"
#include "chat/text.h"
#include "noex/transport/node_id.h"

namespace noex::chat {

namespace {

// Clocks are wrong now and then, but no room was there before the first of them, and what comes
// after this has no time of day that every library can name.
constexpr WallTime times_from{Duration::zero()};
constexpr WallTime times_to{Duration(std::chrono::hours(24 * 365 * 200))};

bool is_time(WallTime time) {
  return time >= times_from && time <= times_to;
}

}  // namespace

bool is_message_text(std::string_view text) {
  return !text.empty() && text.size() <= message_text_bytes_max && visible(text) == text;
}

std::optional<std::string> fault_of(const Message& message) {
  if (message.number == 0 || message.number > message_number_max) {
    return fmt::format("a message with the number {}", message.number);
  }
  if (!is_time(message.sent)) return "a message of a time that never was";
  if (!is_name(message.user)) return "a message of a user whose name is none";
  if (!is_message_text(message.text)) return "a text that no room lets through";
  return std::nullopt;
}

// The history is the room's newest, without gaps, up to what comes next.
std::optional<std::string> fault_of(const Welcome& welcome, std::uint64_t seen) {
  if (welcome.next == 0 || welcome.next > message_number_max || welcome.next <= seen) {
    return fmt::format("{} as the number of its next message", welcome.next);
  }
  const std::size_t count = welcome.history.size();
  if (count > history_messages_max) return fmt::format("a history of {} messages", count);
  if (count >= welcome.next || welcome.next - count <= seen) {
    return "a history that it cannot have";
  }
  std::uint64_t number = welcome.next - count;
  for (const Message& message : welcome.history) {
    if (message.number != number++) return "a history out of order";
    if (auto fault = fault_of(message)) return fault;
  }
  return std::nullopt;
}

std::optional<std::string> fault_of(const Notice& notice) {
  if (!is_time(notice.sent)) return "a notice of a time that never was";
  if (!is_name(notice.user)) return "a notice about a user whose name is none";
  return std::nullopt;
}

std::optional<std::string> fault_of(const Namesake& namesake) {
  if (!is_time(namesake.sent)) return "a notice of a time that never was";
  if (!parse_node_id(namesake.node)) return "a notice about a node whose id is none";
  return std::nullopt;
}

std::optional<std::string> fault_of(const Users& users) {
  if (users.names.size() > members_max)
    return fmt::format("a list of {} users", users.names.size());
  if (!std::ranges::all_of(users.names, [](const auto& name) { return is_name(name); })) {
    return "a list of users with a name that is none";
  }
  return std::nullopt;
}

}  // namespace noex::chat
