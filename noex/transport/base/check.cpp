#include "noex/transport/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace noex {

void check_failed(std::string_view file, int line, std::string_view condition,
                  std::string_view context) {
  fmt::print(stderr, "broken invariant at {}:{}: {} ({})\n", file, line, condition, context);
  std::fflush(stderr);
  std::abort();
}

}  // namespace noex
