// Streams: what happens to every simulated TCP connection, from its handshake's end to oblivion.
//
// Always legal: bytes of a live connection are neither lost, repeated nor reordered, however long
// they take. A segment that meets a cut (or a machine without power) is retransmitted after the
// cut heals; if that takes longer than tcp_timeout, the sender alone gives up. Ends, resets and
// acknowledgements meet cuts like bytes do, so that half-open connections arise by themselves.
// Only segments with bytes cost an event; acknowledgements do only when a sender waits for room.
// Source: RFC 9293 (states), RFC 6298 (retransmission), as Linux does it.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "noex/sim/world/stream.h"
#include "noex/sim/world/stream_tap.h"

namespace noex::sim {

class Fabric;
struct Port;

// Asked before a process's bytes reach its system.
class WriteWatch {
 public:
  virtual ~WriteWatch() = default;
  // Nothing: go on. A number: the process dies right after as many of the bytes; nothing that it
  // does from now on leaves it, and whoever says so ends it (Machine::crash) at this instant, in
  // an event of its own.
  virtual std::optional<std::size_t> dies_after(Host& host, ByteView bytes) = 0;
};

class Streams {
 public:
  Streams(World& world, Fabric& fabric);
  ~Streams();
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  // A connection whose dialling side is established now; the other one follows when the
  // handshake's last segment arrives.
  EndRef open(Host& host, std::uint16_t local_port, std::uint32_t to, std::uint16_t port,
              std::uint64_t listener);
  // The process's handle of an end; its destruction is abort().
  std::unique_ptr<Connection> attach(EndRef end);

  // From SimConnection.
  void write(EndRef from, ByteView bytes);
  std::uint64_t unsent(EndRef from) const;
  void set_reading(EndRef end, bool reading);
  void close(EndRef end);
  void abort(EndRef end);
  Address peer(EndRef end) const;

  // From Machine.
  void process_ended(Host& host);
  void machine_vanished(std::uint32_t machine);
  // The path is open again (to the machine: from everywhere).
  void path_opened(std::uint32_t from, std::uint32_t to);
  void machine_appeared(std::uint32_t machine);
  // The bandwidth of that way has no limit of its own any more.
  void limit_ended(std::uint32_t from, std::uint32_t to);
  void set_write_watch(WriteWatch* watch) { write_watch_ = watch; }

  // From Fabric: faults.
  bool reset_one(std::uint32_t a, std::uint32_t b, std::uint64_t key);
  bool sever_one(std::uint32_t a, std::uint32_t b, std::uint64_t key);

  // Hears every byte; outlives this. nullptr: nobody does, at no cost.
  void set_tap(StreamTap* tap) { tap_ = tap; }

  // Connections with an end that a process has.
  std::uint64_t live() const;

 private:
  // streams.cpp: life and death.
  EndRef allocate(std::uint32_t from, std::uint32_t to);
  void linger(EndRef end);
  void forget(EndRef end);
  void keep_what_left(EndRef from);
  void release_if_over(EndRef end);
  void detach(End& end);
  void finish(EndRef end, CloseReason reason);
  void tell_closed(EndRef end);
  void end_of_process(EndRef end);
  std::vector<EndRef> between(std::uint32_t a, std::uint32_t b);
  EndRef ref(Stream& stream, std::uint32_t side) const;

  // streams_send.cpp: from the process into the pipe.
  void push(EndRef from, ByteView bytes, Control control);
  Instant draw_arrival(EndRef from, std::uint64_t size);
  Duration draw_latency(EndRef from);
  void schedule_arrival(EndRef from);
  void flush(EndRef from);
  void leave_at_once(EndRef from);
  void credit(EndRef from, std::uint64_t bytes);
  void credit_arrives(EndRef from);
  void tell_drained(EndRef end);
  void send_reset(EndRef from, bool in_order);
  void reset_arrives(EndRef end);

  // streams_arrive.cpp: from the pipe to the process.
  void arrive(EndRef from);
  bool chunk(EndRef from, Bytes& part);
  bool gather(EndRef from, Bytes& bytes, bool& established);
  void deliver(EndRef from, Bytes bytes);
  void refuse(EndRef from);
  const Port* find_listener(EndRef end) const;
  void accept(EndRef end);
  void tell_accepted(EndRef end);
  void read(EndRef end);

  // streams_loss.cpp: cuts and time-outs.
  bool blocked(EndRef from) const;
  bool meets_cut(EndRef from);
  void stall(EndRef from);
  void retransmit(EndRef from);
  void silence(EndRef from);
  void reopen(EndRef from);
  void give_up(EndRef from);

  Bytes take_buffer(ByteView bytes);
  void recycle(Bytes bytes);
  void trace(EndRef from, EventKind kind, std::string_view what);
  TapEnd tap_end(EndRef end) const;
  void tap_gone(EndRef end) {
    if (tap_ != nullptr) [[unlikely]]
      tap_->on_gone(tap_end(end));
  }

  World& world_;
  Fabric& fabric_;
  WriteWatch* write_watch_ = nullptr;
  std::deque<Stream> streams_;  // stable addresses; recycled in place
  std::vector<Stream*> free_;
  std::vector<std::uint64_t> opened_;  // per dialling machine, to key its random streams
  std::vector<Bytes> buffers_;
  std::uint64_t connections_ = 0;  // so far
  StreamTap* tap_ = nullptr;
};

}  // namespace noex::sim
