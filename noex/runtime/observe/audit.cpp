#include "noex/runtime/observe/audit.h"

#include <fmt/format.h>

namespace noex {

std::string NodeAudit::text() const {
  return fmt::format(
      "links {}, processes {}, timers {}, tasks {}, replies {}, calls {}, waiting {}, spawns {}, "
      "monitors {}, "
      "process_links {}, names {}, kept_names {}, name_monitors {}, memberships {}, claims {}, "
      "finds {}, promises {}, pulls {}",
      links, processes, timers, tasks, replies, calls, waiting, spawns, monitors, process_links,
      names, kept_names, name_monitors, memberships, claims, finds, promises, pulls);
}

}  // namespace noex
