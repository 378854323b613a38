// Graveyard: sessions and links that have ended, until the turn in which they did is over: they may
// be among those that called.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "noex/transport/base/lifeline.h"
#include "noex/transport/loop.h"

namespace noex {

class Graveyard {
 public:
  // `may_clear` is asked in a later turn, before anybody is destroyed; false: not before the next.
  Graveyard(Loop& loop, std::function<bool()> may_clear)
      : loop_(loop), may_clear_(std::move(may_clear)) {}

  template <class T>
  void bury(std::unique_ptr<T> ended) {
    kept_.push_back(std::move(ended));
    if (std::exchange(posted_, true)) return;
    loop_.post(lifeline_.guard([this] { clear(); }));
  }

 private:
  void clear() {
    const bool may_clear = may_clear_();  // who ends in there goes with the others
    posted_ = false;
    if (may_clear) kept_.clear();
  }

  Loop& loop_;
  const std::function<bool()> may_clear_;
  std::vector<std::shared_ptr<void>> kept_;  // owned by this alone; shared to forget their types
  bool posted_ = false;
  Lifeline lifeline_;
};

}  // namespace noex
