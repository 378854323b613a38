// SpecApplication: a team's Spec as an application of the simulator.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "noex/sim/application/application.h"
#include "noex/testkit/explore.h"

namespace noex::testkit {

// The check that comes with every spec: what is asked at the end is answered.
inline constexpr Property end_is_reached{
    "TK1", "what is asked at the end, when all faults are over, comes to its end in time"};

class SpecApplication final : public sim::Application {
 public:
  explicit SpecApplication(SpecFactory make);

  std::string_view name() const override { return name_; }
  std::vector<Property> properties() const override { return properties_; }
  bool checks_runtime() const override { return example_->checks_runtime(); }
  void add_workload(sim::Scenario& scenario, const std::vector<sim::Life>& lives,
                    const Random& random) const override;
  std::unique_ptr<sim::ApplicationRun> begin(const sim::Scenario& scenario, const sim::Truth& truth,
                                             sim::Tally& tally) const override;
  std::vector<MessageWords> messages() const override { return example_->messages(); }

 private:
  const SpecFactory make_;
  const std::unique_ptr<Spec> example_;  // never runs
  const std::string name_;
  std::vector<Property> properties_;
};

}  // namespace noex::testkit
