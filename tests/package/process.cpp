// A process with two messages and nothing else: what a user waits for at each change of it.
#include "noex/runtime/node/node.h"

struct Add {
  static constexpr auto wire_name = "process:add";
  using reply = std::int64_t;
  std::int64_t amount = 0;
};
struct Reset {
  static constexpr auto wire_name = "process:reset";
  std::string why;
};

class Counter : public noex::Process {
 public:
  using messages = std::tuple<Add, Reset>;
  using Process::Process;
  noex::Result<std::int64_t> on(const Add& add) { return total_ += add.amount; }
  void on(const Reset&) { total_ = 0; }

 private:
  std::int64_t total_ = 0;
};

void add_counter(noex::Node& node) {
  node.behaviors().add<Counter>("counter");
}
