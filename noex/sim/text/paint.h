// Paint: bold and colours of what is printed, if the reader's terminal has them.
#pragma once

#include <string>
#include <string_view>

namespace noex::sim {

class Paint {
 public:
  explicit Paint(bool on) : on_(on) {}
  std::string bold(std::string_view text) const { return wrap("\033[1m", text); }
  std::string good(std::string_view text) const { return wrap("\033[32m", text); }
  std::string bad(std::string_view text) const { return wrap("\033[1;31m", text); }

 private:
  std::string wrap(std::string_view code, std::string_view text) const;

  bool on_;
};

}  // namespace noex::sim
