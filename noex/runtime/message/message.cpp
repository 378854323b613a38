#include "noex/runtime/message/message.h"

#include <xxhash.h>

namespace noex {

TypeId shape_id(std::string_view shape) {
  return static_cast<TypeId>(XXH32(shape.data(), shape.size(), 0));
}

}  // namespace noex
