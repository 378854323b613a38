#include "noex/sim/story/story_messages.h"

#include <algorithm>
#include <optional>

namespace noex::sim {

StoryMessages::Pipe& StoryMessages::pipe(std::uint64_t connection, std::uint32_t side) {
  std::unique_ptr<Pipe>& pipe = pipes_[{connection, side}];
  if (!pipe) {
    pipe = std::make_unique<Pipe>();
    pipe->decoder.set_established();  // the receiver judges; here nothing is refused
  }
  return *pipe;
}

void StoryMessages::on_written(const TapEnd& from, ByteView bytes) {
  Pipe& out = pipe(from.connection, from.side);
  out.decoder.push(bytes);
  while (const std::optional<Frame> frame = out.decoder.next()) {
    const std::uint64_t size = frame_header_bytes + frame->payload.size();
    out.decoded += size;
    if (frame->lane == Lane::control) {
      add(from, out, Lane::control, frame->payload, size);
      continue;
    }
    out.joined += size;
    if (const std::optional<ByteView> message = out.assembler.add(*frame)) {
      add(from, out, Lane::data, *message, std::exchange(out.joined, 0));
    }
  }
}

void StoryMessages::add(const TapEnd& from, Pipe& pipe, Lane lane, ByteView message,
                        std::uint64_t bytes) {
  Words words = words_.describe(lane, message, from.machine, from.peer);
  StoryMessage story;
  story.from = from.machine;
  story.to = from.peer;
  story.connection = from.connection;
  story.group = words.group;
  story.bytes = bytes;
  story.written = hooks_.now();
  story.text = hooks_.text(std::move(words.text));
  if (words.sender != 0) story.sender = hooks_.process(from.machine, words.sender);
  for (const ProcessId receiver : words.receivers) {
    story.receivers.push_back(hooks_.process(from.peer, receiver));
  }
  if (words.call != 0) {
    calls_[{from.peer, from.machine, words.call}] = story_.messages.size();
  }
  pipe.markers.push_back({pipe.decoded, story_.messages.size()});
  story_.messages.push_back(std::move(story));
}

void StoryMessages::advance(Pipe& pipe, Stage& stage, std::uint64_t bytes,
                            Instant StoryMessage::* moment) {
  stage.bytes += bytes;
  const Instant now = hooks_.now();
  while (stage.next < pipe.markers.size() && pipe.markers[stage.next].end <= stage.bytes) {
    story_.messages[pipe.markers[stage.next++].message].*moment = now;
  }
}

void StoryMessages::on_sent(const TapEnd& from, std::uint64_t bytes) {
  Pipe& out = pipe(from.connection, from.side);
  advance(out, out.sent, bytes, &StoryMessage::sent);
}

void StoryMessages::on_held(const TapEnd& from) {
  Pipe& out = pipe(from.connection, from.side);
  for (std::size_t i = out.arrived.next; i < out.sent.next; ++i) {
    story_.messages[out.markers[i].message].held = true;
  }
}

void StoryMessages::on_arrived(const TapEnd& from, std::uint64_t bytes) {
  Pipe& out = pipe(from.connection, from.side);
  advance(out, out.arrived, bytes, &StoryMessage::arrived);
}

void StoryMessages::on_read(const TapEnd& from, std::uint64_t bytes) {
  Pipe& out = pipe(from.connection, from.side);
  advance(out, out.read, bytes, &StoryMessage::read);
}

// What it has not sent will never be; what it has not read is lost.
void StoryMessages::on_gone(const TapEnd& end) {
  const Instant now = hooks_.now();
  Pipe& out = pipe(end.connection, end.side);
  for (std::size_t i = out.sent.next; i < out.markers.size(); ++i) {
    Instant& lost = story_.messages[out.markers[i].message].lost;
    lost = std::min(lost, now);
  }
  Pipe& in = pipe(end.connection, 1 - end.side);
  for (std::size_t i = in.read.next; i < in.markers.size(); ++i) {
    Instant& lost = story_.messages[in.markers[i].message].lost;
    lost = std::min(lost, now);
  }
}

void StoryMessages::on_executed(std::uint32_t node, std::uint32_t caller, CallId call) {
  const auto found = calls_.extract(std::tuple(node, caller, call));
  if (!found.empty()) story_.messages[found.mapped()].handled = hooks_.now();
}

}  // namespace noex::sim
