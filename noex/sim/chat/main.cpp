// sim: a cluster of real chat nodes in one process, on simulated time, under faults from a seed.

#include "noex/sim/chat/chat_application.h"
#include "noex/sim/program/sim_main.h"

int main(int argc, char** argv) {
  return noex::sim::sim_main(noex::sim::chat_application(), argc, argv, "sim " NOEX_VERSION);
}
