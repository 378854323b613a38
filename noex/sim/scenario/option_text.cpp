#include "noex/sim/scenario/option_text.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace noex::sim {

namespace {

constexpr Duration option_max = 1h;
// A cluster that hears nothing for longer than this takes others for dead all the time.
constexpr Duration latency_max = 1s;
constexpr Duration tail_max = 10s;
constexpr std::uint64_t parts_max = 1'000'000;
// Smaller messages could not hold what the protocol itself needs.
constexpr std::size_t bytes_min = 64 * 1024;

struct TimeOption {
  std::string_view name;
  Duration Options::* field;
};

constexpr std::array times = {
    TimeOption{"heartbeat_interval", &Options::heartbeat_interval},
    TimeOption{"suspicion_after", &Options::suspicion_after},
    TimeOption{"suspicion_timeout", &Options::suspicion_timeout},
    TimeOption{"probe_after", &Options::probe_after},
    TimeOption{"gossip_delay", &Options::gossip_delay},
    TimeOption{"dead_redial_interval", &Options::dead_redial_interval},
    TimeOption{"link_idle_timeout", &Options::link_idle_timeout},
    TimeOption{"dial_timeout", &Options::dial_timeout},
    TimeOption{"redial_min", &Options::redial_min},
    TimeOption{"redial_max", &Options::redial_max},
    TimeOption{"handshake_timeout", &Options::handshake_timeout},
    TimeOption{"leave_timeout", &Options::leave_timeout},
    TimeOption{"stall_timeout", &Options::stall_timeout},
    TimeOption{"call_timeout", &Options::call_timeout},
    TimeOption{"spawn_timeout", &Options::spawn_timeout},
    TimeOption{"register_timeout", &Options::register_timeout},
};

struct CountOption {
  std::string_view name;
  std::size_t Options::* field;
  std::size_t low = 1;
};

constexpr std::array counts = {
    CountOption{"message_bytes_max", &Options::message_bytes_max, bytes_min},
    CountOption{"unsent_bytes_max", &Options::unsent_bytes_max},
    CountOption{"queue_bytes_soft", &Options::queue_bytes_soft},
    CountOption{"queue_bytes_hard", &Options::queue_bytes_hard},
    CountOption{"queue_bytes_cutoff", &Options::queue_bytes_cutoff},
    CountOption{"mailbox_messages_max", &Options::mailbox_messages_max},
    CountOption{"mailbox_bytes_max", &Options::mailbox_bytes_max},
    CountOption{"turn_work_max", &Options::turn_work_max},
    CountOption{"spawns_per_link_max", &Options::spawns_per_link_max},
    CountOption{"unauthenticated_max", &Options::unauthenticated_max},
    CountOption{"members_max", &Options::members_max},
    CountOption{"mesh_max", &Options::mesh_max},
    CountOption{"processes_max", &Options::processes_max},
    CountOption{"calls_max", &Options::calls_max},
    CountOption{"names_max", &Options::names_max},
};

// "name=value"
std::pair<std::string_view, std::string_view> read_setting(LineReader& line) {
  const std::string_view word = line.word("name=value");
  const std::size_t equals = word.find('=');
  if (equals != std::string_view::npos) return {word.substr(0, equals), word.substr(equals + 1)};
  line.refuse(fmt::format("'{}' is not name=value", shown(word)));
  return {};
}

void read_option(LineReader& line, Options& options) {
  const auto [name, value] = read_setting(line);
  if (line.error()) return;
  const auto time = std::ranges::find(times, name, &TimeOption::name);
  if (time != times.end()) {
    options.*time->field = line.time(value, name, 1ms, option_max);
    return;
  }
  const auto count = std::ranges::find(counts, name, &CountOption::name);
  if (count != counts.end()) {
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    options.*count->field = line.number(value, name, count->low, most);
    return;
  }
  line.refuse(fmt::format("'{}' is no option of a node", shown(name)));
}

void read_link(LineReader& line, LinkProfile& links) {
  const auto [name, value] = read_setting(line);
  if (line.error()) return;
  const auto parts = [&line, &name, &value] {
    return static_cast<std::uint32_t>(line.number(value, name, 0, parts_max));
  };
  if (name == "latency") {
    links.latency = line.time(value, name, 0s, latency_max);
  } else if (name == "jitter") {
    links.jitter = line.time(value, name, 0s, latency_max);
  } else if (name == "tail_chance") {
    links.tail_chance = parts();
  } else if (name == "tail") {
    links.tail = line.time(value, name, 0s, tail_max);
  } else if (name == "chunk_chance") {
    links.chunk_chance = parts();
  } else if (name == "bytes_per_second") {
    links.bytes_per_second = line.number(value, name, 0, std::numeric_limits<std::uint32_t>::max());
  } else {
    line.refuse(
        fmt::format("'{}' is no setting of a link; there are: latency, jitter, tail_chance, tail, "
                    "chunk_chance, bytes_per_second",
                    shown(name)));
  }
}

}  // namespace

std::string print_options(const Options& options) {
  const Options defaults;
  std::string text;
  for (const TimeOption& option : times) {
    if (options.*option.field == defaults.*option.field) continue;
    text += fmt::format("option {}={}\n", option.name, print_time(options.*option.field));
  }
  for (const CountOption& option : counts) {
    if (options.*option.field == defaults.*option.field) continue;
    text += fmt::format("option {}={}\n", option.name, options.*option.field);
  }
  return text;
}

void read_options(LineReader& line, Options& options) {
  do {
    read_option(line, options);
  } while (!line.peek().empty() && !line.error());
}

std::string print_links(const LinkProfile& links) {
  std::string text =
      fmt::format(" latency={} jitter={}", print_time(links.latency), print_time(links.jitter));
  if (links.tail_chance > 0) text += fmt::format(" tail_chance={}", links.tail_chance);
  if (links.tail > 0s) text += fmt::format(" tail={}", print_time(links.tail));
  if (links.chunk_chance > 0) text += fmt::format(" chunk_chance={}", links.chunk_chance);
  if (links.bytes_per_second > 0) {
    text += fmt::format(" bytes_per_second={}", links.bytes_per_second);
  }
  return text;
}

LinkProfile read_links(LineReader& line) {
  LinkProfile links;
  do {
    read_link(line, links);
  } while (!line.peek().empty() && !line.error());
  return links;
}

}  // namespace noex::sim
