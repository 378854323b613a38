#include "noex/sim/text/paint.h"

#include <fmt/format.h>

namespace noex::sim {

std::string Paint::wrap(std::string_view code, std::string_view text) const {
  return on_ ? fmt::format("{}{}\033[0m", code, text) : std::string(text);
}

}  // namespace noex::sim
