// Supervisor: a process that keeps others running, as in OTP.
//
//   node.spawn_local<Supervisor>(SupervisorSpec(Strategy::rest_for_one)
//       .intensity(3, 5s)
//       .child<Store>("store", ChildOptions().global("store"), path)
//       .child<Index>("index", ChildOptions().restart(Restart::transient)));
//
// Its children are processes of its own node. It starts them in order, each when the one before is
// through with its init, restarts those that end, and ends them in reverse order before it ends.
// A child under a global name keeps it over its restarts: at no moment is the name missing. A class
// derived from Supervisor, without arguments, can be a behavior that other nodes spawn.
// Rules: docs/PROTOCOL.md, "Supervisors".
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

// Who is restarted with a child that has ended.
enum class Strategy : std::uint8_t {
  one_for_one,   // nobody
  one_for_all,   // all others
  rest_for_one,  // those that were started after it
};

enum class Restart : std::uint8_t {
  permanent,  // always
  transient,  // unless it ended normally, or by shutdown
  temporary,  // never
};

class ChildOptions {
 public:
  ChildOptions() : start_timeout_(Duration::zero()) {}

  [[nodiscard]] ChildOptions restart(Restart restart) && {
    restart_ = restart;
    return std::move(*this);
  }
  // How long it may take to end when it is asked to; then it is killed. 0: killed at once. If not
  // said: 5 s, but for ever for a supervisor, which needs the sum of what its children need.
  [[nodiscard]] ChildOptions shutdown(Duration timeout) && {
    shutdown_ = timeout;
    return std::move(*this);
  }
  // Registers it under `name` in the whole cluster.
  [[nodiscard]] ChildOptions global(std::string name) && {
    global_name_ = std::move(name);
    return std::move(*this);
  }
  // How long its init and registration may take; 0: the node's spawn_timeout.
  [[nodiscard]] ChildOptions start_timeout(Duration timeout) && {
    start_timeout_ = timeout;
    return std::move(*this);
  }

  Restart restart() const { return restart_; }
  std::optional<Duration> shutdown() const { return shutdown_; }
  const std::string& global_name() const { return global_name_; }
  Duration start_timeout() const { return start_timeout_; }

 private:
  Restart restart_ = Restart::permanent;
  std::optional<Duration> shutdown_;
  std::string global_name_;
  Duration start_timeout_;
};

class Supervisor;

// Made in one expression, as above, or child by child: spec.child<Store>("store", ...).
class SupervisorSpec {
 public:
  struct Child {
    std::string name;
    ChildOptions options;
    Duration shutdown{};
    std::function<Blueprint(Node&)> make;
  };

  explicit SupervisorSpec(Strategy strategy = Strategy::one_for_one) : strategy_(strategy) {}

  // More than `restarts` of them within `period`, and the supervisor gives up: it ends with error.
  SupervisorSpec& intensity(std::size_t restarts, Duration period) & {
    restarts_max_ = restarts;
    period_ = period;
    return *this;
  }
  [[nodiscard]] SupervisorSpec intensity(std::size_t restarts, Duration period) && {
    return std::move(intensity(restarts, period));
  }
  // `name` is its own among the children. P is made with copies of `args`, at every start.
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
  template <class P, class... Args>
  [[nodiscard]] SupervisorSpec child(std::string name, ChildOptions options, Args&&... args) && {
    return std::move(child<P>(std::move(name), std::move(options), std::forward<Args>(args)...));
  }

  Strategy strategy() const { return strategy_; }
  std::size_t restarts_max() const { return restarts_max_; }
  Duration period() const { return period_; }
  const std::vector<Child>& children() const { return children_; }

 private:
  void add(Child child);

  Strategy strategy_;
  std::size_t restarts_max_ = 3;
  Duration period_ = 5s;
  std::vector<Child> children_;
};

struct ChildInfo {
  std::string name;
  Ref process;  // Ref(): it does not run
  std::uint64_t restarts = 0;
};

// Asks a supervisor for its children, in the order in which they are started.
struct Children {
  static constexpr auto wire_name = "noex:children";
  using reply = std::vector<ChildInfo>;
};

class Supervisor : public Process {
 public:
  using messages = std::tuple<Children>;
  using arguments = std::tuple<SupervisorSpec>;

  // Fails, and leaves nothing behind, if one of the children can't be started.
  Supervisor(Context& context, SupervisorSpec spec);
  task<Result<void>> init() override;

  Result<std::vector<ChildInfo>> on(const Children&);
  // Of a child: it is restarted, or not. Of anybody else: it is time to end.
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
