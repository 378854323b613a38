// Follow: `sim --follow USER`: what one user did and saw, while the run goes on.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "noex/sim/run/simulation.h"

namespace noex::sim {

// A user's chair: which node, which of its users.
struct Seat {
  std::uint32_t node = 0;
  std::uint32_t user = 0;

  auto operator<=>(const Seat&) const = default;
};

// The name that each seat takes first ("Alice"), by node and user; empty if it takes none.
std::vector<std::pair<Seat, std::string>> list_users(const Application& application,
                                                     const Scenario& scenario);

// user: a name as the scenario's users take one, or "node2/user1". Errors:
// invalid_argument, whose detail lists the users that there are.
Result<Seat> find_user(const Application& application, const Scenario& scenario,
                       std::string_view user);

// Gives each line that the user typed or saw to a sink: "    4.250 s  node2  > /join general".
class Follow final : public RunWatcher {
 public:
  Follow(Seat seat, std::function<void(std::string_view)> sink)
      : seat_(seat), sink_(std::move(sink)) {}

  void on_shown(Instant at, std::uint32_t node, std::uint32_t user, std::string_view line) override;
  void on_cluster_event(Instant at, std::uint32_t node, std::string_view what, std::string_view who,
                        std::string_view why) override;
  void on_step(Instant at, const Step& step) override;

 private:
  void say(Instant at, std::string_view line);

  const Seat seat_;
  const std::function<void(std::string_view)> sink_;
};

}  // namespace noex::sim
