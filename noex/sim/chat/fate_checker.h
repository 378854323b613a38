// FateChecker: C9, from what authors are told of their messages and what becomes of these.
//
// Follows each message from the call that carries it to the end of the run: whether its room took
// it, whom it was shown to, and which line, if any, its author was given. A part of ChatChecker,
// which knows the rooms.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chat/messages.h"
#include "noex/runtime/message/ref.h"
#include "noex/sim/check/property.h"
#include "noex/sim/check/truth.h"
#include "noex/transport/base/error.h"

namespace noex::sim {

class FateChecker {
 public:
  FateChecker(const Truth& truth, Tally& tally) : truth_(truth), tally_(tally) {}

  void on_post_sent(std::uint64_t session, const std::string& user, const Ref& room,
                    const Ref& member, std::string_view text);
  void on_post_ended(std::uint64_t session, ErrorCode code);
  void on_line_shown(std::uint64_t session, std::string_view line);
  void on_accepted(const Ref& room, const chat::Message& message, const Ref& member);
  void on_shown(std::uint64_t session, const Ref& room, std::uint64_t number);
  // The authors on that incarnation are gone: nobody can be told anything.
  void on_node_ended(const Incarnation& node);
  void at_end();

 private:
  enum class Told : std::uint8_t { nothing, perhaps, lost };
  struct Post {
    std::uint64_t session = 0;
    std::string user;
    Ref room;
    Ref member;
    std::string text;
    Told told = Told::nothing;
    bool ended = false;
    bool excused = false;      // its author's node ended before he could be told
    std::uint64_t number = 0;  // that the room gave it; 0: none
    bool shown = false;        // to anybody
    bool came_back = false;    // to its author, before he was told
  };

  Post* pending(std::uint64_t session);
  bool give_to_twin(Post& post);
  void violated(const Post& post, std::string_view what);

  const Truth& truth_;
  Tally& tally_;
  std::vector<Post> posts_;
  std::map<std::uint64_t, std::size_t> pending_;                     // of each session
  std::map<Ref, std::vector<std::size_t>> of_member_;                // in the order of sending
  std::map<std::pair<Ref, std::uint64_t>, std::size_t> of_message_;  // by room and number
};

}  // namespace noex::sim
