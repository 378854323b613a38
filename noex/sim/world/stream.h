// Stream: one simulated TCP connection, as the systems of both machines see it. Data only.
//
// Two ends and two pipes; pipes[s] carries what ends[s] sends. What happens to them is in
// streams.h and its parts. Streams are recycled; an EndRef that outlived its stream is no longer
// valid().
#pragma once

#include <array>
#include <cstdint>

#include "noex/sim/world/segment_queue.h"
#include "noex/sim/world/send_buffer.h"
#include "noex/sim/world/world.h"
#include "noex/transport/base/bytes.h"
#include "noex/transport/base/random.h"
#include "noex/transport/base/time.h"
#include "noex/transport/network.h"

namespace noex::sim {

class Host;
class SimConnection;
struct Stream;

enum class EndState : std::uint8_t {
  embryo,     // the listening side, until the handshake's last segment arrives
  open,       // a process has it
  closing,    // the process closed it; bytes that it wrote wait for room
  lingering,  // the system alone sends the rest; bytes to it are answered with a reset
  gone,       // the system knows nothing of it; bytes to it are answered with a reset
};

struct Pipe {
  explicit Pipe(Random latency, Random chunks) : latency_random(latency), chunk_random(chunks) {}

  Random latency_random;
  Random chunk_random;
  SendBuffer buffer;
  SegmentQueue segments;             // on their way
  Bytes received;                    // arrived, not yet read by the process
  std::uint64_t credit_waiting = 0;  // room on its way back to a sender that waits for it
  std::uint64_t withheld = 0;        // room that cannot come back through a one-way cut
  Instant last_arrival{};
  Instant busy_until{};  // the link's bandwidth is taken until then
  EventId arrival_event = 0;
  EventId credit_event = 0;
  std::uint32_t stalls = 0;  // tells a timeout whether it is about this stall
  std::uint32_t silences = 0;
  bool stalled = false;         // the first segment waits for a cut to heal
  bool unacknowledged = false;  // bytes arrive, and the sender does not hear of it
  bool read_given = false;      // the receiving process will be told of `received`
};

struct End {
  std::uint32_t machine = 0;
  std::uint16_t port = 0;
  EndState state = EndState::embryo;
  CloseReason reason = CloseReason::peer;  // for the turn that tells the process
  Host* host = nullptr;                    // the process that has it
  SimConnection* connection = nullptr;     // null: nobody is told any more
  bool reads = true;                       // the process wants what arrives
  bool end_waits = false;                  // until it does, its being closed is not told
};

// Names an end of a stream, small enough to be captured by an event without allocation.
struct EndRef {
  Stream* stream = nullptr;
  std::uint32_t generation = 0;
  std::uint32_t side = 0;

  bool valid() const;
  EndRef other() const { return {stream, generation, 1 - side}; }
  End& end() const;
  Pipe& out() const;  // what this end sends
  Pipe& in() const;   // what it receives
};

struct Stream {
  Stream(Random a_latency, Random a_chunks, Random b_latency, Random b_chunks)
      : pipes{Pipe(a_latency, a_chunks), Pipe(b_latency, b_chunks)} {}

  std::array<End, 2> ends;  // [0] dialled, [1] accepted
  std::array<Pipe, 2> pipes;
  std::uint64_t number = 0;    // of the connection: 1, 2, ... as they are opened
  std::uint64_t listener = 0;  // the Port::id that it was dialled to
  std::uint32_t slot = 0;      // its place in the table
  std::uint32_t generation = 1;
  bool live = true;      // false: free for the next connection
  bool severed = false;  // nothing passes any more
};

inline bool EndRef::valid() const {
  return stream != nullptr && stream->live && stream->generation == generation;
}
inline End& EndRef::end() const {
  return stream->ends[side];
}
inline Pipe& EndRef::out() const {
  return stream->pipes[side];
}
inline Pipe& EndRef::in() const {
  return stream->pipes[1 - side];
}

}  // namespace noex::sim
