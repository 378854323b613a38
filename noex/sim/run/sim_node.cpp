#include "noex/sim/run/sim_node.h"

#include <utility>

#include <fmt/format.h>

#include "chat/room.h"

namespace noex::sim {

namespace {

// The simulator's time zone is UTC.
std::string time_of_day(WallTime time) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  std::string text = "00:00:00";
  const auto put = [&text](std::size_t at, std::int64_t number) {
    text[at] = static_cast<char>('0' + number / 10);
    text[at + 1] = static_cast<char>('0' + number % 10);
  };
  put(0, seconds / 3600 % 24);
  put(3, seconds / 60 % 60);
  put(6, seconds % 60);
  return text;
}

std::string_view describe_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

}  // namespace

void SimNode::NodeLog::write(LogLevel level, std::string_view text) {
  owner_.on_log(node_, fmt::format("{}: {}", describe_level(level), text));
}

// In a turn of the session: it ends in a later one.
void SimNode::User::quit() {
  here = false;
  session->close();
}

SimNode::SimNode(SimNodeConfig config, Host& host, SimNodeOwner& owner,
                 chat::ChatObserver& observer)
    : index_(config.index),
      host_(host),
      owner_(owner),
      observer_(observer),
      log_(owner, config.index),
      node_(std::move(config.node), host.loop(), host.network(), host.random("node"), log_),
      prober_(node_, *config.notebook,
              ProberConfig{config.company.prober, config.rooms_may_end, config.active,
                           [this](const std::string& deed) { owner_.on_own_deed(index_, deed); }},
              host.random("prober")),
      couriers_(node_, *config.book, *config.post, config.company, config.active,
                host.random("courier")) {
  chat::add_room_behavior(node_, observer_);
  for (std::uint32_t user = 0; user < users_per_node; ++user) {
    users_[user].owner = &owner_;
    users_[user].node = index_;
    users_[user].number = user;
  }
  watch();
}

SimNode::~SimNode() = default;

Result<void> SimNode::start() {
  Result<void> started = node_.start();
  if (started) {
    prober_.start();
    couriers_.start();
  }
  return started;
}

void SimNode::watch() {
  node_.on_node_up([this](const NodeId& id) {
    owner_.on_told(index_, id, true);
    owner_.on_cluster_event(index_, "up", id, {});
  });
  node_.on_node_down([this](const NodeId& id, DownReason why) {
    owner_.on_told(index_, id, false);
    owner_.on_cluster_event(index_, "down", id, noex::describe(why));
  });
  node_.on_restarted([this] { owner_.on_cluster_event(index_, "restarted", node_.id(), {}); });
}

bool SimNode::open(std::uint32_t user, std::uint64_t label) {
  User& chair = users_[user];
  if (chair.here || leaving_) return false;
  chair.session.reset();
  chat::ChatSessionConfig config;
  config.label = label;
  config.time_of_day = time_of_day;
  chair.session = std::make_unique<chat::ChatSession>(node_, chair, observer_, std::move(config));
  chair.here = true;
  return true;
}

std::optional<std::uint64_t> SimNode::session(std::uint32_t user) const {
  const User& chair = users_[user];
  if (!chair.here) return std::nullopt;
  return chair.session->label();
}

void SimNode::command(std::uint32_t user, const std::string& line) {
  users_[user].session->command(line);
}

bool SimNode::leave(Task done) {
  if (std::exchange(leaving_, true)) return false;
  for (User& chair : users_) {
    if (chair.session) chair.session->close();
    chair.here = false;
  }
  node_.leave(std::move(done));
  return true;
}

}  // namespace noex::sim
