// Spec: what a team says about its own processes, so that they can be tested on a simulated
// cluster.
//
//   struct KvSpec : noex::testkit::Spec {
//     std::vector<Property> properties() const override {
//       return {{"KV1", "an acknowledged put is never lost"}};
//     }
//     void program(SimNode& at) override { kv::start(at.node()); }
//     std::string draw(Random& random) override { return fmt::format("k{}", random.below(1000)); }
//     task<void> operate(SimNode& at, std::string key) override {
//       const Result<Done> put = co_await kv::put(at.node(), key, "v");
//       if (put) acknowledged.insert(key);
//     }
//     task<void> at_end(SimNode& any, Verdict& verdict) override {
//       for (const std::string& key : acknowledged) {
//         const bool found = (co_await kv::get(any.node(), key)).has_value();
//         verdict.expect("KV1", found, "acknowledged {} is lost", key);
//       }
//     }
//     std::set<std::string> acknowledged;
//   };
//
// One Spec object is one run, on all its nodes: its members are what the test knows, and no node
// does. Everything is called on one thread, in simulated time. A run is a function of its seed, so
// nothing here may look at real time, real randomness or addresses. The runtime's own properties
// (docs/SIMULATOR.md) are checked as well.
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

using sim::message_words;  // how messages are shown in the story
using sim::MessageWords;   // how one is
using sim::Property;       // what must hold

// One node of the run, from one start to its end. Valid until the run is over.
class SimNode {
 public:
  virtual ~SimNode() = default;

  // The node, while it runs; afterwards, to ask for it stops the program.
  virtual Node& node() = 0;
  // Whether it still runs.
  virtual bool runs() const = 0;
  // Which machine it is on: 0 .. cluster_size() - 1.
  virtual std::uint32_t number() const = 0;
  // How many machines there are.
  virtual std::uint32_t cluster_size() const = 0;
  // The id of each machine's node, in order; valid until the run is over.
  virtual const std::vector<NodeId>& cluster() const = 0;
  // A reference to the same process that sends through this node: a Ref sends through the node that
  // it came from, and is of no use on another one.
  Ref reference(const Ref& process) { return node().ref(process.incarnation(), process.process()); }
  // True time, which no node sees.
  virtual Instant now() const = 0;
  // The random stream of that name, which is this node's own: the same at each call.
  virtual Random random(std::string_view name) const = 0;
  // Shows a line to people, in the report, the story and the page. It is part of the fingerprint.
  virtual void show(std::string_view line) = 0;
  // Gives the process a name in the story.
  virtual void name_process(const Ref& process, std::string_view role) = 0;
  // Keeps the object until this node ends.
  virtual void keep(std::shared_ptr<void> object) = 0;
};

// Where a spec says what it has found. Codes are those of Spec::properties(): any other stops the
// program.
class Verdict {
 public:
  virtual ~Verdict() = default;

  // Counts that there was something to check; if it does not hold, the run ends and `text`, with
  // fmt's formats, says what was seen.
  template <class... Args>
  void expect(std::string_view code, bool holds, fmt::format_string<Args...> text, Args&&... args) {
    checked(code);
    if (!holds) violated(code, fmt::format(text, std::forward<Args>(args)...));
  }
  // What a property that need only hold `sometimes` asks for has been reached.
  void reached(std::string_view code) { checked(code); }
  // True time, which no node sees.
  virtual Instant now() const = 0;

 private:
  virtual void checked(std::string_view code) = 0;
  virtual void violated(std::string_view code, std::string text) = 0;
};

// What is tested: one object for each run.
class Spec {
 public:
  virtual ~Spec() = default;

  // What must hold, besides the runtime's own properties. Codes are letters and digits, and none of
  // the runtime's (which begin with M, D, R, P, H, X and TK).
  virtual std::vector<Property> properties() const = 0;
  // Whether the runtime's own are checked below them, which costs time; X1 (check_twice) always is.
  virtual bool checks_runtime() const { return true; }
  // What a node runs: called at each start of each node, right after Node::start(). It adds
  // behaviors and starts processes.
  virtual void program(SimNode& at) = 0;
  // The node had to start again in place (Node::on_restarted): its processes are gone, but
  // behaviors and callbacks that program() has added are not.
  virtual void restarted(SimNode& /*at*/) {}
  // Draws an operation, as one line of text, which must depend on nothing but `random`.
  virtual std::string draw(Random& random) = 0;
  // How long each node waits between operations: drawn from this range, both ends in it.
  virtual std::pair<Duration, Duration> pace() const { return {50ms, 900ms}; }
  // Carries an operation out on that node, as a process, which ends with the node.
  virtual task<void> operate(SimNode& at, std::string operation) = 0;

  // --- Checks ---
  // Called after each event that was a turn of that node: it must be cheap when nothing has
  // changed.
  virtual void always(SimNode& /*at*/, Verdict& /*verdict*/) {}
  // Called once, on a node that runs, when all faults are over and everything has had the time to
  // converge. It may await for end_time; then the run is over.
  virtual task<void> at_end(SimNode& /*any*/, Verdict& /*verdict*/) { co_return; }
  // Called when the run is over, if everything has held until then.
  virtual void finish(Verdict& /*verdict*/) {}

  // --- For people ---
  // What is tested, in one word.
  virtual std::string name() const { return "service"; }
  // How the spec's own messages are shown in the story.
  virtual std::vector<MessageWords> messages() const { return {}; }
};

// How much simulated time Spec::at_end() has.
inline constexpr Duration end_time = 2500ms;

}  // namespace noex::testkit
