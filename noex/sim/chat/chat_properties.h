// What is checked of the chat: what users are shown, and what they are told (C).
#pragma once

#include <array>

#include "noex/sim/check/property.h"

namespace noex::sim {

namespace property {

inline constexpr Property c1{"C1", "nothing is shown that nobody sent"};
inline constexpr Property c2{"C2", "nothing is shown twice to one session"};
inline constexpr Property c3{
    "C3",
    "an accepted message is shown to every member whose link to the room lasts, unless "
    "he was too slow; then he is told, and removed"};
inline constexpr Property c4{"C4", "messages of one sender in one room keep their order"};
inline constexpr Property c5{
    "C5",
    "any two members of a room agree on the order of what both saw, and no number is "
    "skipped"};
inline constexpr Property c6{"C6", "nothing of a room is shown after leaving it"};
inline constexpr Property c7{
    "C7",
    "after the quiet phase a room's members are the sessions that believe they are in "
    "it; nobody is refused by his own ghost"};
inline constexpr Property c8{
    "C8", "a joiner is shown those of the newest 100 that its session has not shown, in order"};
inline constexpr Property c9{
    "C9",
    "what its author is told as not delivered is shown to nobody, what he is told "
    "nothing of is shown to all who stay, and perhaps is said only where he cannot know"};
inline constexpr Property c10{
    "C10", "no two users of one name are in a room, and nobody is told of himself"};

}  // namespace property

inline constexpr auto chat_properties = [] {
  using namespace property;
  return std::array{c1, c2, c3, c4, c5, c6, c7, c8, c9, c10};
}();

}  // namespace noex::sim
