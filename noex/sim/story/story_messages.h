// StoryMessages: makes messages of the bytes between machines, and follows each on its way.
//
// Owns the decoders of both directions of every connection. What the process hands to its system
// is cut into messages at once; what then leaves, arrives and is read is counted in bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "noex/sim/story/story.h"
#include "noex/sim/story/story_words.h"
#include "noex/sim/world/stream_tap.h"
#include "noex/transport/frame.h"

namespace noex::sim {

class StoryMessages final : public StreamTap {
 public:
  struct Hooks {
    std::function<Instant()> now;
    std::function<std::uint32_t(std::string)> text;  // its index in Story::texts
    // Its index in Story::processes.
    std::function<std::uint32_t(std::uint32_t node, ProcessId process)> process;
  };

  // The story outlives it. messages: what processes say to each other.
  StoryMessages(Story& story, std::vector<MessageWords> messages, Hooks hooks)
      : story_(story), hooks_(std::move(hooks)), words_(std::move(messages)) {}

  void on_written(const TapEnd& from, ByteView bytes) override;
  void on_sent(const TapEnd& from, std::uint64_t bytes) override;
  void on_held(const TapEnd& from) override;
  void on_arrived(const TapEnd& from, std::uint64_t bytes) override;
  void on_read(const TapEnd& from, std::uint64_t bytes) override;
  void on_gone(const TapEnd& end) override;

  // At `node` the handler of a call begins.
  void on_executed(std::uint32_t node, std::uint32_t caller, CallId call);

 private:
  struct Marker {
    std::uint64_t end = 0;  // the number of bytes after its last one
    std::size_t message = 0;
  };
  // How far a stage has come.
  struct Stage {
    std::uint64_t bytes = 0;
    std::size_t next = 0;  // the first marker that it has not passed
  };
  // One direction of a connection.
  struct Pipe {
    FrameDecoder decoder;
    MessageAssembler assembler{std::size_t{1} << 30};
    std::uint64_t decoded = 0;  // bytes of the frames so far
    std::uint64_t joined = 0;   // of them, in the data message that is not whole yet
    std::vector<Marker> markers;
    Stage sent;
    Stage arrived;
    Stage read;
    bool over = false;
  };

  Pipe& pipe(std::uint64_t connection, std::uint32_t side);
  void add(const TapEnd& from, Pipe& pipe, Lane lane, ByteView message, std::uint64_t bytes);
  void advance(Pipe& pipe, Stage& stage, std::uint64_t bytes, Instant StoryMessage::* moment);

  Story& story_;
  Hooks hooks_;
  StoryWords words_;
  std::map<std::pair<std::uint64_t, std::uint32_t>, std::unique_ptr<Pipe>> pipes_;
  // Calls that were not executed yet: by receiver, caller and number.
  std::map<std::tuple<std::uint32_t, std::uint32_t, CallId>, std::size_t> calls_;
};

}  // namespace noex::sim
