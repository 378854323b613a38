#include "noex/runtime/cluster/blame.h"

#include <fmt/format.h>

namespace noex {

std::string describe(const Blame& blame) {
  switch (blame.what) {
    case Blame::What::malformed:
      return "it sent what no peer sends";
    case Blame::What::stranger:
      return fmt::format("{} was found at its address", blame.found.text());
    case Blame::What::silent:
      return "its link brought nothing";
    case Blame::What::cutoff:
      return "it reads nothing";
    case Blame::What::refused:
      return fmt::format("refused: {}", describe(blame.refusal));
  }
  return "unknown";
}

}  // namespace noex
