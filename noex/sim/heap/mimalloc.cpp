// The heap of the simulator's programs: mimalloc in place of the C library's.
//
// A simulated cluster is many small objects in one thread, and of a thousand nodes gigabytes of
// them, touched in no order: most of its time goes into finding them in memory. Linked into
// programs only, so that whoever links the libraries keeps the heap of his choice.
#include <mimalloc.h>

namespace {

// In pages of 2 MiB, if the system has such and gives them to who asks (madvise).
[[maybe_unused]] const bool large_pages = [] {
  mi_option_enable(mi_option_large_os_pages);
  return true;
}();

}  // namespace
