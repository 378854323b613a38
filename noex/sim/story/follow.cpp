#include "noex/sim/story/follow.h"

#include <algorithm>

#include <fmt/format.h>

#include "noex/transport/base/text.h"

namespace noex::sim {

namespace {

constexpr std::size_t line_bytes_max = 10'000;

// The name that its user takes by it; empty: none.
std::string_view name_in(const Application& application, const Step& step) {
  return step.kind == StepKind::command ? application.user_name(step.text) : std::string_view();
}

std::string describe(Seat seat) {
  return fmt::format("{}/user{}", node_name(seat.node), seat.user + 1);
}

std::string list_for_people(const Application& application, const Scenario& scenario) {
  std::string list;
  for (const auto& [seat, name] : list_users(application, scenario)) {
    if (!list.empty()) list += ", ";
    list += name.empty() ? describe(seat) : fmt::format("{} ({})", name, describe(seat));
  }
  return list;
}

}  // namespace

std::vector<std::pair<Seat, std::string>> list_users(const Application& application,
                                                     const Scenario& scenario) {
  std::vector<std::pair<Seat, std::string>> users;
  for (std::uint32_t node = 0; node < scenario.nodes; ++node) {
    for (std::uint32_t user = 0; user < users_per_node; ++user) {
      const auto step = std::ranges::find_if(scenario.steps, [&](const Step& each) {
        return each.node == node && each.user == user && !name_in(application, each).empty();
      });
      const bool named = step != scenario.steps.end();
      users.emplace_back(Seat{node, user},
                         named ? name_in(application, *step) : std::string_view());
    }
  }
  return users;
}

// Two may take one name at different times: who begins with it goes first.
Result<Seat> find_user(const Application& application, const Scenario& scenario,
                       std::string_view user) {
  const std::vector<std::pair<Seat, std::string>> users = list_users(application, scenario);
  for (const auto& [seat, name] : users) {
    if (name == user || describe(seat) == user) return seat;
  }
  for (const Step& step : scenario.steps) {
    if (!user.empty() && name_in(application, step) == user) return Seat{step.node, step.user};
  }
  return fail(ErrorCode::invalid_argument, fmt::format("no user '{}'; there are: {}", visible(user),
                                                       list_for_people(application, scenario)));
}

void Follow::say(Instant at, std::string_view line) {
  sink_(fmt::format("{:>9} s  {:<6} {}\n", format_seconds(at), node_name(seat_.node), line));
}

void Follow::on_shown(Instant at, std::uint32_t node, std::uint32_t user, std::string_view line) {
  if (Seat{node, user} == seat_) say(at, line);
}

void Follow::on_cluster_event(Instant at, std::uint32_t node, std::string_view what,
                              std::string_view, std::string_view) {
  if (node != seat_.node) return;
  if (what == "starts") say(at, "-- the node starts --");
  if (what == "ends") say(at, "-- the node ends --");
}

void Follow::on_step(Instant at, const Step& step) {
  if (Seat{step.node, step.user} != seat_) return;
  for (const std::string& line : typed_lines(step)) {
    say(at, fmt::format("> {}", visible(line, line_bytes_max)));
  }
}

}  // namespace noex::sim
