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
    {"noex/runtime/cluster/cluster_core.h", "what is behind cluster.h, and tested as that"},
    {"noex/runtime/cluster/link.h", "a port: pure virtual functions"},
    {"noex/runtime/cluster/turn.h", "a port: pure virtual functions"},
    {"noex/runtime/membership/actions.h", "plain data, made and looked at in other parts' tests"},
    {"noex/runtime/names/groups.h", "a port: group_service_test tests what is behind it"},
    {"noex/runtime/names/names.h", "a port: name_service_test tests what is behind it"},
    {"noex/runtime/node/client_side.h", "a port: pure virtual functions"},
    {"noex/runtime/observe/observer.h", "a port: functions without bodies"},
    {"noex/runtime/registry/registry_ports.h", "a port: pure virtual functions"},
};

bool is_excepted(std::string_view header) {
  return std::ranges::find(exceptions, header, &Exception::header) != std::end(exceptions);
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
  const bool listed = is_excepted(header);
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
  return gone;
}

}  // namespace noex::tidy
