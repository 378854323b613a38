// Registry: names of processes, known on every node. Sans-IO: events in, actions out.
//
// Each node alone writes its own names; the others hold copies, whole and ordered by a sequence
// number, so that deletion is absence at a higher sequence (no tombstones, no zombies), and whoever
// holds a copy may pass it on: not everybody has to be linked to everybody. A name is
// claimed at its arbiters before it exists; two entries of one name can then meet only after a
// split, and the smaller stamp wins, by a pure function that every node computes alike.
// Rules, reasons and counterexamples: docs/PROTOCOL.md, "Registry".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "noex/runtime/core/ids.h"
#include "noex/runtime/core/options.h"
#include "noex/runtime/core/stamp.h"
#include "noex/transport/base/bytes.h"
#include "noex/transport/base/error.h"
#include "noex/transport/base/time.h"

namespace noex {

struct RegistryEntry {
  Stamp stamp;
  ProcessId process = 0;

  auto operator<=>(const RegistryEntry&) const = default;
};

// One process's membership of one group.
struct GroupMember {
  std::string group;
  ProcessId process = 0;

  auto operator<=>(const GroupMember&) const = default;
};

// An entry together with whose it is.
struct NameHolder {
  Incarnation owner;
  RegistryEntry entry;

  bool operator==(const NameHolder&) const = default;
};

// One member of a group, wherever it is.
struct GroupHolder {
  Incarnation owner;
  ProcessId process = 0;

  auto operator<=>(const GroupHolder&) const = default;
};

// What the registry wants done; taken with take_actions() and carried out in this order.
struct RegistrySend {  // one message, to be sent over that very link as a signal
  LinkSerial link;
  NodeId to;  // its peer
  Bytes message;
};
struct RegistryFinished {  // a register_name() has ended; exactly one per request
  std::uint64_t request = 0;
  Result<void> result;               // name_taken, timeout, cancelled, overloaded...
  std::optional<NameHolder> holder;  // with name_taken, if known
  std::string name;
};
struct RegistryPublished {  // a claim's entry was made; it may be gone again by now
  std::string name;
  RegistryEntry entry;
};
struct RegistryConflictLost {  // our process lost the name to `winner`; told once, entry withdrawn
  std::string name;
  ProcessId process = 0;
  NameHolder winner;
};
struct RegistryFound {  // a find() has ended; exactly one per request
  std::uint64_t request = 0;
  Result<NameHolder> result;  // noproc, timeout, cancelled...
};
struct RegistryWinnerChanged {  // of a watched name; nobody: free
  std::string name;
  std::optional<NameHolder> winner;
};
struct RegistryReach {  // something waits for a link to that node, which is up
  NodeId to;
};
struct RegistryKnown {  // that node's names are held, as they are now as far as anybody says
  Incarnation owner;
};
using RegistryAction =
    std::variant<RegistrySend, RegistryPublished, RegistryFinished, RegistryConflictLost,
                 RegistryFound, RegistryWinnerChanged, RegistryReach, RegistryKnown>;

class Registry {
 public:
  static std::unique_ptr<Registry> create(Incarnation self, const Options& options,
                                          HybridClock& clock);
  virtual ~Registry() = default;

  // --- Requests of this node's processes ---
  // Claims `name` for `process`; ends with one RegistryFinished by `deadline`. Waits while
  // not settled. Returns the request's number.
  virtual std::uint64_t register_name(std::string name, ProcessId process, Instant now,
                                      WallTime wall, Instant deadline) = 0;
  // Gives up a pending request: ends it with cancelled.
  virtual void cancel(std::uint64_t request) = 0;
  // Withdraws the name everywhere, if `process` holds it. True if it did.
  virtual bool unregister_name(std::string_view name, ProcessId process) = 0;
  // Moves a name of this node to another of its processes in one step: the entry keeps its stamp.
  // False: `from` does not hold it (any more).
  virtual bool move_name(std::string_view name, ProcessId from, ProcessId to) = 0;
  // Withdraws all names of a process that has ended but `kept`, its memberships, and its pending
  // requests.
  virtual void process_ended(ProcessId process, std::string_view kept) = 0;
  void process_ended(ProcessId process) { process_ended(process, {}); }

