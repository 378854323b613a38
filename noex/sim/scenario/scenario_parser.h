// ScenarioParser: the lines of a scenario file, one after the other, and what they leave out.
//
// Refuses what could not be run, or what would prove nothing: nodes that do not exist, steps in
// the quiet phase, a quiet phase too short for the properties that need it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "noex/sim/scenario/line_reader.h"
#include "noex/sim/scenario/scenario.h"
#include "noex/transport/base/error.h"

namespace noex::sim {

class ScenarioParser {
 public:
  explicit ScenarioParser(std::string_view text) : rest_(text) {}

  // Once. See parse_scenario.
  [[nodiscard]] Result<Scenario> parse();

 private:
  struct NumberedStep {
    std::size_t line;
    Step step;
  };

  void read_line(std::string_view text);
  void read_setting(std::string_view name, LineReader& line);
  void read_faults(LineReader& line);
  void read_seeds(LineReader& line);
  static void read_switch(LineReader& line, bool& on);
  // --- After the last line ---
  void number_steps();
  void count_nodes();
  void complete_links();
  void complete_times();
  void complete_seeds();
  void check_steps();
  void check_nodes(std::size_t line, const std::vector<std::uint32_t>& nodes);

  bool given(std::string_view setting) const { return settings_.contains(setting); }
  std::size_t line_of(std::string_view setting) const;
  void refuse(std::size_t line, std::string reason);

  std::string_view rest_;  // of the file
  std::size_t line_ = 0;
  Scenario scenario_;
  std::vector<NumberedStep> steps_;
  std::map<std::string, std::size_t, std::less<>> settings_;  // and the line of each
  std::map<std::uint32_t, std::pair<std::size_t, std::vector<std::uint32_t>>> seeds_;
  std::optional<std::string> error_;
};

}  // namespace noex::sim
