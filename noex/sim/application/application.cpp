#include "noex/sim/application/application.h"

#include <utility>

#include "noex/sim/check/runtime_properties.h"

namespace noex::sim {

PropertyTable properties_of(const Application& application) {
  std::vector<Property> all = {property::x1};
  if (application.checks_runtime())
    all.assign(runtime_properties.begin(), runtime_properties.end());
  for (const Property& property : application.properties()) all.push_back(property);
  return PropertyTable(std::move(all));
}

}  // namespace noex::sim