  // Asks the name's arbiters, for where the local view has nothing; ends with one RegistryFound by
  // `deadline`.
  virtual std::uint64_t find(std::string name, Instant now, Instant deadline) = 0;
  // Tells changes of its winner from now on.
  virtual void watch(const std::string& name) = 0;
  virtual void unwatch(std::string_view name) = 0;
  // A process of this node becomes a member; once, however often. Errors: invalid_argument,
  // overloaded (as for names).
  virtual Result<void> join_group(const std::string& group, ProcessId process) = 0;
  // False: it is no member.
  virtual bool leave_group(const std::string& group, ProcessId process) = 0;

  // --- What the cluster says ---
  virtual void set_settled(bool settled) = 0;
  // A link can be used: the first message over it must be snapshot(). What is known of it ends with
  // it, and is no other's: two links to one peer have nothing in common. A newer one to the same
  // node ends the older one.
  virtual void on_link_up(const Incarnation& peer, LinkSerial link) = 0;
  virtual void on_link_down(LinkSerial link) = 0;
  virtual void on_node_up(const Incarnation& peer) = 0;
  virtual void on_node_down(const Incarnation& peer) = 0;
  // Over whose links what third nodes say is passed on; over all unless this is set. Those of the
  // mesh or the rings reach everybody; others would be work for nothing, and never idle.
  virtual void set_route(std::function<bool(const NodeId&)> is_on_it) = 0;
  // It said that it leaves: never up again in this boot.
  virtual void on_node_left(const Incarnation& peer) = 0;
  // False: malformed, or no such link.
  [[nodiscard]] virtual bool on_message(LinkSerial link, ByteView message, Instant now) = 0;
  virtual Bytes snapshot() = 0;
  // Two registries that hold the same of the same nodes have equal hashes; O(1).
  virtual std::uint64_t hash() const = 0;
  // A heartbeat over that link brought another hash.
  virtual void on_differs(LinkSerial link, Instant now) = 0;
  // Something is under way over that link: it should not be closed for being idle.
  virtual bool uses_link(LinkSerial link) const = 0;

  // --- Time ---
  virtual void on_time(Instant now) = 0;
  // When on_time() is next needed; nullopt: not at all.
  virtual std::optional<Instant> next_deadline() const = 0;

  // Changes since the last call leave together: one delta, one list of news for each link.
  virtual std::vector<RegistryAction> take_actions() = 0;

  // --- Views ---
  // The winner among the entries of owners that are up (self included). Local, no waiting.
  virtual std::optional<NameHolder> lookup(std::string_view name) const = 0;
  // Every visible name with that beginning, and its winner.
  virtual std::map<std::string, NameHolder> names(std::string_view prefix) const = 0;
  std::map<std::string, NameHolder> names() const { return names({}); }
  // All entries held for a name, of every owner that is up: ground for checkers.
  // Valid until the next event.
  virtual const std::vector<NameHolder>& entries(std::string_view name) const = 0;
  // Members of the group whose owners are up (self included), by owner.
  virtual const std::set<GroupHolder>& members(std::string_view group) const = 0;
  virtual std::vector<std::string> groups() const = 0;
  // Its entries are visible: it is up, and its names are held, of that very boot.
  virtual bool shows(const Incarnation& owner) const = 0;
  // Raised at every change of any entry or of who is up, so that observers recompute only then.
  virtual std::uint64_t version() const = 0;
  virtual std::size_t own_names() const = 0;
  virtual std::size_t own_memberships() const = 0;
  virtual std::size_t pending_requests() const = 0;
  virtual std::size_t pending_finds() const = 0;
  virtual std::size_t promises() const = 0;
  virtual std::size_t pulls() const = 0;   // sets that were asked for and have not come
  virtual std::size_t copies() const = 0;  // sets of others, hidden ones included

  // Broken invariant: stops us. Called by tests and the simulator.
  virtual void check_invariants() const = 0;

  // --- For the exhaustive search of small clusters ---
  // The same registry once more, on another clock. All actions have been taken.
  virtual std::unique_ptr<Registry> clone(HybridClock& clock) const = 0;
  // All that decides what it will do, but for its clock: two with equal digests act alike.
  virtual void digest(Writer& writer) const = 0;
};

}  // namespace noex
