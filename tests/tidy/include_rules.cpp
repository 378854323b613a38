// The include law: a folder is a library, and libraries depend in one direction only.

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "tests/tidy/rules.h"

namespace noex::tidy {
namespace {

struct Layer {
  std::string_view folder;
  std::vector<std::string_view> may_include;  // besides itself
};

const std::vector<Layer>& layers() {
  static const std::vector<Layer> law = {
      {"transport/base", {}},
      {"transport", {"transport/base"}},
      {"runtime", {"transport/base", "transport"}},
      {"chat", {"transport/base", "transport", "runtime"}},
      {"sim", {"transport/base", "transport"}},
      {"sim/cluster", {"transport/base", "transport", "sim", "runtime", "chat"}},
      {"tests", {"transport/base", "transport", "runtime", "chat", "sim", "sim/cluster", "fuzz"}},
      {"fuzz", {"transport/base", "transport", "runtime", "chat", "sim", "sim/cluster", "tests"}},
  };
  return law;
}

// The longest folder that holds the path; null for a path outside all.
const Layer* layer_of(std::string_view path) {
  const Layer* found = nullptr;
  for (const Layer& layer : layers()) {
    const bool inside = path.starts_with(layer.folder) && path.size() > layer.folder.size() &&
                        path[layer.folder.size()] == '/';
    if (inside && (!found || layer.folder.size() > found->folder.size())) found = &layer;
  }
  return found;
}

bool is_asio_file(const Source& source) {
  return base_name(source.path).starts_with("asio_");
}

bool may_choose_backend(const Source& source) {
  return is_asio_file(source) || base_name(source.path) == "main.cpp" ||
         source.path.starts_with("tests/") || source.path.starts_with("fuzz/");
}

std::string judge_project_include(const Source& source, std::string_view included) {
  const Layer* from = layer_of(source.path);
  const Layer* to = layer_of(included);
  if (!to) return fmt::format("\"{}\" is not a path from the project's root", included);
  if (from && from != to && !std::ranges::count(from->may_include, to->folder)) {
    return fmt::format("{} must not include {} (\"{}\")", from->folder, to->folder, included);
  }
  if (base_name(included).starts_with("asio_") && !may_choose_backend(source)) {
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
  return {};
}

std::string judge_include(const Source& source, std::string_view directive) {
  const std::size_t open = directive.find_first_of("\"<");
  if (open == std::string_view::npos) return {};
  const std::size_t close = directive.find_first_of("\">", open + 1);
  const std::string_view included = directive.substr(open + 1, close - open - 1);
  return directive[open] == '"' ? judge_project_include(source, included)
                                : judge_library_include(source, included);
}

}  // namespace

Violations check_includes(const Source& source) {
  Violations violations;
  for (const std::string_view line : lines_of(source.code)) {
    if (!line.starts_with("#include")) continue;
    const std::size_t at = static_cast<std::size_t>(line.data() - source.code.data());
    const std::string_view directive = std::string_view(source.text).substr(at, line.size());
    const std::string what = judge_include(source, directive);
    if (!what.empty()) violations.push_back({line_of(source.code, at), what});
  }
  const std::size_t named = find_token(source.code, "asio::");
  if (named != std::string_view::npos && !is_asio_file(source)) {
    violations.push_back({line_of(source.code, named), "only asio_* files name Boost.Asio"});
  }
  return violations;
}

}  // namespace noex::tidy
