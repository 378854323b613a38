// Apart: runs that take place in a process of their own, so that one that ends it ends no more.
//
// A broken invariant of the product aborts, and so it should: what is known of the run is said by
// the parent. Used by single runs, by shrinking and by batches.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "noex/sim/application/application.h"
#include "noex/sim/check/property.h"
#include "noex/sim/program/interrupts.h"
#include "noex/sim/scenario/scenario.h"
#include "noex/transport/base/bytes.h"

namespace noex::sim {

// Runs `body` in a child and returns its exit code. If the child ends before body has returned,
// on_death is called with how, and its exit code is returned; but not if somebody has ended it (a
// closed pipe), or if it gave up. The first interrupt is passed on to the child; the next one ends
// both.
int run_apart(const std::function<int()>& body,
              const std::function<int(const std::string& how)>& on_death, Interrupts& interrupts);

// What the scenario violates; nothing if it holds, or if an interrupt came before that was known.
// If it ends its process, or does not end, `died` is set; what it wrote to standard error goes no
// further.
std::optional<Violation> violation_apart(const Application& application, const Scenario& scenario,
                                         bool check, const Interrupts* interrupts = nullptr);

// "the run ended by signal 6 (Aborted)"; status: from waitpid.
std::string describe_end(int status);
// False: the other end is gone.
bool write_all(int file, ByteView bytes);

}  // namespace noex::sim
