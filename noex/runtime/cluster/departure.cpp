#include "noex/runtime/cluster/departure.h"

#include <utility>

#include "noex/transport/base/check.h"

namespace noex {

void Departure::start(Task done) {
  NOEX_CHECK(!life_.leaving);
  life_.leaving = true;
  done_ = std::move(done);
  loop_.post(lifeline_.guard([this] { begin(); }));
}

void Departure::begin() {
  handshakes_.drop_unwanted();
  traffic_.say_leave();
  deadline_ = loop_.now() + options_.leave_timeout;
  if (links_.is_empty() || life_.halted) {
    finish();
  } else {
    turn_.arm();
  }
}

void Departure::on_time(Instant now) {
  if (deadline_ && now >= *deadline_) finish();
}

void Departure::on_link_gone() {
  if (deadline_ && links_.is_empty()) finish();
}

// Nobody is left to wait for, or the time is over.
void Departure::finish() {
  deadline_.reset();
  ends_.give_up_late(Instant::max());
  handshakes_.drop_unwanted();
  for (Session* session : links_.sessions()) ends_.drop(*session, true);
  turn_.arm();
  events_.deliver();
  loop_.post(lifeline_.guard([this] {
    Task done = std::move(done_);
    done();
  }));
}

}  // namespace noex
