// The include law: a folder is a room with one job, and rooms depend in one direction only.

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "tests/tidy/rules.h"

namespace noex::tidy {
namespace {

struct Room {
  std::string_view folder;  // or one file
  // Besides itself. Each stands further up in the list: so there are no circles. A folder of rooms
  // means all of them; with "/." behind it, only what lies in it.
  std::vector<std::string_view> may_include;
};

const std::vector<Room> rooms = {
    {"noex/transport/base", {}},
    {"noex/transport", {"noex/transport/base"}},
    {"noex/transport/asio", {"noex/transport/base", "noex/transport/."}},
    {"noex/transport/tls", {"noex/transport/base", "noex/transport/."}},

    {"noex/runtime/core", {"noex/transport"}},
    {"noex/runtime/message", {"noex/transport", "noex/runtime/core"}},
    {"noex/runtime/membership", {"noex/transport", "noex/runtime/core", "noex/runtime/message"}},
    {"noex/runtime/registry", {"noex/transport", "noex/runtime/core", "noex/runtime/message"}},
    {"noex/runtime/process", {"noex/transport", "noex/runtime/core", "noex/runtime/message"}},
    {"noex/runtime/cluster",
     {"noex/transport", "noex/runtime/core", "noex/runtime/message", "noex/runtime/membership"}},
    {"noex/runtime/observe",
     {"noex/transport", "noex/runtime/core", "noex/runtime/message", "noex/runtime/membership",
      "noex/runtime/registry", "noex/runtime/process", "noex/runtime/cluster"}},
    {"noex/runtime/names",
     {"noex/transport", "noex/runtime/core", "noex/runtime/message", "noex/runtime/registry",
      "noex/runtime/process", "noex/runtime/observe"}},
    {"noex/runtime/remote",
     {"noex/transport", "noex/runtime/core", "noex/runtime/message", "noex/runtime/registry",
      "noex/runtime/process", "noex/runtime/cluster", "noex/runtime/observe",
      "noex/runtime/names"}},
    {"noex/runtime/clients",
     {"noex/transport", "noex/runtime/core", "noex/runtime/message", "noex/runtime/membership",
      "noex/runtime/process", "noex/runtime/cluster", "noex/runtime/names", "noex/runtime/remote"}},
    {"noex/runtime/node",
     {"noex/transport", "noex/runtime/core", "noex/runtime/message", "noex/runtime/membership",
      "noex/runtime/registry", "noex/runtime/process", "noex/runtime/cluster",
      "noex/runtime/observe", "noex/runtime/names", "noex/runtime/remote", "noex/runtime/clients"}},
    {"noex/runtime/client",
     {"noex/transport", "noex/runtime/core", "noex/runtime/message", "noex/runtime/membership",
      "noex/runtime/process", "noex/runtime/cluster", "noex/runtime/names", "noex/runtime/remote",
      "noex/runtime/clients", "noex/runtime/node"}},

    {"noex/cli", {"noex/transport/base"}},
    {"chat", {"noex/transport", "noex/runtime", "noex/cli"}},

    {"noex/sim/heap", {}},
    {"noex/sim/world", {"noex/transport"}},
    {"noex/sim/text", {"noex/transport"}},
    {"noex/sim/scenario", {"noex/transport", "noex/runtime", "noex/sim/world", "noex/sim/text"}},
    {"noex/sim/workload",
     {"noex/transport", "noex/runtime", "noex/sim/world", "noex/sim/scenario"}},
    {"noex/sim/check",
     {"noex/transport", "noex/runtime", "noex/sim/world", "noex/sim/scenario",
      "noex/sim/workload"}},
    {"noex/sim/application",
     {"noex/transport", "noex/runtime", "noex/sim/world", "noex/sim/scenario", "noex/sim/workload",
      "noex/sim/check"}},
    {"noex/sim/plan",
     {"noex/transport", "noex/runtime", "noex/sim/world", "noex/sim/text", "noex/sim/scenario",
      "noex/sim/application"}},
    {"noex/sim/run",
     {"noex/transport", "noex/runtime", "noex/sim/world", "noex/sim/text", "noex/sim/scenario",
      "noex/sim/workload", "noex/sim/check", "noex/sim/application"}},
    {"noex/sim/story",
     {"noex/transport", "noex/runtime", "noex/sim/world", "noex/sim/text", "noex/sim/scenario",
      "noex/sim/workload", "noex/sim/check", "noex/sim/application", "noex/sim/run"}},
    {"noex/sim/search",
     {"noex/transport", "noex/sim/text", "noex/sim/scenario", "noex/sim/plan", "noex/sim/check",
      "noex/sim/run", "noex/sim/story"}},
    {"noex/sim/report",
     {"noex/transport", "noex/runtime", "noex/sim/world", "noex/sim/text", "noex/sim/scenario",
      "noex/sim/check", "noex/sim/application", "noex/sim/run", "noex/sim/story",
      "noex/sim/search"}},
    {"noex/sim/program",
     {"noex/transport", "noex/runtime", "noex/sim/world", "noex/sim/text", "noex/sim/scenario",
      "noex/sim/plan", "noex/sim/check", "noex/sim/application", "noex/sim/run", "noex/sim/story",
      "noex/sim/search", "noex/sim/report", "noex/cli"}},
    {"noex/sim/chat", {"noex/transport", "noex/runtime", "noex/sim", "chat"}},

    {"noex/testkit",
     {"noex/transport", "noex/runtime", "noex/sim/world", "noex/sim/text", "noex/sim/scenario",
      "noex/sim/plan", "noex/sim/check", "noex/sim/application", "noex/sim/run", "noex/sim/story",
      "noex/sim/search", "noex/sim/report", "noex/sim/program"}},

    // All of one component.
    {"noex/runtime.h", {"noex/transport", "noex/runtime"}},
    {"noex/asio.h", {"noex/transport"}},
    {"noex/sim.h", {"noex/transport", "noex/sim/world"}},
    {"noex/testkit.h", {"noex/testkit"}},

    {"tests", {"noex", "chat", "fuzz"}},
    {"fuzz", {"noex", "chat", "tests"}},
};

bool is_in(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

// The longest folder that holds the path; null for a path outside all.
const Room* room_of(std::string_view path) {
  const Room* found = nullptr;
  for (const Room& room : rooms) {
    const bool closer = !found || room.folder.size() > found->folder.size();
    if (closer && is_in(path, room.folder)) found = &room;
  }
  return found;
}

bool may_include(const Room& from, const Room& to) {
  return &from == &to || std::ranges::any_of(from.may_include, [&](std::string_view folder) {
    if (!folder.ends_with("/.")) return is_in(to.folder, folder);
    return to.folder == folder.substr(0, folder.size() - 2);
  });
}

bool is_asio_file(const Source& source) {
  return base_name(source.path).starts_with("asio_");
}

// The header of all of them names no more of Boost than others do.
bool is_backend(std::string_view path) {
  return base_name(path).starts_with("asio_") || path == "noex/asio.h";
}

bool may_choose_backend(const Source& source) {
  return is_backend(place_of(source.path)) || base_name(source.path) == "main.cpp" ||
         source.path.starts_with("tests/") || source.path.starts_with("fuzz/");
}

std::string judge_project_include(const Source& source, std::string_view included) {
  const Room* from = room_of(place_of(source.path));
  const Room* to = room_of(included);
  if (!to) return fmt::format("\"{}\" is in no room of the project", included);
  if (from && !may_include(*from, *to)) {
    return fmt::format("{} must not include {} (\"{}\")", from->folder, to->folder, included);
  }
  if (is_backend(included) && !may_choose_backend(source)) {
    return fmt::format("only a main chooses a backend (\"{}\")", included);
  }
  return {};
}

std::string judge_library_include(const Source& source, std::string_view included) {
  if (included.starts_with("boost/asio") && !is_asio_file(source)) {
    return fmt::format("only asio_* files name Boost.Asio (<{}>)", included);
  }
  if (included.starts_with("spdlog/") && base_name(source.path) != "spdlog_log.cpp") {
    return fmt::format("only spdlog_log.cpp names spdlog (<{}>)", included);
  }
  const std::string_view place = place_of(source.path);
  if (included.starts_with("openssl/") && !is_in(place, "noex/transport/tls") &&
      !is_in(place, "tests")) {
    return fmt::format("only noex/transport/tls names OpenSSL (<{}>)", included);
  }
  return {};
}

// What is between the quotes or angles; empty if there is nothing.
std::string_view included_by(std::string_view directive) {
  const std::size_t open = directive.find_first_of("\"<");
  if (open == std::string_view::npos) return {};
  const std::size_t close = directive.find_first_of("\">", open + 1);
  return directive.substr(open + 1, close - open - 1);
}

struct Include {
  std::size_t line;
  std::string_view path;
  bool of_the_project;
};

std::vector<Include> includes_of(const Source& source) {
  std::vector<Include> includes;
  for (const std::string_view line : lines_of(source.code)) {
    if (!line.starts_with("#include")) continue;
    const std::size_t at = static_cast<std::size_t>(line.data() - source.code.data());
    const std::string_view directive = std::string_view(source.text).substr(at, line.size());
    const bool of_the_project = directive.find('"') != std::string_view::npos;
    includes.push_back({line_of(source.code, at), included_by(directive), of_the_project});
  }
  return includes;
}

bool is_for_users(const Source& source) {
  return is_public(source) || source.path.starts_with("chat/") ||
         source.path.starts_with("tests/examples/") || source.path.starts_with("tests/snippets/");
}

}  // namespace

Violations check_includes(const Source& source) {
  Violations violations;
  for (const Include& include : includes_of(source)) {
    const std::string what = include.of_the_project ? judge_project_include(source, include.path)
                                                    : judge_library_include(source, include.path);
    if (!what.empty()) violations.push_back({include.line, what});
  }
  const std::size_t named = find_token(source.code, "asio::");
  if (named != std::string_view::npos && !is_asio_file(source)) {
    violations.push_back({line_of(source.code, named), "only asio_* files name Boost.Asio"});
  }
  return violations;
}

Violations check_public_includes(const Source& source, const std::set<std::string>& headers) {
  Violations violations;
  if (!is_for_users(source)) return violations;
  for (const Include& include : includes_of(source)) {
    const bool is_ours = include.of_the_project && include.path.starts_with("noex/");
    if (!is_ours || headers.contains(std::string(include.path))) continue;
    violations.push_back({include.line, fmt::format("\"{}\" is private", include.path)});
  }
  return violations;
}

std::string circles_in_the_law() {
  std::string circles;
  for (auto room = rooms.begin(); room != rooms.end(); ++room) {
    if (room->folder == "tests" || room->folder == "fuzz") continue;  // not ours to link
    for (auto later = std::next(room); later != rooms.end(); ++later) {
      if (may_include(*room, *later)) {
        circles +=
            fmt::format("{} may include {}, which is below it\n", room->folder, later->folder);
      }
    }
  }
  return circles;
}

}  // namespace noex::tidy
