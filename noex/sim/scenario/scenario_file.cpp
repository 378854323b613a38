#include "noex/sim/scenario/scenario_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "noex/sim/scenario/scenario_text.h"
#include "noex/sim/text/output_file.h"
#include "noex/transport/base/text.h"

namespace noex::sim {

namespace {

// More than any schedule takes; a device that never ends is refused.
constexpr std::size_t file_bytes_max = 64 * 1024 * 1024;

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Closer>;

std::unexpected<Error> system_error(const std::string& path) {
  return fail(ErrorCode::system,
              fmt::format("{}: {}", visible(path, shown_bytes_max), std::strerror(errno)));
}

}  // namespace

Result<Scenario> load_scenario(const std::string& path) {
  const File file(std::fopen(path.c_str(), "r"));
  if (!file) return system_error(path);
  std::string text;
  char buffer[65536];
  while (text.size() <= file_bytes_max) {
    const std::size_t count = std::fread(buffer, 1, sizeof buffer, file.get());
    if (count == 0) break;
    text.append(buffer, count);
  }
  if (std::ferror(file.get()) != 0) return system_error(path);
  if (text.size() > file_bytes_max) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: over 64 MiB", visible(path, shown_bytes_max)));
  }
  Result<Scenario> scenario = parse_scenario(text);
  if (scenario) return scenario;
  return fail(scenario.error().code,
              fmt::format("{}:{}", visible(path, shown_bytes_max), scenario.error().detail));
}

std::string commented_scenario(const Scenario& scenario, std::string_view comment) {
  std::string text;
  while (!comment.empty()) {
    const std::size_t end = std::min(comment.find('\n'), comment.size());
    text += fmt::format("# {}\n", comment.substr(0, end));
    comment.remove_prefix(std::min(end + 1, comment.size()));
  }
  return text + print_scenario(scenario);
}

Result<void> save_scenario(const std::string& path, bool force, const Scenario& scenario,
                           std::string_view comment) {
  return write_output(path, force, commented_scenario(scenario, comment));
}

}  // namespace noex::sim
