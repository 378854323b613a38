// Streams: every simulated TCP connection, from its handshake's end to oblivion.
//
// Always legal: bytes of a live connection are neither lost, repeated nor reordered, however long
// they take. A segment that meets a cut (or a machine without power) is retransmitted after the
// cut heals; if that takes longer than tcp_timeout, the sender alone gives up.
// Only segments with bytes cost an event; acknowledgements do only when a sender waits for room.
// What a fault, a heal or the end of a process costs is a matter of the connections that it
// concerns; all others cost nothing.
//
// Each part has its own file, and knows only those before it: the table, the way of a segment
// (Transit), the sender, the ends, the receiver. This is the whole, and passes on what a process,
// a machine and a fault do.
#pragma once

#include <cstdint>
#include <memory>

#include "noex/sim/world/buffer_pool.h"
#include "noex/sim/world/connection.h"
#include "noex/sim/world/stream.h"
#include "noex/sim/world/stream_ends.h"
#include "noex/sim/world/stream_receiver.h"
#include "noex/sim/world/stream_reports.h"
#include "noex/sim/world/stream_sender.h"
#include "noex/sim/world/stream_table.h"
#include "noex/sim/world/stream_tap.h"
#include "noex/sim/world/transit.h"
#include "noex/sim/world/world.h"
#include "noex/sim/world/write_watch.h"

namespace noex::sim {

class Fabric;

class Streams final : public EndControl, private SenderOwner {
 public:
  Streams(World& world, Fabric& fabric);
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  // A connection whose dialling side is established now; the other one follows when the
  // handshake's last segment arrives.
  EndRef open(Host& host, std::uint16_t local_port, std::uint32_t to, std::uint16_t port,
              std::uint64_t listener);
  // The process's handle of an end; its destruction is abort().
  std::unique_ptr<Connection> attach(EndRef end) { return ends_.attach(end); }

  // From SimConnection.
  void write(EndRef from, ByteView bytes) override;
  std::uint64_t unsent(EndRef from) const override { return from.out().buffer.unsent(); }
  void set_reading(EndRef end, bool reading) override { receiver_.set_reading(end, reading); }
  void close(EndRef end) override { ends_.close(end); }
  void abort(EndRef end) override { ends_.abort(end); }

  // From Machine.
  void process_ended(Host& host);
  void machine_vanished(std::uint32_t machine);
  void machine_appeared(std::uint32_t machine);

  // From Fabric. The path is open again; the bandwidth of that way has no limit of its own any
  // more; a fault of one connection between the two, false if there is none.
  void path_opened(std::uint32_t from, std::uint32_t to);
  void limit_ended(std::uint32_t from, std::uint32_t to);
  bool reset_one(std::uint32_t a, std::uint32_t b, std::uint64_t key);
  bool sever_one(std::uint32_t a, std::uint32_t b, std::uint64_t key);

  void set_write_watch(WriteWatch* watch) { write_watch_ = watch; }
  void set_tap(StreamTap* tap) { reports_.set_tap(tap); }

  // Connections with an end that a process has.
  std::uint64_t live() const { return table_.live(); }

 private:
  void on_arrival(EndRef from) override { receiver_.arrive(from); }
  void on_flushed(EndRef from) override { ends_.flushed(from); }
  void on_given_up(EndRef from) override;

  EndRef choose(std::uint32_t a, std::uint32_t b, std::uint64_t key);

  World& world_;
  WriteWatch* write_watch_ = nullptr;
  BufferPool buffers_;
  StreamTable table_;
  Transit transit_;
  StreamReports reports_;
  StreamSender sender_;
  StreamEnds ends_;
  StreamReceiver receiver_;
};

}  // namespace noex::sim
