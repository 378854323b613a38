// Spec: what a team says of its own processes, to have them tested on a simulated cluster.
//
//   struct KvSpec : noex::testkit::Spec {
//     std::vector<Property> properties() const override {
//       return {{"KV1", "an acknowledged put is never lost"}};
//     }
//     void program(SimNode& at) override { kv::start(at.node()); }
//     std::string draw(Random& random) override { return fmt::format("put k{}", random.below(9)); }
//     task<void> operate(SimNode& at, std::string operation) override { ... }
//     task<void> at_end(SimNode& any, Verdict& verdict) override {
//       ... verdict.expect("KV1", found, "acknowledged {} is lost", key);
//     }
//   };
//
// One Spec object is one run, on all its nodes: its members are what the test knows, which no node
// does. Everything is called in one thread, in simulated time; a run is a function of its seed, so
// nothing here may look at real time, real randomness or addresses. The runtime's own properties
// (docs/SIMULATOR.md) are checked below it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "noex/runtime/node/node.h"
#include "noex/sim/application/message_words.h"
#include "noex/sim/check/property.h"
#include "noex/transport/base/random.h"

namespace noex::testkit {

using sim::message_words;
using sim::MessageWords;
using sim::Property;

// One node of the run, from a start to its end. It stays valid until the run is over; its node()
// only while it runs.
class SimNode {
 public:
  virtual ~SimNode() = default;

  virtual Node& node() = 0;
  virtual bool runs() const = 0;
  // 0 .. cluster_size() - 1: which of the machines.
  virtual std::uint32_t number() const = 0;
  virtual std::uint32_t cluster_size() const = 0;
  // Of each machine, in order: where its node is found.
  virtual const std::vector<NodeId>& cluster() const = 0;
  // The same process as this node refers to it: a Ref sends through the node that it came from, and
  // must not be used on another one, or after its node has ended.
  Ref reference(const Ref& process) { return node().ref(process.incarnation(), process.process()); }
  // True time, which no node sees.
  virtual Instant now() const = 0;
  // A stream of its own by that name.
  virtual Random random(std::string_view name) const = 0;
  // A line that people see in the report, the story and the page; part of the run's fingerprint.
  virtual void show(std::string_view line) = 0;
  // What the process is called in the story.
  virtual void name_process(const Ref& process, std::string_view role) = 0;
  // Kept until this node ends.
  virtual void keep(std::shared_ptr<void> object) = 0;
};

// Where a spec says what it found. Codes are those of Spec::properties().
class Verdict {
 public:
  virtual ~Verdict() = default;

  // Counts that there was something to check; if it does not hold, the run ends here.
  template <class... Args>
  void expect(std::string_view code, bool holds, fmt::format_string<Args...> text, Args&&... args) {
    checked(code);
    if (!holds) violated(code, fmt::format(text, std::forward<Args>(args)...));
  }
  // Of a property that is `sometimes`: it was reached.
  void reached(std::string_view code) { checked(code); }
  // True time, which no node sees.
  virtual Instant now() const = 0;

 private:
  virtual void checked(std::string_view code) = 0;
  virtual void violated(std::string_view code, std::string text) = 0;
};

class Spec {
 public:
  virtual ~Spec() = default;

  // Besides the runtime's: codes of letters and digits, unlike M1, D1, R1, P1, H1, X1, TK1.
  virtual std::vector<Property> properties() const = 0;
  // At each start of each node, right after Node::start(): adds behaviors, starts processes.
  virtual void program(SimNode& at) = 0;
  // The node had to start again in place (Node::on_restarted): its processes are gone, what
  // program() has added to it is not.
  virtual void restarted(SimNode& /*at*/) {}
  // One operation, as a line of text; a function of what is drawn only.
  virtual std::string draw(Random& random) = 0;
  // How long each node waits between operations, drawn from that range.
  virtual std::pair<Duration, Duration> pace() const { return {50ms, 900ms}; }
  // Carries it out on that node, within a process. It ends with the node.
  virtual task<void> operate(SimNode& at, std::string operation) = 0;

  // --- Checks ---
  // After each event that was that node's turn; cheap if nothing changed.
  virtual void always(SimNode& /*at*/, Verdict& /*verdict*/) {}
  // In the quiet phase, when all faults are over and everything has had the time to converge: once,
  // on a node that runs. It has end_time until the run is over.
  virtual task<void> at_end(SimNode& /*any*/, Verdict& /*verdict*/) { co_return; }
  // When the run is over, if it held until then.
  virtual void finish(Verdict& /*verdict*/) {}

  // --- For people ---
  virtual std::string_view name() const { return "service"; }
  virtual std::vector<MessageWords> messages() const { return {}; }
};

inline constexpr Duration end_time = 2500ms;

}  // namespace noex::testkit
