#include "runtime/audit.h"

#include <fmt/format.h>

namespace noex {

std::string NodeAudit::text() const {
  return fmt::format(
      "processes {}, timers {}, calls {}, waiting {}, spawns {}, monitors {}, process_links {}, "
      "names {}, kept_names {}, name_monitors {}, memberships {}, claims {}, finds {}, promises {}",
      processes, timers, calls, waiting, spawns, monitors, process_links, names, kept_names,
      name_monitors, memberships, claims, finds, promises);
}

}  // namespace noex
