#include "noex/runtime/process/reply.h"

#include "noex/transport/base/check.h"

namespace noex {

void refuse_second_answer() {
  check_failed(__FILE__, __LINE__, "the Reply holds an answer to give",
               "a Reply is answered once, and not after it was moved from");
}

}  // namespace noex
