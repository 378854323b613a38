// The law of tests: a test is found by the name of what it tests.

#include <algorithm>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "tests/tidy/rules.h"

namespace noex::tidy {
namespace {

struct Exception {
  std::string_view header;  // as it is included
  std::string_view why;
};

// Nothing in them can fail.
constexpr Exception exceptions[] = {
    {"noex/runtime/cluster/link.h", "a port: pure virtual functions"},
    {"noex/runtime/cluster/turn.h", "a port: pure virtual functions"},
    {"noex/runtime/membership/actions.h", "plain data, made and looked at in other parts' tests"},
    {"noex/runtime/observe/observer.h", "a port: functions without bodies"},
    {"noex/runtime/registry/registry_ports.h", "a port: pure virtual functions"},
};

// Not yet, one a line. This list gets shorter only: who writes the test takes the line out.
constexpr std::string_view untested = R"(
noex/runtime/cluster/cluster_core.h
noex/runtime/message/call.h
noex/runtime/message/cast.h
noex/runtime/message/exit_reason.h
noex/runtime/message/future.h
noex/runtime/message/message.h
noex/runtime/message/ref.h
noex/runtime/message/sender.h
noex/runtime/message/std_types.h
noex/runtime/message/task.h
noex/runtime/names/group_service.h
noex/runtime/names/kept_names.h
noex/runtime/names/name_monitors.h
noex/runtime/names/name_service.h
noex/runtime/names/names.h
noex/runtime/node/inspect.h
noex/runtime/node/node_core.h
noex/runtime/node/process_context.h
noex/runtime/node/runtime.h
noex/runtime/process/behavior.h
noex/runtime/process/beside.h
noex/runtime/process/process.h
noex/runtime/process/processes.h
noex/runtime/process/spawn_options.h
noex/runtime/registry/finds.h
noex/runtime/registry/name_index.h
noex/runtime/registry/owner_set.h
noex/runtime/registry/registry_core.h
noex/runtime/remote/calls.h
noex/runtime/remote/flow.h
noex/runtime/remote/links.h
noex/runtime/remote/monitors.h
noex/runtime/remote/router.h
noex/runtime/remote/spawner.h
noex/runtime/remote/wire.h
)";

bool is_excepted(std::string_view header) {
  return std::ranges::find(exceptions, header, &Exception::header) != std::end(exceptions);
}

bool is_untested(std::string_view header) {
  const auto lines = lines_of(untested);
  return std::ranges::find(lines, header) != lines.end();
}

std::string test_of(std::string_view header) {
  std::string_view stem = base_name(header);
  stem.remove_suffix(std::string_view(".h").size());
  return fmt::format("tests/runtime/{}_test.cpp", stem);
}

// It is there, names the header, and tests something.
bool has_test(std::string_view header, const std::vector<Source>& tree) {
  const std::string path = test_of(header);
  for (const Source& source : tree) {
    if (source.path != path) continue;
    const std::string include = fmt::format("#include \"{}\"\n", header);
    return source.text.find(include) != std::string::npos &&
           (has_token(source.code, "TEST") || has_token(source.code, "TEST_F") ||
            has_token(source.code, "RC_GTEST_PROP"));
  }
  return false;
}

}  // namespace

Violations check_has_test(const Source& source, const std::vector<Source>& tree) {
  const std::string_view header = place_of(source.path);
  if (!is_header(source) || !header.starts_with("noex/runtime/")) return {};
  const bool listed = is_excepted(header) || is_untested(header);
  const bool tested = has_test(header, tree);
  if (tested && listed) {
    return {{1, "it has its test: take it out of the list in tests/tidy/test_rules.cpp"}};
  }
  if (tested || listed) return {};
  return {{1, fmt::format("{} must include it and test it", test_of(header))}};
}

std::string gone_from_the_law_of_tests(const std::vector<Source>& tree) {
  std::string gone;
  const auto look_for = [&](std::string_view header) {
    for (const Source& source : tree) {
      if (is_header(source) && place_of(source.path) == header) return;
    }
    gone += fmt::format("{} is listed in tests/tidy/test_rules.cpp, and is not there\n", header);
  };
  for (const Exception& exception : exceptions) look_for(exception.header);
  for (const std::string_view header : lines_of(untested)) {
    if (!header.empty()) look_for(header);
  }
  return gone;
}

}  // namespace noex::tidy
