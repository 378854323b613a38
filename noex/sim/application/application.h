// Application: what runs on a simulated cluster, and what must hold of it. The seam between the
// simulator and everybody's own processes.
//
// An application says what a node runs at each start, which operations there are (lines of text, so
// that scenario files, shrinking and the story work for them), how a workload is drawn from a seed,
// which properties it has, and what its messages are called. The simulator owns the rest: machines,
// time, faults, the runtime's own properties, shrinking, the story and the page.
//
// Three objects: the Application itself is constant and outlives everything; an ApplicationRun is
// one run on all nodes, with what its checkers know; a Program is one start of one node.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "noex/runtime/node/node.h"
#include "noex/runtime/observe/observer.h"
#include "noex/sim/application/message_words.h"
#include "noex/sim/check/property.h"
#include "noex/sim/check/truth.h"
#include "noex/sim/scenario/scenario.h"
#include "noex/sim/workload/prober.h"
#include "noex/transport/base/random.h"

namespace noex::sim {

// A node ran from `from` on; until `to`, or the end of the run.
struct Life {
  std::uint32_t node = 0;
  Instant from{};
  Instant to{};

  bool operator==(const Life&) const = default;
};

// What a program may use of the node that it runs on; outlives it.
class ProgramHost {
 public:
  virtual ~ProgramHost() = default;

  virtual Node& node() = 0;
  // Which node it is, as Truth numbers them; and the machine, as steps do.
  virtual std::size_t index() const = 0;
  virtual std::uint32_t machine() const = 0;
  // A stream of its own by that name: the same in every run of the seed.
  virtual Random random(std::string_view name) const = 0;
  // A line for that user of the node: what people see of the run, and part of its fingerprint.
  virtual void show(std::uint32_t user, std::string_view line) = 0;
  // What the process is called in the story; costs nothing where nobody records one.
  virtual void name_process(const Ref& process, std::string_view role) = 0;
};

// One start of one node, in the turns of its host. Destroying it without leave() is a crash: the
// process is dead by then, and nobody hears of it.
class Program {
 public:
  virtual ~Program() = default;

  // The node has started.
  virtual void start() {}
  // The user sits down again after going; false: the user is here, or the node leaves.
  virtual bool open(std::uint32_t /*user*/) { return false; }
  // False: the user has gone, and what is asked of it is lost.
  virtual bool is_here(std::uint32_t /*user*/) const { return true; }
  // One operation, as the scenario has it. What becomes of it is shown, or told to the checkers.
  virtual void operate(std::uint32_t user, const std::string& line) = 0;
  // Before the node itself leaves.
  virtual void leave() {}
};

// One run: makes the programs, and checks what they do.
class ApplicationRun {
 public:
  virtual ~ApplicationRun() = default;

  // Before the node starts; it may add behaviors. The node is there until the program is gone.
  virtual std::unique_ptr<Program> make_program(ProgramHost& host) = 0;
  // Hears of that node, after the runtime's checkers; nullptr: nobody. Lives as long as this.
  virtual Observer* node_observer(std::size_t /*index*/) { return nullptr; }

  // --- Checks; what they find goes to the Tally that the run was begun with ---
  // A node runs, or a boot of it has ended (a crash, a leave, a restart in place).
  virtual void on_node_started(std::size_t /*index*/) {}
  virtual void on_node_ended(std::size_t /*index*/, const Incarnation&) {}
  // After each event that was that node's turn; cheap if nothing changed.
  virtual void after_event(std::size_t /*index*/) {}
  // A few times a simulated second: what depends on time passing.
  virtual void look() {}
  // When the quiet phase is over: what must hold by then.
  virtual void at_end() {}
};

// How a shown line is taken where lines are counted and picked for people.
enum class LineKind : std::uint8_t { noise, other, event, message };

class Application {
 public:
  virtual ~Application() = default;

  // One word, for people: "chat".
  virtual std::string_view name() const = 0;
  // Besides the runtime's; their codes differ from those.
  virtual std::vector<Property> properties() const = 0;
  // False: the runtime's are not checked, but for X1.
  virtual bool checks_runtime() const { return true; }
  // Adds operations (StepKind::command, open, paste) to the scenario, before quiet_from. `lives`:
  // when its nodes will run. A function of its arguments only.
  virtual void add_workload(Scenario& scenario, const std::vector<Life>& lives,
                            const Random& random) const = 0;
  // All outlive the run.
  virtual std::unique_ptr<ApplicationRun> begin(const Scenario& scenario, const Truth& truth,
                                                Tally& tally) const = 0;

  // --- For people ---
  // What the messages that go between its nodes say; of others the type's number is shown.
  virtual std::vector<MessageWords> messages() const { return {}; }
  virtual LineKind kind_of(std::string_view /*line*/) const { return LineKind::message; }
  // The name that a user takes by that operation; empty: none.
  virtual std::string_view user_name(std::string_view /*line*/) const { return {}; }
  // What the prober (docs/SIMULATOR.md) does to its processes.
  virtual Probe probe() const { return {}; }
};

// What is checked: the runtime's properties, unless it does without, and the application's.
PropertyTable properties_of(const Application& application);

}  // namespace noex::sim
