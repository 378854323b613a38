// Trust: what a room may send.
//
// A session trusts a room as little as a room trusts a session: anybody who is linked may run one.
// Everything here is a pure function of what arrived. A fault is words for the user that follow
// "it sent ": the session then leaves the room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "chat/messages.h"

namespace noex::chat {

// More people than can read each other; a room refuses a further one.
inline constexpr std::size_t members_max = 10'000;
// Of them on one node, so that none takes all the seats: more than it has people at it.
inline constexpr std::size_t members_per_node_max = 100;
// No room lives so long; above it sums would come near the end of the type.
inline constexpr std::uint64_t message_number_max = std::uint64_t{1} << 48;

// May it stand in a message? Not empty, bounded, and already as visible() would make it.
bool is_message_text(std::string_view text);

// `seen`: the highest number of that room that was shown before.
std::optional<std::string> fault_of(const Welcome& welcome, std::uint64_t seen);
std::optional<std::string> fault_of(const Message& message);
std::optional<std::string> fault_of(const Notice& notice);
std::optional<std::string> fault_of(const Namesake& namesake);
std::optional<std::string> fault_of(const Users& users);

}  // namespace noex::chat
