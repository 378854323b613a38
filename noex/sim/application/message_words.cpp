#include "noex/sim/application/message_words.h"

#include "noex/transport/base/text.h"

namespace noex::sim {

namespace {

constexpr std::size_t quote_bytes_max = 60;

}  // namespace

std::string quote_text(std::string_view text) {
  return fmt::format("\"{}\"", shortened(std::string(text), quote_bytes_max));
}

}  // namespace noex::sim
