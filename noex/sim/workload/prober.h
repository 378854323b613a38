// Prober: a process that writes down references and calls them long after, on every node.
//
// Programs let go of a process as soon as they hear of its end. The prober does not: it also calls
// processes of earlier boots, with deadlines from hopeless to generous, so that what must not be
// answered is asked for; and now and then it may end one under its users' feet. It also wants names
// for processes that soon end. In the quiet phase it is quiet.
// Knows nothing of what should come back: checkers do.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "noex/runtime/node/node.h"
#include "noex/transport/base/random.h"

namespace noex::sim {

// Outlives the nodes of its machine, as a notebook does.
struct Notebook {
  struct Line {
    Incarnation where;
    ProcessId process = 0;
    std::string name;  // as which it was registered

    bool operator==(const Line&) const = default;
  };
  std::deque<Line> lines;
};

// What it does to an application's processes: it writes names with this prefix down, and asks
// their processes something long after.
struct Probe {
  std::string prefix;  // empty: every name
  // Any call; nullptr: one that nobody handles.
  task<void> (*ask)(Ref process, Duration timeout) = nullptr;
  std::string_view noun = "process";  // what the name without its prefix is a name of
};

struct ProberConfig {
  bool on = true;
  Probe probe;
  bool may_end = false;  // it ends processes, too
  Duration active{0};
  // What it does to others that they may notice, in words; may be empty.
  std::function<void(const std::string& deed)> tell;
};

class Prober {
 public:
  // node and notebook outlive it. In a turn of the node's host.
  Prober(Node& node, Notebook& notebook, ProberConfig config, Random random);

  // Once the node has started.
  void start();

 private:
  task<void> run();
  void probe();
  task<void> call(Ref ref, Duration timeout);
  task<void> hold(std::string name, std::shared_ptr<Ref> self, Duration timeout, Duration time);
  void write_down();
  void end(const Notebook::Line& line, const Ref& ref);

  Node& node_;
  Notebook& notebook_;
  const ProberConfig config_;
  const Instant end_;
  Random random_;
};

}  // namespace noex::sim
