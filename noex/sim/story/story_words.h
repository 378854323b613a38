// StoryWords: what a message between two nodes says, in words, by the product's own decoders.
//
// Pure but for one memory: a reply says only to which call, so that calls are remembered until
// they are answered. What cannot be decoded is "other", never an error: this is for people.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "noex/runtime/core/ids.h"
#include "noex/runtime/message/message.h"
#include "noex/runtime/message/ref.h"
#include "noex/sim/application/message_words.h"
#include "noex/sim/story/story.h"
#include "noex/transport/base/bytes.h"
#include "noex/transport/frame.h"

namespace noex::sim {

struct Words {
  MessageGroup group = MessageGroup::other;
  std::string text;
  // Of the sending node, of the receiving one; 0, empty: the message does not tell.
  ProcessId sender = 0;
  std::vector<ProcessId> receivers{};
  CallId call = 0;  // of a call
};

class StoryWords {
 public:
  // What processes say to each other.
  explicit StoryWords(std::vector<MessageWords> messages);

  // A whole message that machine `from` sends to machine `to`.
  Words describe(Lane lane, ByteView message, std::uint32_t from, std::uint32_t to);

 private:
  struct Called {
    TypeId type = 0;
    ProcessId to = 0;
  };

  Words describe_data(ByteView message, std::uint32_t from, std::uint32_t to);
  Words describe_multicast(Decoder& bytes) const;
  Words describe_cast(Decoder& bytes) const;
  Words describe_call(Decoder& bytes, std::uint32_t from);
  Words describe_reply(Decoder& bytes, bool error, std::uint32_t to);

  // nullptr: nobody knows that type.
  const MessageWords* find(TypeId type) const;
  void say_body(TypeId type, ByteView body, Words& words) const;

  std::map<TypeId, MessageWords> messages_;
  std::map<std::pair<std::uint32_t, CallId>, Called> calls_;  // by the caller's machine
};

}  // namespace noex::sim
