// sim_tally, and sim_tally_bug with the planted one: the simulator's program for the Tally.

#include "noex/sim/program/sim_main.h"
#include "tests/tally/tally_application.h"

int main(int argc, char** argv) {
#ifdef NOEX_TALLY_BUG
  const noex::sim::Application& application = noex::tally::tally_with_bug();
#else
  const noex::sim::Application& application = noex::tally::tally_application();
#endif
  return noex::sim::sim_main(application, argc, argv, "sim " NOEX_VERSION);
}
