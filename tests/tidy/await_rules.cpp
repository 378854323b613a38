// No braced temporary in the full expression of a co_await: g++ 12 destroys it twice.

#include <string_view>

#include "tests/tidy/rules.h"

namespace noex::tidy {
namespace {

// The end of the full expression that `at` is in: its semicolon, the '{' of the block that an
// `if (...)` around it guards, or the first word after that `if (...)`. Lambdas' bodies are not
// part of it; they are passed over. `braced` is set if a braced temporary was met on the way.
void scan_forward(std::string_view code, std::size_t at, bool& braced) {
  int depth = 0;
  for (std::size_t i = at; i < code.size(); ++i) {
    const char c = code[i];
    if (c == ';' && depth <= 0) return;
    if (c == '(' || c == '[') ++depth;
    if (c == ')' || c == ']') --depth;
    if (c == '}') return;  // of a block or an initializer that began before the co_await
    if (c == ')' && depth < 0) {
      const std::string_view rest = trimmed(code.substr(i + 1, 80));
      if (!rest.empty() && (is_word(rest.front()) || rest.front() == '{')) return;
    }
    if (c != '{') continue;
    if (opens_initializer(code, i)) {
      braced = true;
      return;
    }
    if (depth <= 0 && trimmed(code.substr(0, i)).ends_with(')')) return;
    i = closing(code, i);
  }
}

// From the co_await back to where its statement began.
void scan_backward(std::string_view code, std::size_t at, bool& braced) {
  int depth = 0;
  for (std::size_t i = at; i-- > 0;) {
    const char c = code[i];
    if (c == ')' || c == ']') ++depth;
    if (c == '(' || c == '[') --depth;
    if (c == ';' && depth <= 0) return;
    if (c == '{') {
      braced = opens_initializer(code, i);
      return;
    }
    if (c == '}') return;
  }
}

}  // namespace

Violations check_braces_in_await(const Source& source) {
  Violations violations;
  if (source.path == "tests/awaits/awaits.cpp") return violations;  // what users' check is to find
  for (std::size_t at = find_token(source.code, "co_await"); at != std::string_view::npos;
       at = find_token(source.code, "co_await", at + 1)) {
    bool braced = false;
    scan_backward(source.code, at, braced);
    if (!braced) scan_forward(source.code, at, braced);
    if (braced) {
      violations.push_back({line_of(source.code, at),
                            "braces in a co_await expression: g++ 12 destroys the temporary "
                            "twice; give it a name before"});
    }
  }
  return violations;
}

}  // namespace noex::tidy
