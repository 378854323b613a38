#include "noex/sim/world/streams.h"

#include <vector>

#include "noex/sim/world/fabric.h"

namespace noex::sim {

Streams::Streams(World& world, Fabric& fabric)
    : world_(world),
      table_(world),
      transit_(world, fabric),
      reports_(world, fabric),
      sender_(world, fabric.options(), transit_, reports_, buffers_, *this),
      ends_(world, fabric, table_, sender_, transit_, reports_, *this),
      receiver_(world, fabric, sender_, ends_, transit_, reports_, buffers_) {}

EndRef Streams::open(Host& host, std::uint16_t local_port, std::uint32_t to, std::uint16_t port,
                     std::uint64_t listener) {
  const EndRef dialled = table_.add(host.machine().index(), to);
  dialled.stream->listener = listener;
  End& near = dialled.end();
  near.port = local_port;
  near.state = EndState::open;
  near.host = &host;
  dialled.other().end().port = port;
  sender_.send(dialled, Control::established);
  return dialled;
}

void Streams::write(EndRef from, ByteView bytes) {
  if (from.end().state != EndState::open || bytes.empty()) return;
  Host& host = *from.end().host;
  if (host.loop().doomed()) return;
  if (write_watch_ != nullptr) {
    if (const auto size = write_watch_->dies_after(host, bytes)) {
      host.loop().doom();
      bytes = bytes.substr(0, *size);
      if (bytes.empty()) return;
    }
  }
  sender_.write(from, bytes);
}

void Streams::process_ended(Host& host) {
  for (const EndRef end : table_.of_machine(host.machine().index())) {
    if (end.valid() && end.end().host == &host) ends_.leave(end);
  }
}

void Streams::machine_vanished(std::uint32_t machine) {
  for (const EndRef end : table_.of_machine(machine)) {
    if (end.valid() && end.end().machine == machine) ends_.vanish(end);
  }
}

void Streams::machine_appeared(std::uint32_t machine) {
  for (const EndRef end : table_.of_machine(machine)) {
    if (end.valid() && end.other().end().machine == machine) sender_.reopen(end);
  }
}

// Backwards too: an acknowledgement or a reset may have met the cut.
void Streams::path_opened(std::uint32_t from, std::uint32_t to) {
  for (const EndRef end : table_.between(from, to)) {
    if (end.valid()) sender_.reopen(end);
  }
}

void Streams::limit_ended(std::uint32_t from, std::uint32_t to) {
  for (const EndRef end : table_.between(from, to)) {
    const bool concerned = end.end().machine == from && end.other().end().machine == to;
    if (end.valid() && concerned) sender_.leave_at_once(end);
  }
}

// The sender's system has waited long enough. The other end hears nothing of it.
void Streams::on_given_up(EndRef from) {
  if (from.end().state == EndState::gone) return;
  reports_.trace(from.other(), EventKind::kernel, "timed out");
  ends_.finish(from, CloseReason::reset);
}

// One whose ends both are open; not valid if there is none.
EndRef Streams::choose(std::uint32_t a, std::uint32_t b, std::uint64_t key) {
  std::vector<EndRef> candidates;
  for (const EndRef end : table_.between(a, b)) {
    const bool open =
        end.end().state == EndState::open && end.other().end().state == EndState::open;
    if (end.side == 0 && open && !end.stream->severed) candidates.push_back(end);
  }
  if (candidates.empty()) return {};
  return candidates[world_.random("connection fault", key).below(candidates.size())];
}

bool Streams::reset_one(std::uint32_t a, std::uint32_t b, std::uint64_t key) {
  const EndRef chosen = choose(a, b, key);
  if (!chosen.valid()) return false;
  world_.hit(FaultKind::reset);
  for (const EndRef end : {chosen, chosen.other()}) {
    const Instant at = world_.now() + transit_.draw_latency(end.other());
    world_.schedule(at, EventKind::kernel, end.end().machine,
                    [this, end] { ends_.reset_arrives(end); });
  }
  return true;
}

bool Streams::sever_one(std::uint32_t a, std::uint32_t b, std::uint64_t key) {
  const EndRef chosen = choose(a, b, key);
  if (chosen.valid()) chosen.stream->severed = true;
  return chosen.valid();
}

}  // namespace noex::sim
