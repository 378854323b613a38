// Supervisor: a process that keeps others running, as in OTP.
//
//   const Result<Ref> supervisor = node.spawn_local<Supervisor>(
//       SupervisorSpec(Strategy::rest_for_one)
//           .intensity(3, 5s)
//           .child<Store>("store", ChildOptions().global("store"), path)
//           .child<Index>("index", ChildOptions().restart(Restart::transient)));
//
// Its children are processes of its own node. It starts them in order, each once the one before has
// been initialised; restarts those that end; and ends them in reverse order before it ends itself.
// A child with a global name keeps it over its restarts: at no moment has the name no holder. A
// class that derives from Supervisor and takes no arguments can be a behavior that other nodes
// spawn. The rules: docs/PROTOCOL.md, "Supervisors".
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "noex/runtime/node/node.h"
#include "noex/runtime/process/process.h"

namespace noex {

class Runtime;

// Which other children are restarted with one that has ended.
enum class Strategy : std::uint8_t {
  one_for_one,   // none
  one_for_all,   // all
  rest_for_one,  // those that were started after it
};

// When a child that has ended is restarted.
enum class Restart : std::uint8_t {
  permanent,  // always
  transient,  // unless it ended normally, or by shutdown
  temporary,  // never
};

// How a child is kept. A value; each setter takes a temporary and gives the options back by value.
class ChildOptions {
 public:
  // Permanent, without a global name.
  ChildOptions() : start_timeout_(Duration::zero()) {}

  // When it is restarted.
  [[nodiscard]] ChildOptions restart(Restart restart) && {
    restart_ = restart;
    return std::move(*this);
  }
  // How long the child may take to end when it is asked to; then it is killed. 0: it is killed at
  // once. By default 5 s; without end if it is a supervisor, which waits for its own children.
  [[nodiscard]] ChildOptions shutdown(Duration timeout) && {
    shutdown_ = timeout;
    return std::move(*this);
  }
  // Registers the child under `name` in the whole cluster.
  [[nodiscard]] ChildOptions global(std::string name) && {
    global_name_ = std::move(name);
    return std::move(*this);
  }
  // How long its init and its registration may take; 0: Options::spawn_timeout.
  [[nodiscard]] ChildOptions start_timeout(Duration timeout) && {
    start_timeout_ = timeout;
    return std::move(*this);
  }

  // See the setter.
  Restart restart() const { return restart_; }
  // See the setter; nothing: the default.
  std::optional<Duration> shutdown() const { return shutdown_; }
  // See the setter; empty: it has no global name.
  const std::string& global_name() const& { return global_name_; }
  std::string global_name() && { return std::move(global_name_); }  // of a temporary
  // See the setter.
  Duration start_timeout() const { return start_timeout_; }

 private:
  Restart restart_ = Restart::permanent;
  std::optional<Duration> shutdown_;
  std::string global_name_;
  Duration start_timeout_;
};

class Supervisor;

// What a supervisor keeps. A value, made in one expression as above, or child by child.
class SupervisorSpec {
 public:
  // One child, as it was added.
  struct Child {
    std::string name;      // its own among the children
    ChildOptions options;  // how it is kept
    Duration shutdown{};   // how long it may take to end; Duration::max(): without end
    std::function<Blueprint(Node&)> make;  // called at each of its starts
  };

  // By default 3 restarts within 5 s.
  explicit SupervisorSpec(Strategy strategy = Strategy::one_for_one) : strategy_(strategy) {}

  // With more than `restarts` restarts within `period`, the supervisor gives up: it ends with
  // ExitReason::error.
  SupervisorSpec& intensity(std::size_t restarts, Duration period) & {
    restarts_max_ = restarts;
    period_ = period;
    return *this;
  }
  // The same of a temporary.
  [[nodiscard]] SupervisorSpec intensity(std::size_t restarts, Duration period) && {
    return std::move(intensity(restarts, period));
  }
  // Adds a child of class P, behind the others. `name` is its own among the children: one that is
  // taken stops the program. P is made with copies of `args` at each of its starts.
  template <class P, class... Args>
  SupervisorSpec& child(std::string name, ChildOptions options, Args&&... args) & {
    using Tuple = typename behavior_detail::ArgumentsOf<P>::type;
    const Duration usual = std::is_base_of_v<Supervisor, P> ? Duration::max() : Duration(5s);
    const Duration shutdown = options.shutdown().value_or(usual);
    add(Child{std::move(name), std::move(options), shutdown,
              [bound = Tuple(std::forward<Args>(args)...)](Node& node) {
                return node.behaviors().make_here<P>(bound);
              }});
    return *this;
  }
  // The same of a temporary.
  template <class P, class... Args>
  [[nodiscard]] SupervisorSpec child(std::string name, ChildOptions options, Args&&... args) && {
    return std::move(child<P>(std::move(name), std::move(options), std::forward<Args>(args)...));
  }

  // See the constructor.
  Strategy strategy() const { return strategy_; }
  // See intensity().
  std::size_t restarts_max() const { return restarts_max_; }
  // See intensity().
  Duration period() const { return period_; }
  // In the order in which they are started.
  const std::vector<Child>& children() const& { return children_; }
  std::vector<Child> children() && { return std::move(children_); }  // of a temporary

 private:
  void add(Child child);

  Strategy strategy_;
  std::size_t restarts_max_ = 3;
  Duration period_ = 5s;
  std::vector<Child> children_;
};

// What a supervisor says of one child.
struct ChildInfo {
  std::string name;            // as in the spec
  Ref process;                 // Ref(): it does not run
  std::uint64_t restarts = 0;  // since the supervisor started
};

// A call to a supervisor, which answers with its children, in the order in which they are started.
struct Children {
  static constexpr auto wire_name = "noex:children";  // a message
  using reply = std::vector<ChildInfo>;               // a call
};

// The process that keeps the children of a SupervisorSpec.
class Supervisor : public Process {
 public:
  using messages = std::tuple<Children>;         // what it takes
  using arguments = std::tuple<SupervisorSpec>;  // what it is made with

  // For spawn_local, or a derived class.
  Supervisor(Context& context, SupervisorSpec spec);
  // Starts all children. If one cannot be started, it ends the others and fails.
  task<Result<void>> init() override;

  // Answers Children.
  Result<std::vector<ChildInfo>> on(const Children&);
  // A child has ended: it is restarted, or not. From any other process: the supervisor ends.
  task<void> on(const Exit& ended);

 private:
  struct Child {
    Ref process;  // Ref(): it does not run
    std::uint64_t restarts = 0;
    bool gone = false;  // for good
  };
  using Place = std::size_t;  // in the order of the children

  Place place_of(const Ref& process) const;
  bool wants_restart(Place place, const ExitReason& reason) const;
  bool has_lost_name(Place place) const;
  bool may_restart();
  task<void> restart(Place failed);
  // Starts those that do not run; gives the first that could not be started.
  task<std::optional<Place>> start(Place first, Place last);
  task<Result<void>> start_one(Place place);
  // Ends those that run, the last first.
  task<void> stop(Place first, Place last);
  task<void> stop_all();
  void drop_name(Place place);

  Runtime& runtime_;
  SupervisorSpec spec_;
  std::vector<Child> children_;
  std::deque<Instant> restarted_;  // Invariant: at most restarts_max, none older than the period
};

}  // namespace noex
