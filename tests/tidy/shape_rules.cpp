// Sizes and first lines: what keeps a file readable from top to bottom.

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "tests/tidy/rules.h"

namespace noex::tidy {
namespace {

constexpr std::size_t file_lines_max = 500;
constexpr std::size_t function_lines_max = 70;
constexpr std::size_t columns_max = 100;

// Characters, not bytes: continuation bytes of UTF-8 do not count.
std::size_t columns(std::string_view line) {
  return static_cast<std::size_t>(
      std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; }));
}

// True if a header says what a .cpp file is for: the one beside it, or the one that it tests.
bool speaks_for(const Source& source, const std::set<std::string>& headers) {
  std::string_view stem = place_of(source.path);
  stem.remove_suffix(std::string_view(".cpp").size());
  if (headers.contains(fmt::format("{}.h", stem))) return true;
  if (!stem.ends_with("_test")) return false;
  stem.remove_suffix(std::string_view("_test").size());
  const std::string tested = fmt::format("{}.h", base_name(stem));
  return std::ranges::any_of(headers,
                             [&](const auto& header) { return base_name(header) == tested; });
}

}  // namespace

Violations check_file_size(const Source& source) {
  const std::size_t lines = lines_of(source.text).size();
  if (!is_cpp(source) || lines < file_lines_max) return {};
  return {{lines, fmt::format("{} lines in a file; split it by ideas", lines)}};
}

Violations check_function_size(const Source& source) {
  Violations violations;
  if (!is_cpp(source)) return violations;
  for (const Block& block : find_blocks(source.code)) {
    if (block.kind != BlockKind::function) continue;
    const std::size_t first = line_of(source.code, block.open);
    const std::size_t lines = line_of(source.code, block.close) - first + 1;
    if (lines < function_lines_max) continue;
    violations.push_back({first, fmt::format("{} lines in a function", lines)});
  }
  return violations;
}

Violations check_columns(const Source& source) {
  Violations violations;
  if (!is_cpp(source)) return violations;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(source.text)) {
    ++number;
    if (columns(line) > columns_max) {
      violations.push_back({number, fmt::format("{} columns", columns(line))});
    }
  }
  return violations;
}

Violations check_pragma_once(const Source& source) {
  const bool missing = is_header(source) && !has_token(source.code, "#pragma once");
  return missing ? Violations{{1, "a header without #pragma once"}} : Violations{};
}

Violations check_first_comment(const Source& source, const std::set<std::string>& headers) {
  if (!is_cpp(source) || source.text.starts_with("//")) return {};
  if (!is_header(source) && speaks_for(source, headers)) return {};
  return {{1, "no first comment: what the file owns, what it never does, and why"}};
}

Violations check_unfinished_words(const Source& source) {
  Violations violations;
  for (const std::string_view word : {"TODO", "FIXME", "XXX", "GTEST_SKIP"}) {
    const std::size_t at = find_token(source.prose, word);
    if (at == std::string_view::npos) continue;
    violations.push_back({line_of(source.prose, at), fmt::format("'{}': finish it", word)});
  }
  const std::size_t disabled = source.code.find("DISABLED_");
  if (is_cpp(source) && disabled != std::string::npos) {
    violations.push_back({line_of(source.code, disabled), "a disabled test: finish it"});
  }
  return violations;
}

}  // namespace noex::tidy
